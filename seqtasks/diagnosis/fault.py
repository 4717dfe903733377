"""A fault: what keeps a network from learning, why that is believed, and what to change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, final


@final
@dataclass(frozen=True, slots=True)
class Fault:
    """One cause for which a network does not learn, or for which its loss means something else than it seems.

    Args:
        name: The name of the kind of fault, such as ``missing-readout``.
        sentence: What is wrong and what follows from it, in words that need no knowledge of this library.
        change: Code or a command to apply.
        evidence: The measured numbers, by name.
        effect: The share of the gap between chance and optimum that the fault explains, 0 to 1, by which faults are
            ordered. Faults that explain the loss completely, or that make it meaningless, have 1.

    Example:
        >>> print(Fault("missing-readout", "The state is the output.", "model.add(Dense(1))", {"units": 16}, 0.8))
        missing-readout: The state is the output. (units: 16)
            model.add(Dense(1))
    """

    name: str
    sentence: str
    change: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    effect: float = 1.0

    def record(self) -> dict[str, Any]:
        """The fields as plain values for JSON."""
        return {
            "name": self.name,
            "sentence": self.sentence,
            "change": self.change,
            "evidence": dict(self.evidence),
            "effect": self.effect,
        }

    def __str__(self) -> str:
        evidence = ", ".join(f"{name}: {shown(value)}" for name, value in self.evidence.items())
        change = "\n".join(f"    {line}" for line in self.change.splitlines())
        return f"{self.name}: {self.sentence}" + (f" ({evidence})" if evidence else "") + f"\n{change}"


def shown(value: Any) -> str:
    """A number with three digits; everything else as it is.

    Example:
        >>> shown(0.123456), shown(16), shown("tanh")
        ('0.123', '16', 'tanh')
    """
    return f"{value:.3g}" if isinstance(value, float) else str(value)
