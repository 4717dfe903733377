"""The estimator of numbers of sequences."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self, final

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import Tags, assert_all_finite

from seqtasks.core.task import Shapes
from seqtasks.estimators.inputs import inputs
from seqtasks.estimators.sequence import AbstractSequenceEstimator, Rows
from seqtasks.estimators.transaction import atomic
from seqtasks.estimators.warning import warn


@final
@dataclass(kw_only=True, eq=False, repr=False)
class SequenceRegressor(RegressorMixin, AbstractSequenceEstimator):
    """Numbers of sequences, or of their steps, by a recurrent network.

    Targets are learned with mean 0 and scale 1, and shown in their own unit: the squared error has its minimum at the
    same predictions in any. With another ``loss``, ``"mse"`` included, they are learned as they are.

    ``help("seqtasks.estimators.base.AbstractRecurrentEstimator")`` tells of the settings ``model``, ``trainer``,
    ``optimizer``, ``learning_rate``, ``dtype`` and ``random_state``, and
    ``help("seqtasks.estimators.sequence.AbstractSequenceEstimator")`` of ``epochs``, ``output``, ``loss``, ``metrics``,
    ``callbacks``, ``early_stopping``, ``validation_fraction``, ``n_iter_no_change``, ``warm_start`` and ``verbose``.

    Example:
        >>> X = np.random.default_rng(0).normal(size=(100, 5))
        >>> round(SequenceRegressor(random_state=0).fit(X, X.sum(axis=1)).score(X, X.sum(axis=1)), 1)
        1.0
    """

    @atomic
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """One pass over the sequences in the order given; weights and optimizer state go on from the last.

        Mean and scale of the targets are those of the first call, for good: its sequences should show how far targets
        are apart. Where they are all equal, as that of one sequence is, the scale is 1, and a ``UserWarning`` says so.

        Args:
            X: As for :meth:`fit`.
            y: As for :meth:`fit`.
            sample_weight: As for :meth:`fit`.

        Raises:
            ValueError: As :meth:`fit`.
        """
        first = not self.__sklearn_is_fitted__()
        self._partial_fit(X, y, sample_weight, None)
        if first and self.loss is None:
            rows, weights, _ = self._rows(y, sample_weight, inputs(self, X, False, self.dtype))
            if (np.ptp(rows[weights > 0], axis=0) == 0).any():
                warn(
                    "The targets of the first call are all equal, and their scale is now 1 for good: give the first "
                    "call of partial_fit sequences whose targets differ, or scale y to the order of 1.",
                )
        return self

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R^2 over the sequences, or over all sequences' steps, that count.

        Args:
            X: As for :meth:`fit`.
            y: As for :meth:`fit`.
            sample_weight: As for :meth:`fit`.
        """
        return self._score(X, y, sample_weight, r2_score)

    def _taken(self, rows: Rows, weights: Rows, features: int, begins: bool, classes: Any) -> tuple[Rows, Rows, Shapes]:
        matrix = rows.reshape(len(rows), -1)
        shape = rows.shape[1:]
        counts = weights > 0
        if begins:
            mean, scale = np.zeros(matrix.shape[1]), np.ones(matrix.shape[1])
            if self.loss is None:
                mean, scale = _mean_and_scale(matrix[counts], weights[counts])
            self.target_shape_, self.target_mean_, self.target_scale_ = shape, mean, scale
        elif shape != tuple(self.target_shape_):
            raise ValueError(
                f"y has shape {self._form(shape)}; expected {self._form(self.target_shape_)}, as when it was first "
                "fitted."
            )
        wanted = np.zeros_like(matrix)
        with np.errstate(over="ignore", invalid="ignore"):  # what is too large is refused
            wanted[counts] = (matrix[counts] - self.target_mean_) / self.target_scale_
            assert_all_finite(wanted.astype(self.dtype), input_name="y")
        return wanted, weights, Shapes(features, matrix.shape[1])

    def _form(self, target_shape: Iterable[int]) -> str:
        """The shape of y, in letters, where each target has this shape."""
        axes = ["n", "T"] if self.output == "steps" else ["n"]
        axes += map(str, target_shape)
        return f"({axes[0]},)" if len(axes) == 1 else f"({', '.join(axes)})"

    def _as_known(self, wanted: Rows, said: Rows) -> tuple[Rows, Rows]:
        return wanted * self.target_scale_ + self.target_mean_, self._in_unit(said)

    def _shown(self, said: Rows) -> Rows:
        return self._in_unit(said).reshape(len(said), *self.target_shape_)

    def _in_unit(self, said: Rows) -> Rows:
        if said.shape[1] != len(self.target_mean_):  # without a readout every unit is a prediction of the one number
            said = said.mean(axis=1, keepdims=True)
        return np.asarray(said.astype(np.float64) * self.target_scale_ + self.target_mean_)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _mean_and_scale(matrix: Rows, weights: Rows) -> tuple[Rows, Rows]:
    """Those of targets (N, O), each (O,): the weighted mean and standard deviation, or 1 where that is 0."""
    with np.errstate(over="ignore", invalid="ignore"):  # what is too large is refused
        mean = np.average(matrix, axis=0, weights=weights)
        spread = np.sqrt(np.average((matrix - mean) ** 2, axis=0, weights=weights))
    if not np.isfinite(spread).all():
        raise ValueError(
            "Input y contains a value too large for dtype('float64'): the variance overflows, with targets up to "
            f"{np.abs(matrix).max():.3g}. Give y in a larger unit."
        )
    return mean, np.where(spread > 0, spread, 1.0)
