"""The checks of tasks, in the order in which they run. None needs TensorFlow."""

from typing import Any, Final

from seqtasks.checks.check import Check
from seqtasks.checks.subject import check_class
from seqtasks.checks.tasks import form, past, stream, yardsticks
from seqtasks.core.task import AbstractTask

CHECKS: Final[tuple[Check, ...]] = (
    Check.of(form.form, 0.1),
    Check.of(form.ranges, 0.1),
    Check.of(form.episodes, 0.1),
    Check.of(form.sequences, 0.1),
    Check.of(form.encoding, 0.1),
    Check.of(stream.seeding, 0.1),
    Check.of(stream.chunks, 0.1),
    Check.of(stream.resuming, 0.1),
    Check.of(stream.lanes, 0.1),
    Check.of(stream.fresh_data, 0.5),
    Check.of(past.law, 0.1),
    Check.of(past.causality, 0.5),
    Check.of(yardsticks.ordered, 0.1),
    Check.of(yardsticks.chance, 0.5),
    Check.of(yardsticks.memoryless, 0.5),
    Check.of(yardsticks.optimum_unbeaten, 3.0),
    Check.of(yardsticks.optimum_reached, 3.0),
    Check.of(yardsticks.depth, 3.0),
)


def subject(built: Any, named: object) -> AbstractTask:
    """The subject of the checks of tasks: the task itself."""
    check_class(built, str(named), AbstractTask)
    task: AbstractTask = built
    return task
