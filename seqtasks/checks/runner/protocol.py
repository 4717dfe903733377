"""The messages of the process in which checks run."""

from dataclasses import dataclass
from typing import Any, Final, Literal, final

IMPORTED: Final = "imported"
IMPORTED_PROMISE: Final = "The plugins can be imported and return their entries, without a hang or a crash."

Status = Literal["ok", "failed", "none"]


@final
@dataclass(frozen=True, slots=True)
class Started:
    """A check has started.

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
    """The result of a check.

    Args:
        entry: Which of the entries, from 0.
        check: The check's name.
        promise: The sentence that the check proves.
        status: ``ok``, ``failed``, or ``none`` if the check does not apply.
        sentence: The finding, or the reason why the check does not apply.
        advice: What to change.
        seconds: The time it took.
        output: The last lines that the process wrote before it crashed or was stopped.
        traceback: The traceback of the error, if ``SEQTASKS_DEBUG=1``.
    """

    entry: int
    check: str
    promise: str
    status: Status
    sentence: str
    advice: str
    seconds: float
    output: str = ""
    traceback: str = ""

    def record(self) -> dict[str, Any]:
        """The record for ``--json``."""
        return {
            "check": self.check,
            "promise": self.promise,
            "status": self.status,
            "sentence": self.sentence,
            "advice": self.advice,
            "seconds": self.seconds,
        }
