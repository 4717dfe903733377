"""Numbers of rows on an endless stream."""

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
    """Numbers for each row of a stream, by a recurrent network that learns row by row.

    Targets are learned in the unit they come in: of a stream nobody knows beforehand what scale it will have. Those far
    from the order of 1 are better scaled, for example by ``TransformedTargetRegressor``.

    Attributes:
        target_shape_: What y has behind its rows: () or (O,).
        n_features_in_: F.
        groups_: The groups so far as the keys of a dict, in the order in which they appeared, the present one last;
            empty where there were none yet, None where the next row starts an episode.

    Example:
        >>> X = np.random.default_rng(0).integers(0, 2, (3000, 1))
        >>> y = np.roll(X[:, 0], 1)  # what the row before was
        >>> model = StreamRegressor(trainer="rtrl", random_state=0).fit(X, y)
        >>> (model.predict([[0], [0], [1], [1]])[1:] > 0.5).tolist()
        [False, False, True]
    """

    targets: ClassVar[Mapping[str, Any]] = {"multi_output": True, "y_numeric": True}

    @atomic
    def partial_fit(self, X: Any, y: Any, groups: Any = None) -> Self:
        """Learn the rows that follow the last one learned; how they are cut into calls changes nothing.

        Args:
            X: (T, F), in the order of time.
            y: (T,) or (T, O).
            groups: (T,), each row's episode: the state is reset where it differs from that of the row before, the last
                call's last row included.

        Raises:
            ValueError: As :meth:`fit`, or if y has another number of outputs than before.
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
            sample_weight: (T,), what each row counts.
            groups: (T,), each row's episode, as for :meth:`predict`. scikit-learn's tools hand them on after
                ``set_score_request(groups=True)``.
        """
        return float(r2_score(y, self.predict(X, groups), sample_weight=sample_weight))

    def _know(self, y: Array) -> None:
        self.target_shape_ = y.shape[1:]

    def _targets(self, y: Array) -> Array:
        if y.shape[1:] != tuple(self.target_shape_):
            shown = "(T,)" if not self.target_shape_ else f"(T, {self.target_shape_[0]})"
            raise ValueError(f"y has shape {y.shape}; expected {shown}, as at first.")
        with np.errstate(over="ignore"):  # what is too large is refused
            numbers = y.reshape(len(y), -1).astype(self.dtype)
        assert_all_finite(numbers, input_name="y")
        return numbers

    def _shapes(self) -> Shapes:
        return Shapes(self.n_features_in_, int(np.prod(self.target_shape_, dtype=int)))

    def _answers(self, outputs: Array) -> Array:
        return outputs.astype(np.float64).reshape(len(outputs), *self.target_shape_)
