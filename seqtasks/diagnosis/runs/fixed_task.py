"""The data that an estimator was fitted to, as a task.

Axis letters: n sequences, T steps.
"""

from dataclasses import dataclass
from typing import final

from seqtasks.core.constants import constant_outputs
from seqtasks.core.loss import averaged, step_losses
from seqtasks.core.task import AbstractStream, AbstractTask, Chunk, FixedSets, Objective, Shapes, Yardsticks
from seqtasks.errors import DataError, UsageError


@final
@dataclass(frozen=True, eq=False)
class FixedTask(AbstractTask):
    """Sequences to train on, on which a network is also judged.

    Args:
        kind_shapes: The shapes of the data.
        chunk: The sequences, (n, T), each an episode.
    """

    kind_shapes: Shapes
    chunk: Chunk

    @property
    def shapes(self) -> Shapes:
        """The shapes of the data."""
        return self.kind_shapes

    @property
    def depth(self) -> None:
        """None: how far back the targets reach is unknown."""

    @property
    def objective(self) -> Objective:
        """Whole sequences."""
        return Objective(self.shapes, None, sequence_length=self.chunk.steps)

    @property
    def sets(self) -> FixedSets:
        """All sequences, none for validation."""
        return FixedSets(self.chunk, None)

    def test(self, seed: int) -> Chunk:
        """The same sequences."""
        return self.chunk

    def yardsticks(self) -> Yardsticks:
        """The best constant; the others are unknown.

        Raises:
            DataError: If the targets do not vary.
        """
        chunk, shapes = self.chunk, self.shapes
        constants = constant_outputs(shapes.kind, chunk.targets, chunk.weights, shapes.outputs)
        tiled = (one.reshape(1, 1, -1).repeat(chunk.lanes, 0).repeat(chunk.steps, 1) for one in constants.values())
        losses = [averaged(step_losses(shapes.kind, chunk.targets, one), chunk.weights).loss for one in tiled]
        if min(losses) <= 0:
            raise DataError("The targets do not vary.", "Explain with the y that you fit to.")
        return Yardsticks(min(losses), None, None)

    def stream(self, seed: int, lanes: int) -> AbstractStream:
        """There is none.

        Raises:
            UsageError: Always.
        """
        raise UsageError(
            "Copies of an estimator with an online trainer are not trained again.", "Fit the estimator with the change."
        )
