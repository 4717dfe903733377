"""What a rule is: a function of a subject that finds one kind of fault, or says why it cannot look for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

from seqtasks.diagnosis.fault import Fault


@final
@dataclass(frozen=True, slots=True)
class Unchecked:
    """The answer of a rule that cannot look for its fault.

    Args:
        sentence: What cannot be checked, and why.
    """

    sentence: str


Finding = Fault | Unchecked | None
Rule = Callable[[Any], Finding]
"""A rule takes a subject, and returns a fault, :class:`Unchecked`, or None for no fault."""


def name_of(function: Callable[..., Any]) -> str:
    """The name of the kind of fault that a rule finds, or of what a function measures.

    Example:
        >>> def missing_readout(subject): ...
        >>> name_of(missing_readout)
        'missing-readout'
    """
    return str(function.__name__).replace("_", "-")
