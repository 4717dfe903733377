"""What a task shows: its first eight steps, and an overview of a user's data."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

from seqtasks.catalogue.host import Host
from seqtasks.errors import SeqtasksError
from seqtasks.spec.spec import Spec

STEPS = 8


@final
@dataclass(frozen=True, slots=True)
class Drawing:
    """The first steps of a task and its yardsticks.

    Args:
        x: The inputs of each step.
        y: The targets of each step.
        weights: The weight of each step; 0 for steps that are not counted.
        yardsticks: The losses chance, memoryless and optimum; None if unknown.
        depth: The number of cell evaluations that gradients must flow through; None if unknown.
        notes: The task's remarks about its data.
    """

    x: list[list[float]]
    y: list[list[float]]
    weights: list[float]
    yardsticks: dict[str, float | None]
    depth: int | None
    notes: tuple[str, ...]

    def rows(self) -> list[tuple[str, str, str]]:
        """t, x and y of each step; y in parentheses if the step is not counted."""
        return [
            (str(t), _numbers(x), _numbers(y) if weight else f"({_numbers(y)})")
            for t, (x, y, weight) in enumerate(zip(self.x, self.y, self.weights, strict=True))
        ]

    def remarks(self) -> Iterator[str]:
        """The legend and the yardsticks."""
        if not all(self.weights):
            yield "(y) is not counted in the loss."
        known = ", ".join(f"{name} {_number(loss)}" for name, loss in self.yardsticks.items() if loss is not None)
        yield f"Loss: {known}."
        if self.depth is not None:
            yield f"Depth: gradients must flow through {self.depth} cell evaluation{'s' * (self.depth > 1)}."
        yield from self.notes

    def record(self) -> dict[str, Any]:
        """The drawing as plain values."""
        steps = {"x": self.x, "y": self.y, "weights": self.weights}
        return {"steps": steps, "yardsticks": self.yardsticks, "depth": self.depth, "notes": self.notes}


@final
@dataclass(frozen=True, slots=True)
class Examined:
    """A task that was made, as far as it can be.

    Args:
        overview: An ``Overview`` of a user's data; None if a law makes the data, or the file cannot be used.
        drawing: The first steps; None if there is a problem.
        problem: Why there are no steps.
    """

    overview: Any = None
    drawing: Drawing | None = None
    problem: SeqtasksError | None = None


def examine(host: Host, spec: Spec) -> Examined:
    """Make a task, and find what there is to show."""
    overview = None
    try:
        task = host.make("tasks", spec)
        overview = task.overview()
        return Examined(overview, draw(task))
    except SeqtasksError as problem:
        return Examined(overview, problem=problem)


def draw(task: Any) -> Drawing:
    """The first steps of one sequence of ``task``, seed 0."""
    chunk = task.sample(seed=0, sequences=1, length=STEPS)
    judged = task.yardsticks()
    yardsticks = {name: getattr(judged, name) for name in ("chance", "memoryless", "optimum")}
    inputs, targets, weights = (part[0].tolist() for part in (chunk.inputs, chunk.targets, chunk.weights))
    return Drawing(inputs, targets, weights, yardsticks, task.depth, task.notes)


def _numbers(values: list[float]) -> str:
    return " ".join(_number(item) for item in values)


def _number(item: float) -> str:
    return f"{item:.4g}"
