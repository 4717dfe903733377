"""A measurement of a network or of its data, for the text, the JSON and the figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

from seqtasks.diagnosis.fault import shown


@final
@dataclass(frozen=True, slots=True)
class Measurement:
    """A measured number with its 95 % interval, and a sentence that says what it means.

    Args:
        name: What is measured, such as ``loss``.
        value: The number; None if it has none, such as a lag without a limit.
        sentence: What it means.
        low: The lower end of the interval; None if there is no interval.
        high: The upper end.
        unit: The unit, such as ``steps``; empty for a plain number or a loss.
        data: The columns of a figure, by name, all of the same length.

    Example:
        >>> print(Measurement("lag", 3, "The targets need inputs of 3 steps ago.", 2, 4, "steps"))
        lag: 3 steps (2 to 4). The targets need inputs of 3 steps ago.
    """

    name: str
    value: float | None
    sentence: str
    low: float | None = None
    high: float | None = None
    unit: str = ""
    data: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """The fields as plain values for JSON."""
        return {
            "name": self.name,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "unit": self.unit,
            "sentence": self.sentence,
            "data": {name: list(column) for name, column in self.data.items()},
        }

    @property
    def number(self) -> str:
        """The number with its unit and interval, such as ``3 steps (2 to 4)``; empty if there is none."""
        if self.value is None:
            return ""
        unit = "step" if self.unit == "steps" and self.value == 1 else self.unit
        interval = "" if self.low is None or self.high is None else f" ({shown(self.low)} to {shown(self.high)})"
        return f"{shown(self.value)} {unit}".rstrip() + interval

    def __str__(self) -> str:
        return f"{self.name}: {self.number or 'none'}. {self.sentence}"


def counted_steps(number: int) -> str:
    """A number of steps in words.

    Example:
        >>> counted_steps(1), counted_steps(2)
        ('1 step', '2 steps')
    """
    return f"{number} step" if number == 1 else f"{number} steps"
