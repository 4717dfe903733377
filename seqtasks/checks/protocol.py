"""What is said of checks that run in another process."""

from dataclasses import dataclass
from typing import Any, Final, Literal, final

IMPORTED: Final = "imported"
IMPORTED_PROMISE: Final = "Importing the plugins and asking for their entries comes to an end, and ends no process."
MADE: Final = "made"
MADE_PROMISE: Final = "The entry can be loaded and made, is what its shelf holds, and keeps its settings."

Status = Literal["ok", "failed", "none"]


@final
@dataclass(frozen=True, slots=True)
class Begun:
    """A check has begun.

    Args:
        entry: Which of the entries, from 0.
        check: The check's name.
        place: Which of the entry's checks it is, from 1.
        total: How many there are.
    """

    entry: int
    check: str
    place: int
    total: int


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a check.

    Args:
        entry: Which of the entries, from 0.
        check: The check's name.
        promise: What it was to prove.
        status: ``ok``, ``failed``, or ``none`` where there was nothing to prove.
        sentence: What was found, or why there was nothing to prove.
        advice: What to change.
        seconds: How long it took.
        said: The last lines that the process wrote before it crashed or was stopped.
        traceback: Where the error was raised, if ``SEQTASKS_DEBUG=1`` asks for it.
    """

    entry: int
    check: str
    promise: str
    status: Status
    sentence: str
    advice: str
    seconds: float
    said: str = ""
    traceback: str = ""

    def record(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "check": self.check,
            "promise": self.promise,
            "status": self.status,
            "sentence": self.sentence,
            "advice": self.advice,
            "seconds": self.seconds,
        }
