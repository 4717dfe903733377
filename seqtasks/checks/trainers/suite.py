"""The checks of trainers, in the order in which they are run."""

from typing import Any, Final

from seqtasks.checks.check import Check
from seqtasks.checks.subject import Named, is_what_it_should_be
from seqtasks.checks.trainers import learning
from seqtasks.checks.trainers.bench import Bench, bench_of
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


def subject(made: Any, named: Named) -> Bench:
    """What the checks of trainers take: a bench with networks that it can train."""
    is_what_it_should_be(made, str(named), AbstractTrainer)
    return bench_of(made, str(named.spec), named.host)
