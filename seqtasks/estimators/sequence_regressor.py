"""The estimator of numbers of sequences."""

from dataclasses import dataclass
from typing import Any, Self, final

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import Tags

from seqtasks.core.task import Shapes
from seqtasks.estimators.sequence import AbstractSequenceEstimator, Rows


@final
@dataclass(kw_only=True, eq=False, repr=False)
class SequenceRegressor(RegressorMixin, AbstractSequenceEstimator):
    """Numbers of sequences, or of their steps, by a recurrent network.

    Targets are learned with mean 0 and scale 1, and shown in their own unit: the squared error has its minimum at the
    same predictions in any. With another ``loss`` they are learned as they are.

    Example:
        >>> X = np.random.default_rng(0).normal(size=(100, 5))
        >>> round(SequenceRegressor(random_state=0).fit(X, X.sum(axis=1)).score(X, X.sum(axis=1)), 1)
        1.0
    """

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """One pass over the sequences in the order given; weights and optimizer state go on from the last.

        Mean and scale of the targets are those of the first call.

        Args:
            X: As for :meth:`fit`.
            y: As for :meth:`fit`.
            sample_weight: As for :meth:`fit`.

        Raises:
            ValueError: As :meth:`fit`.
        """
        return self._partial_fit(X, y, sample_weight, None)

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
        if begins:
            self.target_shape_ = shape
            self.target_mean_, self.target_scale_ = np.zeros(matrix.shape[1]), np.ones(matrix.shape[1])
            if self.loss is None:
                self.target_mean_ = np.average(matrix, axis=0, weights=weights)
                spread = np.sqrt(np.average((matrix - self.target_mean_) ** 2, axis=0, weights=weights))
                self.target_scale_ = np.where(spread > 0, spread, 1.0)
        elif shape != tuple(self.target_shape_):
            raise ValueError(
                f"y has shape {rows.shape}; expected {('n', *self.target_shape_)}, as when it was first fitted."
            )
        return (matrix - self.target_mean_) / self.target_scale_, weights, Shapes(features, matrix.shape[1])

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
