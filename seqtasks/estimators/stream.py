"""The base class of estimators of an endless stream, whose rows are time steps.

Axis letters: T rows, F features, O outputs.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from seqtasks.core.network import Array
from seqtasks.core.task import Shapes
from seqtasks.core.trainer import AbstractStreamLearner
from seqtasks.errors import UsageError
from seqtasks.estimators.base import AbstractRecurrentEstimator
from seqtasks.estimators.data.episodes import episodes
from seqtasks.estimators.data.feature_scale import ROWS, FeatureScale
from seqtasks.estimators.data.input_checks import check_no_times, check_unmasked
from seqtasks.estimators.data.labels import as_label_array
from seqtasks.estimators.training.fitted_network import FittedNetwork
from seqtasks.estimators.training.stream_rows import learn_rows, stream_learner
from seqtasks.estimators.transaction import atomic
from seqtasks.spec.parameter import Range

SCALE_HINT: Final = "Put StandardScaler() before the estimator: make_stream_pipeline(StandardScaler(), ...)."


@dataclass(kw_only=True, eq=False, repr=False)
class AbstractStreamEstimator(AbstractRecurrentEstimator):
    """A recurrent network that learns row by row and keeps its state between calls. Subclasses are final.

    A row is a time step, and rows are in order. The state of the network belongs to the last row learned: ``predict``
    treats its rows as those that follow. Settings that change between calls take effect at the next ``fit``.

    Args:
        passes: The number of passes of ``fit`` over the rows, each from the initial state.
    """

    targets: ClassVar[Mapping[str, Any]]  # arguments of validate_data for y

    passes: Annotated[int, Range(low=1)] = 1

    @atomic
    def fit(self, X: Any, y: Any, groups: Any = None) -> Self:
        """Train a new network on the rows.

        Args:
            X: (T, F), in time order.
            y: The target of each row.
            groups: (T,), the episode of each row: the state is reset where it differs from that of the row before.

        Warns:
            UserWarning: If features are far from unit scale: a root mean square above 10, or no value above 0.01. So
                does ``partial_fit``, once, after the first ten rows.

        Raises:
            ValueError: If X, y or groups have another form, or the training diverges.
            UsageError: If a setting is wrong, or the trainer does not learn streams.
        """
        rows, y = self._check_rows(X, reset=True, y=y, **self.targets)
        self._set_target_attributes(y)
        encoded, fitted = self._encode_all(y), self._build()
        self._feature_scale: FeatureScale | None = None
        FeatureScale.of(rows).warn(self, SCALE_HINT)
        starts, new_groups = episodes(groups, len(rows), None)
        for _ in range(self.passes):
            learn_rows(fitted, rows, encoded, starts)
        self._fitted = fitted
        self.groups_: dict[Any, None] | None = dict.fromkeys(new_groups)
        return self

    def predict(self, X: Any, groups: Any = None) -> Array:
        """Predict the targets of the rows that follow the last one learned, without a change of the state.

        Args:
            X: (T, F).
            groups: (T,), the episode of each row: the state is reset where it differs from that of the row before, the
                last row learned included. A group that was learned may return as a new episode, because predicted rows
                are not part of the stream.

        Raises:
            ValueError: If X has other features than at fit, or a group returns after another in this call.
        """
        return self._decode(self._forward(X, groups))

    @atomic
    def advance(self, X: Any, groups: Any = None) -> Self:
        """Update the state with rows whose targets are unknown, without learning.

        Args:
            X: (T, F).
            groups: (T,), the episode of each row.

        Raises:
            ValueError: If X has other features than at fit, or a group returns after another.
        """
        check_is_fitted(self)
        rows, starts, new_groups = self._check_next(X, groups)
        learner = stream_learner(self._fitted)
        learner.advance(rows[None], starts[None])
        if not learner.is_finite:
            raise _too_large(rows)
        self._add_groups(self.groups_, new_groups)
        return self

    def reset_state(self) -> Self:
        """Start a new episode at the next row, and remove all groups from ``groups_``."""
        check_is_fitted(self)
        self.groups_ = None
        return self

    def __sklearn_tags__(self) -> Tags:
        tags: Tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags

    @abstractmethod
    def _set_target_attributes(self, y: Array) -> None:
        """Set the attributes that describe the targets, such as ``classes_``."""

    @abstractmethod
    def _check_targets(self, y: Array) -> Array:
        """Targets (T, O) in the unit of y, or classes (T, 1).

        Raises:
            ValueError: If y does not fit these attributes.
        """

    @abstractmethod
    def _encode_all(self, y: Array) -> Array:
        """All targets of a fit, for the network, (T, O).

        Raises:
            ValueError: As :meth:`_check_targets`.
        """

    @abstractmethod
    def _learn(self, fitted: FittedNetwork, rows: Array, targets: Array, starts: NDArray[np.bool_]) -> Array:
        """Learn the next rows, whose targets were checked; the outputs of each before it was learned, (T, O)."""

    @abstractmethod
    def _in_unit(self, outputs: Array) -> Array:
        """Outputs (T, O) of the network in the unit of y; logits as they are."""

    @abstractmethod
    def _shapes(self) -> Shapes:
        """The shapes of the network."""

    @abstractmethod
    def _decode(self, outputs: Array) -> Array:
        """Predictions (T, ...) from outputs (T, O) in the unit of y."""

    def _forward(self, X: Any, groups: Any) -> Array:
        """The outputs for rows that follow the last one learned, (T, O): logits, or numbers in the unit of y."""
        check_is_fitted(self)
        rows, starts, _ = self._check_next(X, groups, again=True)  # predicted rows are not part of the stream
        outputs = stream_learner(self._fitted).predict(rows[None], starts[None])[0]
        if not np.isfinite(outputs).all():
            raise _too_large(rows)
        return self._in_unit(np.asarray(outputs))

    def _check_next(self, X: Any, groups: Any, again: bool = False) -> tuple[Array, NDArray[np.bool_], list[Any]]:
        """Rows without targets, where episodes start in them, and the groups that start."""
        rows = self._check_rows(X, reset=False)
        return rows, *episodes(groups, len(rows), self.groups_, again)

    def _check_rows(self, X: Any, reset: bool, **y: Any) -> Any:
        """Check X, and y if passed, as scikit-learn does; with ``reset`` set ``n_features_in_`` and the names."""
        with np.errstate(over="ignore"):  # the check for finite values raises an error
            # for one row, the full checks take a fifth of the time, mostly to find that an array is not a data frame
            if "y" in y and not reset and _finite(X, 2) and _finite(y["y"], 1) and self._fits(X, y["y"]):
                rows = X.astype(self.dtype, copy=False)
                if np.isfinite(rows).all():
                    return rows, y["y"]
            check_unmasked(X, "X")
            check_no_times(X, "X")
            if y.get("y") is not None:
                y["y"] = _check_values(y["y"], numeric="y_numeric" in y)
            return validate_data(self, X, reset=reset, dtype=self.dtype, **y)

    def _fits(self, X: Array, y: Array) -> bool:
        """Whether X (T, F) has the features of the fit, which have no names, and y has T values."""
        return X.shape == (len(y), self.n_features_in_) and not hasattr(self, "feature_names_in_")

    def _follow(self, X: Any, y: Any, groups: Any, classes: Array | None = None) -> Array:
        """Learn rows that follow the last one learned, or the first rows.

        Args:
            X: (T, F).
            y: The target of each row.
            groups: (T,), the episode of each row.
            classes: All labels, at the first rows; None for the labels of y.

        Returns:
            The outputs for each row before it was learned, (T, O), as :meth:`_forward` returns them.
        """
        first = not self.__sklearn_is_fitted__()
        rows, y = self._check_rows(X, reset=first, y=y, **self.targets)
        if first:
            self._set_target_attributes(y if classes is None else classes)
        before = None if first else self.groups_
        targets, (starts, new_groups) = self._check_targets(y), episodes(groups, len(rows), before)
        fitted = self._build() if first else self._fitted
        outputs = self._learn(fitted, rows, targets, starts)
        self._follow_scale(rows, first)
        self._fitted = fitted
        self._add_groups(before, new_groups)
        return outputs

    def _follow_scale(self, rows: Array, first: bool) -> None:
        """Warn of features far from unit scale once, when the first rows are known."""
        scale: FeatureScale | None = vars(self).get("_feature_scale")  # a file does not have it
        if first:
            scale = FeatureScale.of(rows[:ROWS])
        elif scale is None:
            return
        else:
            scale = scale.with_rows(rows[: ROWS - scale.rows])
        self._feature_scale = scale if scale.rows < ROWS else None
        if self._feature_scale is None:
            scale.warn(self, SCALE_HINT)

    def _add_groups(self, before: dict[Any, None] | None, new: list[Any]) -> None:
        after = {} if before is None else before
        after.update(dict.fromkeys(new))
        self.groups_ = after

    def _snapshot(self) -> Callable[[], None]:
        """The snapshot of any estimator. Groups may be many: restoring removes new ones instead of using a copy."""
        restore_others, groups = super()._snapshot(), vars(self).get("groups_")
        count = len(groups or {})

        def restore() -> None:
            restore_others()
            while groups and len(groups) > count:
                groups.popitem()

        return restore

    def _build(self) -> FittedNetwork:
        """A new network whose learner is one of streams.

        Raises:
            UsageError: If the trainer does not learn one stream row by row.
        """
        fitted = FittedNetwork(self._recipe(), self._shapes(), None, self._seed())
        name = type(fitted.trainer).__name__
        if not isinstance(fitted.learner, AbstractStreamLearner):
            raise UsageError(
                f"{type(self).__name__} learns row by row, and the trainer {name} learns whole sequences.",
                "Use an online trainer, such as trainer='online' or 'rtrl'; `seqtasks list trainers` shows all.",
            )
        if fitted.trainer.lanes != 1:
            raise UsageError(
                f"Rows are one stream, and the trainer {name} has lanes={fitted.trainer.lanes}.", "Leave out lanes."
            )
        return fitted


def _too_large(rows: Array) -> ValueError:
    """The error for rows whose outputs or states overflow although the weights are finite."""
    return ValueError(
        "The network's outputs or states are not finite: X holds values too large for it, up to "
        f"{np.abs(rows).max()}. Scale its features, for example by StandardScaler()."
    )


def _finite(values: Any, axes: int) -> bool:
    """Whether the values are a NumPy array with this number of axes and only finite floats, at least one."""
    plain = type(values) is np.ndarray and values.dtype.kind == "f" and values.ndim == axes and values.size > 0
    return plain and bool(np.isfinite(values).all())


def _check_values(y: Any, numeric: bool) -> Any:
    """The targets as numbers or labels that scikit-learn does not convert."""
    check_unmasked(y, "y")
    if not numeric:
        return as_label_array(y)
    check_no_times(y, "y")
    return y
