"""A diagnosis: the verdict on a training, the measurements, and the faults in the order of their effects."""

import json
import math
from dataclasses import dataclass
from typing import Any, Final, Literal, final

from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.measurement import Measurement

VerdictName = Literal["learned", "partly learned", "not learned", "learned and lost", "not trained", "unknown"]

SENTENCES: Final[dict[VerdictName, str]] = {
    "learned": "The network has learned its task.",
    "partly learned": "The network has learned a part of its task.",
    "not learned": "The network is not better than the best constant.",
    "learned and lost": "The network had learned its task, or more of it, and has lost it again.",
    "not trained": "The network has not been trained yet.",
    "unknown": "The loss of the network could not be measured.",
}


@final
@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong with the training of a network, and what to change.

    Args:
        verdict: ``learned``, ``partly learned``, ``not learned``, ``learned and lost``, ``not trained`` or ``unknown``.
        faults: The faults; that with the greatest effect is first.
        measurements: What was measured.
        unchecked: Sentences that say what could not be checked, and why.

    Example:
        >>> print(Diagnosis("learned", (), (), ("The gradient was not measured: the cell has none.",)))
        The network has learned its task.
        No fault found.
        Not checked:
          The gradient was not measured: the cell has none.
    """

    verdict: VerdictName
    faults: tuple[Fault, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    unchecked: tuple[str, ...] = ()

    def record(self) -> dict[str, Any]:
        """The fields as plain values; a number that is not finite is None."""
        found: dict[str, Any] = finite(
            {
                "verdict": self.verdict,
                "faults": [fault.record() for fault in self.faults],
                "measurements": [each.record() for each in self.measurements],
                "unchecked": list(self.unchecked),
            }
        )
        return found

    def to_json(self) -> str:
        """The diagnosis as one JSON object."""
        return json.dumps(self.record(), indent=2, ensure_ascii=False, allow_nan=False)

    def __str__(self) -> str:
        lines = [SENTENCES[self.verdict]]
        lines += [f"  {each}" for each in self.measurements]
        if self.faults:
            lines += [f"{place}. {fault}" for place, fault in enumerate(self.faults, 1)]
        else:
            lines.append("No fault found.")
        if self.unchecked:
            lines += ["Not checked:", *(f"  {sentence}" for sentence in self.unchecked)]
        return "\n".join(lines)


def finite(value: Any) -> Any:
    """The same value with None in place of each number that is not finite, at any depth.

    Example:
        >>> finite({"a": [1.0, float("nan")]})
        {'a': [1.0, None]}
    """
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
