"""The checks of trainers, in the order in which they run."""

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
    Check.of(learning.zero_weight_steps, 3.0),
    Check.of(learning.losses_before, 3.0),
    Check.of(learning.easiest_task, 8.0),
    Check.of(learning.side_by_side, 8.0),
)


def subject(built: Any, named: Named) -> TrainerSubject:
    """The subject of the checks of trainers: a trainer with networks that it accepts."""
    check_class(built, str(named), AbstractTrainer)
    return subject_of(built, str(named.spec), named.host)
