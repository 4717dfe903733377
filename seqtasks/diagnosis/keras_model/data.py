"""The arrays that a Keras model was fitted to, as series.

Axis letters: N rows, T steps of a row, I inputs, O targets, B rows of a batch, S series, L steps of a series.
"""

from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from seqtasks.diagnosis.keras_model.arrays import aligned, array
from seqtasks.diagnosis.objective import Kind
from seqtasks.diagnosis.padding import Padding
from seqtasks.diagnosis.series import Array, Series
from seqtasks.errors import DataError

STEPS: Final = 3  # axes
FEW_SYMBOLS: Final = 20  # that are encoded one by one


@final
@dataclass(frozen=True, slots=True)
class Data:
    """Inputs and targets of equal length, as numbers.

    Args:
        inputs: As the model receives them: (N, T, I), or integers (N, T) for an embedding.
        targets: (N, O), or (N, T, O) if there is one for each step; classes are integers, O = 1.
        kind: The kind of the targets.
        features: (N, T, I), the inputs as numbers of a predictor.
        padding: The padding of the inputs; None if there is none.
        classes: K for classes, else 0.
    """

    inputs: Array
    targets: Array
    kind: Kind
    features: Array
    padding: Padding | None
    classes: int

    @classmethod
    def of(cls, X: Any, y: Any, kind: Kind, outputs: tuple[int | None, ...], *, symbols: bool, steps: bool) -> "Data":
        """The data of the arrays that were passed to ``fit``.

        Args:
            X: The inputs.
            y: The targets.
            kind: The kind of the loss.
            outputs: The shape of the outputs of the model.
            symbols: Whether the inputs are integers for an embedding.
            steps: Whether the second axis of inputs with two is that of steps, and not of inputs.

        Raises:
            DataError: If they are not arrays of numbers with the same number of rows, or are not finite.
        """
        inputs, targets = array(X, "X"), array(y, "y")
        if len(inputs) != len(targets):
            raise DataError(
                f"X has {len(inputs)} rows, but y has {len(targets)}.", "Pass the arrays that you passed to fit."
            )
        rows = _rows(inputs, steps=steps)
        targets = aligned(targets, kind, outputs, rows.shape[1])
        classes = max(int(targets.max()) + 1, int(outputs[-1] or 0)) if kind == "class" else 0
        features = _encoded(rows) if symbols else rows
        padding = Padding.of(rows, targets_of_rows=targets.ndim < STEPS) if rows.shape[1] > 1 else None
        return cls(inputs, targets, kind, features, padding, classes)

    @property
    def per_step(self) -> bool:
        """Whether each step has a target."""
        return self.targets.ndim == STEPS

    @property
    def steps(self) -> int:
        """T."""
        return int(self.features.shape[1])

    def rows_as_series(self) -> Series:
        """Each row is a series of its own: S = N, L = T."""
        counted = np.ones(self.features.shape[:2], bool) if self.padding is None else self.padding.mask()
        targets = self._of_steps()
        if not self.per_step:
            last = self.steps - 1 - counted[:, ::-1].argmax(axis=1)
            counted = np.arange(self.steps) == last[:, None]
            targets = np.repeat(targets[:, None], self.steps, axis=1)
        return Series(self.features, targets, counted)

    def _of_steps(self) -> Array:
        """The targets, if they are of the steps of the inputs."""
        if self.per_step and self.targets.shape[1] != self.steps:
            raise DataError(
                f"A row of y has {self.targets.shape[1]} steps, and a row of X {self.steps}, so that no step of one "
                "belongs to a step of the other.",
                "Explain a model with the forecast as one row of outputs: y.reshape(len(y), -1).",
            )
        return self.targets

    def joined_series(self, batch_size: int) -> Series:
        """Row b of each batch continues row b of the batch before: S = B, L = T N / B."""
        rows = self.rows_as_series()
        batches = len(self.features) // batch_size

        def joined(values: Array) -> Array:
            kept = values[: batches * batch_size].reshape(batches, batch_size, *values.shape[1:])
            return kept.swapaxes(0, 1).reshape(batch_size, batches * values.shape[1], *values.shape[2:])

        return Series(joined(rows.inputs), joined(rows.targets), joined(rows.counted))

    @property
    def sliding(self) -> bool:
        """Whether each row is the row before, moved by one step."""
        x = self.features
        return self.steps > 1 and len(x) > 1 and bool(np.array_equal(x[1:, :-1], x[:-1, 1:]))

    def underlying_series(self) -> Series:
        """The one series that sliding rows are windows of: S = 1, L = N + T - 1."""
        before = self.steps - 1
        inputs = np.concatenate([self.features[0, :before], self.features[:, -1]])
        targets = self._of_steps()[:, -1] if self.per_step else self.targets
        padded = np.concatenate([np.repeat(targets[:1], before, axis=0), targets])
        return Series(inputs[None], padded[None], (np.arange(len(inputs)) >= before)[None])

    def swapped_series(self) -> Series:
        """The rows are the steps and the steps are the rows: S = T, L = N."""
        rows = self.rows_as_series()
        return Series(*(each.swapaxes(0, 1) for each in (rows.inputs, rows.targets, rows.counted)))


def _rows(inputs: Array, *, steps: bool) -> Array:
    """The inputs as (N, T, I)."""
    if inputs.ndim < STEPS:
        table = inputs.reshape(len(inputs), -1)
        inputs = table[:, :, None] if steps else table[:, None, :]
    return np.asarray(inputs.reshape(*inputs.shape[:2], -1), np.float64)


def _encoded(symbols: Array) -> Array:
    """Symbols (N, T, 1) as one-hot codes, or as their numbers if there are many."""
    if symbols.shape[-1] != 1 or symbols.max() >= FEW_SYMBOLS or symbols.min() < 0:
        return symbols
    return np.asarray(np.eye(int(symbols.max()) + 1)[symbols[..., 0].astype(np.intp)])
