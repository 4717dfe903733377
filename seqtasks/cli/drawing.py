"""The first eight steps of a task as text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

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
