"""The interface of a check: a promise, and a function that raises if the subject violates it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, final


class CheckFailure(AssertionError):
    """Raised if a subject violates a promise.

    Args:
        sentence: The finding, with its numbers.
        advice: What to change.
    """

    def __init__(self, sentence: str, advice: str) -> None:
        super().__init__(f"{sentence} {advice}")
        self.sentence = sentence
        self.advice = advice


class DoesNotApply(Exception):
    """Raised if a check does not apply to a subject, or cannot decide about it.

    Args:
        reason: The reason, as a sentence.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@final
@dataclass(frozen=True, slots=True)
class Check:
    """One promise of an entry, and the function that tests it.

    Args:
        name: The name in kebab-case, unique among the checks of a kind.
        promise: One sentence that states what the check tests.
        function: Takes the subject. Raises :class:`CheckFailure` if the subject violates the promise, and
            :class:`DoesNotApply` if the check does not apply.
        seconds: The approximate duration on an idle core.

    Example:
        >>> def is_even(number):
        ...     "The number is even."
        ...     expect(number % 2 == 0, f"{number} is odd.", "Add 1.")
        >>> check = Check.of(is_even, seconds=0.1)
        >>> check.name, check.promise
        ('is-even', 'The number is even.')
        >>> check(3)
        Traceback (most recent call last):
        ...
        seqtasks.checks.check.CheckFailure: 3 is odd. Add 1.
    """

    name: str
    promise: str
    function: Callable[[Any], None]
    seconds: float

    @classmethod
    def of(cls, function: Callable[[Any], None], seconds: float) -> Self:
        """Make a check from a function: its name, and the first line of its docstring as the promise."""
        promise = (function.__doc__ or "").partition("\n")[0]
        return cls(function.__name__.replace("_", "-"), promise, function, seconds)

    def __call__(self, subject: Any) -> None:
        """Run the check on a subject."""
        self.function(subject)


def expect(condition: object, sentence: str, advice: str) -> None:
    """Raise unless a condition is true.

    Args:
        condition: The condition.
        sentence: The finding, with its numbers.
        advice: What to change.

    Raises:
        CheckFailure: If the condition is false.
    """
    if not condition:
        raise CheckFailure(sentence, advice)
