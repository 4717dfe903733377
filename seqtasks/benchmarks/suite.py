"""A suite: grids of tasks, models, trainers and seeds, checked as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

from seqtasks.running.request import RunRequest
from seqtasks.spec.spec import Spec


@final
@dataclass(frozen=True, slots=True)
class Grid:
    """Every combination of these.

    Args:
        tasks: The tasks.
        models: The models; without ``units`` if there are parameter budgets.
        trainers: The trainers; None is the default of the task.
        seeds: The seeds.
        steps: The budgets in time steps; None is that of the trainer.
        epochs: The budgets in passes over a fixed set; None is that of the trainer.
        parameters: The parameter budgets: the largest number of weights of a network; None for none.
        dtype: The precision.
        metrics: Names of scikit-learn's scorers, by which each run is judged as well.
    """

    tasks: tuple[Spec, ...]
    models: tuple[Spec, ...]
    trainers: tuple[Spec | None, ...]
    seeds: Sequence[int]
    steps: tuple[int | None, ...]
    epochs: tuple[int | None, ...]
    parameters: tuple[int | None, ...]
    dtype: str
    metrics: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """The number of runs."""
        sizes = (self.models, self.trainers, self.steps, self.epochs, self.parameters, self.seeds)
        number = len(self.tasks)
        for each in sizes:
            number *= len(each)
        return number


@final
@dataclass(frozen=True, slots=True)
class Suite:
    """The runs of a benchmark.

    Args:
        name: Its name, or its file.
        grids: Its grids.
        climb: Whether the tasks of a grid are ordered by difficulty: for each model and trainer, a task is run only if
            a seed has solved the task before.
        rank_by: The skill by which its methods are ranked: ``skill`` or ``prequential``.
    """

    name: str
    grids: tuple[Grid, ...]
    climb: bool = False
    rank_by: str = "skill"

    @property
    def size(self) -> int:
        """The number of runs, those included that need not be run if a suite that climbs ends early."""
        return sum(grid.size for grid in self.grids)


@final
@dataclass(frozen=True, slots=True)
class Case:
    """One combination without its seeds.

    Args:
        request: The request of the first seed.
        seeds: All seeds.
        parameters: The parameter budget that sets the model's ``units``, or None.
    """

    request: RunRequest
    seeds: Sequence[int]
    parameters: int | None = None

    @property
    def requests(self) -> list[RunRequest]:
        """The request of each seed."""
        return [replace(self.request, seed=seed) for seed in self.seeds]


Ladder = tuple[Case, ...]  # cases of which the next is run only if a seed has solved the one before
