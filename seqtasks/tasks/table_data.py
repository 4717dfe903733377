"""The data of a table: columns selected, split in time order, standardised by the training part."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.earlier_rows import EarlierRows
from seqtasks.core.task import Chunk, Encoding, Shapes
from seqtasks.errors import DataError
from seqtasks.tables.cleaning import Clean
from seqtasks.tasks.scaling import Scaling
from seqtasks.tasks.table_reference import Choice
from seqtasks.tasks.table_target import Horizons, RealTarget, target_of


@final
@dataclass(frozen=True, eq=False)
class TableData:
    """The steps of a table; the first of them are the training part.

    Args:
        inputs: (steps, I), what is seen.
        targets: (steps, 1), what lies ahead of it.
        observed: (steps,) whether all targets were known; a filled one does not count.
        training_steps: How many steps have all their targets in the training part.
        test_step: The first step that has all its targets in the test part.
        shapes: What a network must fit.
        encoding: How the file's own units are got back.
        baselines: The losses in the test part of the forecasts that need no network, by their names.
        period: After how many rows the target repeats itself; None if it does not, or is a label.
        references: The names of the forecasts that a real target is learned as the deviation from, each once.
        notes: Which columns are left out, and why.
    """

    inputs: NDArray[np.float32]
    targets: NDArray[Any]
    observed: NDArray[np.bool_]
    training_steps: int
    test_step: int
    shapes: Shapes
    encoding: Encoding
    baselines: Mapping[str, float]
    period: int | None
    references: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def steps(self) -> int:
        """The number of steps that have a target."""
        return len(self.inputs)

    def chunk(
        self, steps: NDArray[np.int64], starts: NDArray[np.bool_], counted: bool | NDArray[np.bool_] = True
    ) -> Chunk:
        """The steps (B, T), of which those ``counted`` have weight 1."""
        weights = (np.broadcast_to(counted, steps.shape) & self.observed[steps]).astype(np.float32)
        return Chunk(self.inputs[steps], self.targets[steps], weights, starts)


def prepare(table: Clean, target: str, kind: str, horizons: Horizons, choice: Choice, period: int | None) -> TableData:
    """Split and standardise columns.

    Args:
        table: The table.
        target: The column to forecast.
        kind: What the target is.
        horizons: How many rows ahead.
        choice: Which reference a real target has.
        period: Its period; None to find it.

    Raises:
        UsageError: If labels are to be forecast for several rows.
        DataError: If a cell cannot be used.
    """
    columns, training_rows = table.columns, table.training_rows
    steps, test_step = columns.rows - horizons.last, training_rows - horizons.first
    observed = np.logical_and.reduce([table.observed[ahead : ahead + steps] for ahead in horizons])
    test_steps = test_step + np.flatnonzero(observed[test_step:])
    for part, known in (("training", observed[: training_rows - horizons.last].any()), ("test", test_steps.size)):
        if not known:
            raise DataError(
                f"{columns.file}: column {target} has no known value to forecast in the {part} part.",
                "Choose another test_share, or remove the rows without a value.",
            )
    truth = target_of(table, target, kind, horizons, choice, period)
    seen = [(name, lag) for name in table.inputs for lag in (truth.lags if name == target else (0,))]
    inputs = np.empty((steps, len(seen)), np.float32)
    scalings = []
    for place, (name, lag) in enumerate(seen):
        column = _change(columns.numbers(name), lag)
        scalings.append(Scaling.of(column[:training_rows]))
        inputs[:, place] = scalings[-1].standardised(column, columns, name)[:steps]
    return TableData(
        inputs=inputs,
        targets=truth.values,
        observed=observed,
        training_steps=training_rows - horizons.last,
        test_step=test_step,
        shapes=Shapes(len(seen), len(truth.classes) if truth.kind == "class" else len(truth.outputs), truth.kind),
        encoding=Encoding(
            tuple(name for name, _ in seen),
            tuple(scaling.mean for scaling in scalings),
            tuple(scaling.scale for scaling in scalings),
            truth.outputs,
            truth.classes,
            tuple(lag for _, lag in seen),
            table.recipe,
        ),
        baselines=truth.baselines(test_steps),
        period=truth.period if isinstance(truth, RealTarget) else None,
        references=tuple(dict.fromkeys(one.name for one in truth.references)) if isinstance(truth, RealTarget) else (),
        notes=(*table.notes, *truth.notes),
    )


def _change(values: NDArray[np.float64], lag: int) -> NDArray[np.float64]:
    """The change of a column since ``lag`` rows ago; the column itself where that is 0."""
    return values - EarlierRows(lag).before(values, lag) if lag else values
