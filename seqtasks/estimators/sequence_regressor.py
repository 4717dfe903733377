"""The regressor of sequences."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, Self, final

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import Tags, assert_all_finite

from seqtasks.core.task import Shapes
from seqtasks.estimators.data.input_checks import warn
from seqtasks.estimators.data.sequences import check_sequences
from seqtasks.estimators.data.target_scale import mean_and_scale
from seqtasks.estimators.sequence import AbstractSequenceEstimator, Rows
from seqtasks.estimators.training.recipe import Recipe
from seqtasks.estimators.transaction import atomic


@final
@dataclass(kw_only=True, eq=False, repr=False)
class SequenceRegressor(RegressorMixin, AbstractSequenceEstimator):
    """A recurrent network that predicts numbers for sequences, or for their steps.

    Targets are standardized to mean 0 and scale 1 for the training, and predictions, losses and metrics are in the unit
    of y: the squared error has its minimum at the same predictions in any unit. A ``loss`` of your own sees targets and
    predictions in the unit of y, because another loss may have its minimum elsewhere in another unit:

        minimized: loss(y, mean + scale o),    o the outputs of the network

    The loss in ``history_`` is that loss, or without one

        mean over outputs of (y - prediction)^2 m / scale^2,    m = mean over outputs of scale^2

    ``help("seqtasks.estimators.base.AbstractRecurrentEstimator")`` documents the settings ``model``, ``trainer``,
    ``optimizer``, ``learning_rate``, ``dtype`` and ``random_state``, and
    ``help("seqtasks.estimators.sequence.AbstractSequenceEstimator")`` documents ``epochs``, ``output``, ``loss``,
    ``divisor``, ``metrics``, ``callbacks``, ``early_stopping``, ``validation_fraction``, ``n_iter_no_change``,
    ``warm_start`` and ``verbose``.

    Args:
        target_scale: ``auto`` to standardize targets by the weighted mean and standard deviation of each output; None
            for the unit of y, if y is of the order of 1.

    Attributes:
        target_mean_: (O,), the mean of the targets; 0 if they are not scaled.
        target_scale_: (O,), their standard deviation; 1 if they are not scaled, or do not vary.

    Example:
        >>> X = np.random.default_rng(0).normal(size=(100, 5))
        >>> round(SequenceRegressor(random_state=0).fit(X, X.sum(axis=1)).score(X, X.sum(axis=1)), 1)
        1.0
    """

    target_scale: Literal["auto"] | None = "auto"

    @atomic
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one pass over the sequences in their order, from the current weights and optimizer state.

        The first call sets the mean and scale of the targets for all further calls, so that its targets should have
        the spread of all targets. If they are all equal, as for one sequence, the scale is 1 and a ``UserWarning`` is
        issued.

        Args:
            X: As for :meth:`fit`.
            y: As for :meth:`fit`.
            sample_weight: As for :meth:`fit`.

        Raises:
            ValueError: As :meth:`fit`.
        """
        first = not self.__sklearn_is_fitted__()
        self._partial_fit(X, y, sample_weight, None)
        if first and self._scales:
            rows, weights, _ = self._check_targets(y, sample_weight, check_sequences(self, X, False, self.dtype))
            if (np.ptp(rows[weights > 0], axis=0) == 0).any():
                warn(
                    "The targets of the first call are all equal, and their scale stays 1 for all further calls. Pass "
                    "sequences whose targets differ to the first call of partial_fit, or scale y to the order of 1.",
                )
        return self

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The weighted R^2 over the sequences, or over their steps.

        Args:
            X: As for :meth:`fit`.
            y: As for :meth:`fit`.
            sample_weight: As for :meth:`fit`.
        """
        return self._score(X, y, sample_weight, r2_score)

    def _encode_targets(
        self, rows: Rows, weights: Rows, features: int, reset: bool, classes: Any
    ) -> tuple[Rows, Rows, Shapes]:
        matrix = rows.reshape(len(rows), -1)
        shape = rows.shape[1:]
        positive = weights > 0
        if reset:
            mean, scale = np.zeros(matrix.shape[1]), np.ones(matrix.shape[1])
            if self._scales:
                mean, scale = mean_and_scale(matrix[positive], weights[positive])
            self.target_shape_, self.target_mean_, self.target_scale_ = shape, mean, scale
        elif shape != tuple(self.target_shape_):
            raise ValueError(
                f"y has shape {self._form(shape)}; expected {self._form(self.target_shape_)}, as at the first fit. "
                "Reshape y, or fit again."
            )
        encoded = np.zeros_like(matrix)
        with np.errstate(over="ignore", invalid="ignore"):  # the check below raises an error
            encoded[positive] = (matrix[positive] - self.target_mean_) / self.target_scale_
            assert_all_finite(encoded.astype(self.dtype), input_name="y")
        return encoded, weights, Shapes(features, matrix.shape[1])

    @property
    def _scales(self) -> bool:
        return self.target_scale is not None

    def _with_target_unit(self, recipe: Recipe) -> Recipe:
        if self.loss is None or not self._scales:
            return recipe
        return replace(recipe, means=tuple(self.target_mean_.tolist()), scales=tuple(self.target_scale_.tolist()))

    def _loss_unit(self) -> float:
        return float(np.mean(self.target_scale_**2)) if self.loss is None else 1.0

    def _form(self, target_shape: Iterable[int]) -> str:
        """The shape of y, in letters, if each target has this shape."""
        axes = ["n", "T"] if self.output == "steps" else ["n"]
        axes += map(str, target_shape)
        return f"({axes[0]},)" if len(axes) == 1 else f"({', '.join(axes)})"

    def _for_metrics(self, encoded: Rows, outputs: Rows) -> tuple[Rows, Rows]:
        return encoded * self.target_scale_ + self.target_mean_, self._unscale(outputs)

    def _decode(self, outputs: Rows) -> Rows:
        return self._unscale(outputs).reshape(len(outputs), *self.target_shape_)

    def _unscale(self, outputs: Rows) -> Rows:
        if outputs.shape[1] != len(self.target_mean_):  # without a readout every unit predicts the one number
            outputs = outputs.mean(axis=1, keepdims=True)
        return np.asarray(outputs.astype(np.float64) * self.target_scale_ + self.target_mean_)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
