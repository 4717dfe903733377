"""The regressor of the rows of an endless stream."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self, final

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import Tags, assert_all_finite

from seqtasks.core.network import Array
from seqtasks.core.task import Shapes
from seqtasks.estimators.stream import AbstractStreamEstimator
from seqtasks.estimators.transaction import atomic


@final
@dataclass(kw_only=True, eq=False, repr=False)
class StreamRegressor(RegressorMixin, AbstractStreamEstimator):
    """A recurrent network that predicts numbers for the rows of a stream and learns row by row.

    Targets are not scaled, because the scale of a stream is not known in advance. Scale targets that are far from the
    order of 1, for example with ``TransformedTargetRegressor``.

    Attributes:
        target_shape_: The shape of each target: () or (O,).
        n_features_in_: F.
        groups_: A dict whose keys are all groups so far in order, the current one last; empty without groups, None if
            the next row starts a new episode.

    Example:
        >>> X = np.random.default_rng(0).integers(0, 2, (3000, 1))
        >>> y = np.roll(X[:, 0], 1)  # the input of the row before
        >>> model = StreamRegressor(trainer="rtrl", random_state=0).fit(X, y)
        >>> (model.predict([[0], [0], [1], [1]])[1:] > 0.5).tolist()
        [False, False, True]
    """

    targets: ClassVar[Mapping[str, Any]] = {"multi_output": True, "y_numeric": True}

    @atomic
    def partial_fit(self, X: Any, y: Any, groups: Any = None) -> Self:
        """Learn the rows that follow the last one learned; one call gives the same result as several.

        Args:
            X: (T, F), in time order.
            y: (T,) or (T, O).
            groups: (T,), the episode of each row: the state is reset where it differs from that of the row before, the
                last row of the last call included.

        Raises:
            ValueError: As :meth:`fit`, or if y has another number of outputs than at fit.
        """
        self._follow(X, y, groups)
        return self

    def __sklearn_tags__(self) -> Tags:
        tags: Tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def score(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> float:
        """R^2 over the rows that follow the last one learned.

        Args:
            X: (T, F).
            y: As for :meth:`fit`.
            sample_weight: (T,), the weight of each row.
            groups: (T,), the episode of each row, as for :meth:`predict`. scikit-learn passes it after
                ``set_score_request(groups=True)``.
        """
        return float(r2_score(y, self.predict(X, groups), sample_weight=sample_weight))

    def _set_target_attributes(self, y: Array) -> None:
        self.target_shape_ = y.shape[1:]

    def _encode_targets(self, y: Array) -> Array:
        if y.shape[1:] != tuple(self.target_shape_):
            expected = "(T,)" if not self.target_shape_ else f"(T, {self.target_shape_[0]})"
            raise ValueError(
                f"y has shape {y.shape}; expected {expected}, as at the first fit. Reshape y, or fit again."
            )
        with np.errstate(over="ignore"):  # the check below raises an error
            numbers = y.reshape(len(y), -1).astype(self.dtype)
        assert_all_finite(numbers, input_name="y")
        return numbers

    def _shapes(self) -> Shapes:
        return Shapes(self.n_features_in_, int(np.prod(self.target_shape_, dtype=int)))

    def _decode(self, outputs: Array) -> Array:
        return outputs.astype(np.float64).reshape(len(outputs), *self.target_shape_)
