"""What a suite asks for, as requests: cases with their seeds, in the order in which they may run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import final

from seqtasks.benchmarks.mistakes import Mistakes
from seqtasks.benchmarks.suite import Case, Grid, Ladder, Suite
from seqtasks.catalogue.host import Host
from seqtasks.running.request import RunRequest
from seqtasks.spec.spec import Spec


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """The runs of a suite, each once.

    Args:
        suite: The suite.
        ladders: The cases; of each ladder, the next is run only if a seed has solved the one before.
    """

    suite: Suite
    ladders: tuple[Ladder, ...]

    @classmethod
    def of(cls, host: Host, suite: Suite) -> "Plan":
        """The plan of a suite.

        Args:
            host: Where the names are looked up.
            suite: The suite.

        Raises:
            UsageError: If parts do not fit together.
        """
        mistakes = Mistakes(suite.name)
        ladders: list[Ladder] = []
        for grid in suite.grids:
            for rungs in _rungs(host, grid, mistakes):
                ladders += [rungs] if suite.climb else [(case,) for case in rungs]
        mistakes.check()
        _check_metrics(host, ladders, mistakes)
        mistakes.check()
        return cls(suite, _distinct(ladders))

    @property
    def cases(self) -> Iterator[Case]:
        """All cases."""
        return (case for ladder in self.ladders for case in ladder)

    @property
    def size(self) -> int:
        """The number of runs, if every ladder is climbed to its end."""
        return sum(len(case.seeds) for case in self.cases)


def _rungs(host: Host, grid: Grid, mistakes: Mistakes) -> Iterator[Ladder]:
    """The cases of each combination of everything but the tasks, in the order of the tasks."""
    for parts in product(grid.models, grid.trainers, grid.steps, grid.epochs, grid.parameters):
        found = []
        for task in grid.tasks:
            with mistakes.at(()):
                found.append(_case(host, grid, task, parts))
        yield tuple(found)


def _case(
    host: Host, grid: Grid, task: Spec, parts: tuple[Spec, Spec | None, int | None, int | None, int | None]
) -> Case:
    model, trainer, steps, epochs, parameters = parts
    request = RunRequest.of(
        host,
        task,
        model,
        trainer,
        steps=steps,
        epochs=epochs,
        seed=grid.seeds[0],
        dtype=grid.dtype,
        metrics=grid.metrics,
    )
    return Case(request, grid.seeds, parameters)


def _check_metrics(host: Host, ladders: Sequence[Ladder], mistakes: Mistakes) -> None:
    """Check that the metrics of each task are defined on its test data: otherwise each of its runs would fail."""
    asked = {(case.request.task, case.request.metrics): case.request for ladder in ladders for case in ladder}
    for (task, metrics), request in asked.items():
        if metrics:
            with mistakes.at(()):
                request.check_metrics(host.make("tasks", host.spec("tasks", task)))


def _distinct(ladders: Sequence[Ladder]) -> tuple[Ladder, ...]:
    """The ladders without those that repeat an earlier one."""
    found: dict[tuple[tuple[object, ...], ...], Ladder] = {}
    for ladder in ladders:
        identity = tuple((replace(case.request, seed=0), case.seeds, case.parameters) for case in ladder)
        if ladder:
            found.setdefault(identity, ladder)
    return tuple(found.values())
