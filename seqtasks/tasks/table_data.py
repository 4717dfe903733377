"""A table made ready: columns chosen, split in time order, standardised by the training part."""

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import Chunk, Encoding, Shapes
from seqtasks.errors import DataError
from seqtasks.tables.cleaning import Clean
from seqtasks.tables.columns import Columns
from seqtasks.tasks.scaling import Scaling
from seqtasks.tasks.table_target import target_of


@final
@dataclass(frozen=True, slots=True)
class Split:
    """Where the training part ends and how far ahead of a row its target lies, in rows."""

    training_rows: int
    ahead: int

    @classmethod
    def of(cls, columns: Columns, ahead: int, test_share: float) -> "Split":
        """Keep the last rows for the test.

        Raises:
            DataError: If no training target is left.

        Example:
            >>> Split.of(Columns("ten.csv", {"x": np.arange(10)}), ahead=1, test_share=0.25)
            Split(training_rows=8, ahead=1)
        """
        rows = columns.rows
        training = rows - max(1, round(test_share * rows))
        if training <= ahead:
            raise DataError(
                f"{columns.file} has {rows} {'row' if rows == 1 else 'rows'}, of which {rows - training} for the test; "
                f"none of the other {training} has a training target {ahead} ahead.",
                "Give more rows, or choose a smaller test_share or ahead.",
            )
        return cls(training, ahead)


@final
@dataclass(frozen=True, eq=False)
class TableData:
    """The steps of a table, of which the first are for training.

    Args:
        inputs: (steps, I), what is seen.
        targets: (steps, 1), what lies ahead of it.
        observed: (steps,) whether the target was known; a filled one does not count.
        training_steps: How many steps have their target in the training part.
        shapes: What a network must fit.
        encoding: How the file's own units are got back.
        chance: The loss of the best predictor of the other steps that needs no network.
        notes: Which columns are left out, and why.
    """

    inputs: NDArray[np.float32]
    targets: NDArray[Any]
    observed: NDArray[np.bool_]
    training_steps: int
    shapes: Shapes
    encoding: Encoding
    chance: float
    notes: tuple[str, ...]

    @property
    def steps(self) -> int:
        """All steps that have a target."""
        return len(self.inputs)

    def chunk(
        self, steps: NDArray[np.int64], starts: NDArray[np.bool_], counted: bool | NDArray[np.bool_] = True
    ) -> Chunk:
        """The steps (B, T), of which those ``counted`` have weight 1."""
        weights = (np.broadcast_to(counted, steps.shape) & self.observed[steps]).astype(np.float32)
        return Chunk(self.inputs[steps], self.targets[steps], weights, starts)


def made_ready(table: Clean, target: str, kind: str, split: Split) -> TableData:
    """Split and standardise columns.

    Raises:
        DataError: If a cell cannot be used.
    """
    columns, names = table.columns, table.inputs
    training_rows, ahead = split.training_rows, split.ahead
    truth = target_of(columns, target, kind, training_rows)
    inputs = np.empty((columns.rows - ahead, len(names)), np.float32)
    scalings = []
    for place, name in enumerate(names):
        column = columns.numbers(name)
        scalings.append(Scaling.of(column[:training_rows]))
        scaled = scalings[-1].standardised(column, f"{columns.file}: column {name}")
        inputs[:, place] = scaled[: columns.rows - ahead]
    return TableData(
        inputs,
        truth.values[ahead:],
        table.observed[ahead:],
        training_rows - ahead,
        Shapes(len(names), len(truth.classes) if truth.kind == "class" else 1, truth.kind),
        Encoding(
            names,
            tuple(scaling.mean for scaling in scalings),
            tuple(scaling.scale for scaling in scalings),
            target,
            truth.scaling.mean,
            truth.scaling.scale,
            truth.classes,
            table.recipe,
        ),
        truth.chance(training_rows, ahead),
        table.notes,
    )
