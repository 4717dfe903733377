"""The arrays that a Keras model was fitted to, as series.

Axis letters: N rows, T steps of a row, I inputs, O targets, B rows of a batch, S series, L steps of a series.
"""

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from seqtasks.diagnosis.objective import Kind
from seqtasks.diagnosis.series import Array, Series
from seqtasks.errors import DataError

ROWS_ONLY, STEPS = 2, 3  # axes


@final
@dataclass(frozen=True, slots=True)
class Data:
    """Inputs and targets of equal length, as numbers.

    Args:
        inputs: (N, T, I), or integers (N, T) for an embedding.
        targets: (N, O), or (N, T, O) if there is one for each step; classes are integers, O = 1.
        kind: The kind of the targets.
    """

    inputs: Array
    targets: Array
    kind: Kind

    @classmethod
    def of(cls, X: Any, y: Any, kind: Kind, output_shape: tuple[int | None, ...]) -> "Data":
        """The data of the arrays that were passed to ``fit``.

        Raises:
            DataError: If they are not arrays of numbers with the same number of rows, or are not finite.
        """
        inputs, targets = _array(X, "X"), _array(y, "y")
        if len(inputs) != len(targets):
            raise DataError(
                f"X has {len(inputs)} rows, but y has {len(targets)}.", "Pass the arrays that you passed to fit."
            )
        return cls(inputs, _aligned(targets, kind, output_shape), kind)

    @property
    def per_step(self) -> bool:
        """Whether each step has a target."""
        return self.targets.ndim == STEPS

    @property
    def steps(self) -> int:
        """T."""
        return int(self.inputs.shape[1]) if self.inputs.ndim > 1 else 1

    @property
    def classes(self) -> int:
        """K for classes, else 0."""
        return int(self.targets.max()) + 1 if self.kind == "class" else 0

    def rows_as_series(self) -> Series:
        """Each row is a series of its own: S = N, L = T."""
        inputs = self.inputs if self.inputs.ndim == STEPS else self._encoded()
        counted = np.ones(inputs.shape[:2], bool)
        targets = self.targets
        if not self.per_step:
            counted[:, :-1] = False
            targets = np.repeat(targets[:, None], inputs.shape[1], axis=1)
        return Series(inputs.astype(np.float64), targets, counted)

    def joined_series(self, batch_size: int) -> Series:
        """Row b of each batch continues row b of the batch before: S = B, L = T N / B."""
        rows = self.rows_as_series()
        batches = len(self.inputs) // batch_size

        def joined(values: Array) -> Array:
            kept = values[: batches * batch_size].reshape(batches, batch_size, *values.shape[1:])
            return kept.swapaxes(0, 1).reshape(batch_size, batches * values.shape[1], *values.shape[2:])

        return Series(joined(rows.inputs), joined(rows.targets), joined(rows.counted))

    def _encoded(self) -> Array:
        """Symbols as one-hot codes, or as their numbers if there are many."""
        symbols = self.inputs.astype(np.intp)
        if symbols.ndim != ROWS_ONLY or symbols.max() > 20:  # noqa: PLR2004
            return self.inputs.reshape(*self.inputs.shape[:2], -1)
        return np.eye(int(symbols.max()) + 1)[symbols]


def _array(values: Any, name: str) -> Array:
    array = np.asarray(values)
    if array.dtype.kind not in "biuf" or array.ndim == 0:
        raise DataError(
            f"{name} is {type(values).__name__} of {array.dtype}, but explain needs an array of numbers.",
            f"Pass {name} as one NumPy array, such as the first thousands of rows that you fit to.",
        )
    if not len(array):
        raise DataError(f"{name} has no rows.", "Pass the arrays that you passed to fit.")
    bad = int(np.count_nonzero(~np.isfinite(array))) if array.dtype.kind == "f" else 0
    if bad:
        raise DataError(
            f"{bad} of {array.size} numbers in {name} are NaN or infinite, so that every loss is NaN.",
            f"Remove or fill them before you fit: numpy.isfinite({name}).",
        )
    return array


def _aligned(targets: Array, kind: Kind, output_shape: tuple[int | None, ...]) -> Array:
    """The targets with the axes of the outputs, classes as integers."""
    if kind == "class":
        one_hot = targets.ndim == len(output_shape) and targets.shape[-1] == output_shape[-1] and targets.shape[-1] > 1
        labels = targets.argmax(axis=-1) if one_hot else targets
        targets = labels.astype(np.intp)
        return targets if targets.ndim == len(output_shape) else targets[..., None]
    return targets if targets.ndim >= len(output_shape) else targets[..., None]
