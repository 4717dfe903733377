"""The checks of trainers, in the order in which they are run."""

from typing import Any, Final

from seqtasks.checks.check import Check
from seqtasks.checks.subject import Named, check_class
from seqtasks.checks.trainers import learning
from seqtasks.checks.trainers.subject import TrainerSubject, subject_of
from seqtasks.core.trainer import AbstractTrainer

CHECKS: Final[tuple[Check, ...]] = (
    Check.of(learning.determinism, 4.0),
    Check.of(learning.pieces, 4.0),
    Check.of(learning.resuming, 4.0),
    Check.of(learning.weightless, 3.0),
    Check.of(learning.losses_before, 3.0),
    Check.of(learning.easiest_task, 8.0),
    Check.of(learning.side_by_side, 8.0),
)


def subject(made: Any, named: Named) -> TrainerSubject:
    """What the checks of trainers take: a subject with networks that it can train."""
    check_class(made, str(named), AbstractTrainer)
    return subject_of(made, str(named.spec), named.host)
