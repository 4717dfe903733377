"""What is written for each kind of plugin, and how it is run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, final

Kind = Literal["task", "cell", "model", "trainer"]


@final
@dataclass(frozen=True, slots=True)
class Example:
    """What a new plugin holds, for its author to replace.

    Args:
        summary: Its line in ``seqtasks list``.
        sentence: The same in its README.
        task: What it is run on; None for itself.
        model: What it is run with; None for itself.
        trainer: By which it learns; None for itself.
    """

    summary: str
    sentence: str
    task: str | None = "prev-bit"
    model: str | None = "gru"
    trainer: str | None = "online"


EXAMPLES: Final[Mapping[Kind, Example]] = {
    "task": Example(
        "Whether the present bit and a past one are both one.",
        "whether the present bit and the bit of `lag` steps ago are both one.",
        task=None,
    ),
    "cell": Example(
        "Units that move a part of the way.",
        "units that at each step move a part of the way, `leak`, to their new value.",
        model=None,
    ),
    "model": Example(
        "Rectified units that start as half the identity.",
        "rectified units whose recurrent weights start as half the identity, and a readout.",
        model=None,
    ),
    "trainer": Example(
        "One step at a time, an influence that fades.",
        "real-time recurrent learning in which the past of k steps ago counts `keep`^k.",
        trainer=None,
    ),
}
