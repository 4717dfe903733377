"""The regressor of the rows of an endless stream."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self, final

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import Tags

from seqtasks.core.network import Array
from seqtasks.core.task import Shapes
from seqtasks.estimators.data.target_scale import Numbers, RunningMoments, TargetScale, mean_and_scale
from seqtasks.estimators.stream import AbstractStreamEstimator
from seqtasks.estimators.training.fitted_network import FittedNetwork
from seqtasks.estimators.training.stream_rows import encode, learn_rows, learn_scaled_rows
from seqtasks.estimators.transaction import atomic


@final
@dataclass(kw_only=True, eq=False, repr=False)
class StreamRegressor(RegressorMixin, AbstractStreamEstimator):
    """A recurrent network that predicts numbers for the rows of a stream and learns row by row.

    The network learns targets in a unit of their own, z = (y - mean) / scale, and predictions and scores are in the
    unit of y. The mean and the scale of ``fit`` are those of all its targets. ``partial_fit`` follows the moments of
    all targets so far, and a change of the unit changes no prediction, because the readout of the network is
    re-expressed in the new unit. Before the unit is known, the first nine rows of a new estimator, and further ones
    until targets differ, are not learned, and predictions are the mean so far.

    Args:
        target_scale: ``auto`` for such a unit; None for the unit of y, if y is of the order of 1.

    Attributes:
        target_shape_: The shape of each target: () or (O,).
        target_mean_: (O,), the mean of the unit.
        target_scale_: (O,), the scale of the unit; 1 for targets that do not vary; 0 as long as no row was learned.
        target_moments_: (4, O), for each output the number of targets so far, the first one, and the sums of their
            differences from it and of the squares of these; None without such a unit.
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

    target_scale: Literal["auto"] | None = "auto"

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
        outputs = int(np.prod(self.target_shape_, dtype=int))
        self.target_mean_, self.target_scale_ = np.zeros(outputs), np.ones(outputs)
        self.target_moments_: Numbers | None = None
        if self.target_scale is not None:
            self.target_scale_ = np.zeros(outputs)
            self.target_moments_ = RunningMoments.empty(outputs).sums

    def _check_targets(self, y: Array) -> Array:
        if y.shape[1:] != tuple(self.target_shape_):
            expected = "(T,)" if not self.target_shape_ else f"(T, {self.target_shape_[0]})"
            raise ValueError(
                f"y has shape {y.shape}; expected {expected}, as at the first fit. Reshape y, or fit again."
            )
        targets = y.reshape(len(y), -1).astype(np.float64)
        if self._moments is None:
            encode(self._unit, targets, self.dtype)  # raises an error if one is too large
        return targets

    def _encode_all(self, y: Array) -> Array:
        targets = self._check_targets(y)
        if self._moments is not None:
            *_, moments = self._moments.prefixes(targets)
            self._set_unit(TargetScale(*mean_and_scale(targets, np.ones(len(targets)))), moments)
        return encode(self._unit, targets, self.dtype)

    def _learn(self, fitted: FittedNetwork, rows: Array, targets: Array, starts: NDArray[np.bool_]) -> Array:
        unit, moments = self._unit, self._moments
        if moments is None:
            return unit.decode(learn_rows(fitted, rows, encode(unit, targets, rows.dtype), starts))
        predictions, after = learn_scaled_rows(fitted, rows, targets, starts, (unit, moments))
        self._set_unit(*after)
        return predictions

    @property
    def _unit(self) -> TargetScale:
        return TargetScale(self.target_mean_, self.target_scale_)

    @property
    def _moments(self) -> RunningMoments | None:
        return None if self.target_moments_ is None else RunningMoments(self.target_moments_)

    def _set_unit(self, unit: TargetScale, moments: RunningMoments) -> None:
        self.target_mean_, self.target_scale_, self.target_moments_ = unit.mean, unit.scale, moments.sums

    def _shapes(self) -> Shapes:
        return Shapes(self.n_features_in_, int(np.prod(self.target_shape_, dtype=int)))

    def _in_unit(self, outputs: Array) -> Array:
        return self._unit.decode(outputs)

    def _decode(self, outputs: Array) -> Array:
        return outputs.astype(np.float64).reshape(len(outputs), *self.target_shape_)
