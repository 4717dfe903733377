"""The templates of each kind of plugin, and the commands that run it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, final


@final
class Kind(StrEnum):
    """The kinds of entries of a new plugin."""

    TASK = "task"
    CELL = "cell"
    MODEL = "model"
    TRAINER = "trainer"


@final
@dataclass(frozen=True, slots=True)
class Example:
    """What a new plugin holds, for its author to replace.

    Args:
        summary: Its line in ``seqtasks list``.
        sentence: The same in its README.
        requires: The packages that its module imports in addition to seqtasks, by their names on an index.
        task: What it is run on; None for itself.
        model: What it is run with; None for itself.
        trainer: By which it learns; None for itself.
    """

    summary: str
    sentence: str
    requires: str
    task: str | None = "prev-bit"
    model: str | None = "gru"
    trainer: str | None = "online"


EXAMPLES: Final[Mapping[Kind, Example]] = {
    Kind.TASK: Example(
        "Whether the present bit and a past one are both one.",
        "whether the present bit and the bit of `lag` steps ago are both one.",
        "numpy>=1.26",
        task=None,
    ),
    Kind.CELL: Example(
        "Units that move a part of the way.",
        "units that at each step move a part of the way, `leak`, to their new value.",
        "keras>=3.13.1",
        model=None,
    ),
    Kind.MODEL: Example(
        "Rectified units that start as half the identity.",
        "rectified units whose recurrent weights start as half the identity, and a readout.",
        "keras>=3.13.1",
        model=None,
    ),
    Kind.TRAINER: Example(
        "One step at a time, an influence that fades.",
        "real-time recurrent learning in which the past of k steps ago counts `keep`^k.",
        "tensorflow>=2.18",
        trainer=None,
    ),
}
