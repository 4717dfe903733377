"""What a check is: a promise, and a function that raises where it is broken."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, final


class CheckFailure(AssertionError):
    """A promise is broken.

    Args:
        sentence: What was found, with the numbers in it.
        advice: What to change.
    """

    def __init__(self, sentence: str, advice: str) -> None:
        super().__init__(f"{sentence} {advice}")
        self.sentence = sentence
        self.advice = advice


class DoesNotApply(Exception):
    """The subject does not make this promise, or nothing can be shown about it from outside; the reason is a sentence.

    Args:
        reason: Why.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@final
@dataclass(frozen=True, slots=True)
class Check:
    """One promise of a plugin's entry, and how it is put to the proof.

    Args:
        name: In kebab-case, unique among the checks of its kind.
        promise: One sentence that says what is proved.
        function: Takes the subject; raises :class:`CheckFailure` where the promise is broken and
            :class:`DoesNotApply` where there is nothing to prove.
        seconds: How long it takes on a quiet core, about.

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
        """The check that a function makes: its name, and as promise the first line of its docstring."""
        promise = (function.__doc__ or "").partition("\n")[0]
        return cls(function.__name__.replace("_", "-"), promise, function, seconds)

    def __call__(self, subject: Any) -> None:
        """Put the subject to the proof."""
        self.function(subject)


def expect(kept: object, sentence: str, advice: str) -> None:
    """Raise unless the promise is kept.

    Raises:
        CheckFailure: If it is not.
    """
    if not kept:
        raise CheckFailure(sentence, advice)
