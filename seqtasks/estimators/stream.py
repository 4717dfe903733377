"""Recurrent networks on an endless stream: what the estimators share whose rows are time steps.

Axis letters: T rows, F features, O outputs.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from seqtasks.core.network import Array
from seqtasks.core.task import Chunk, Shapes
from seqtasks.core.trainer import AbstractStreamLearner
from seqtasks.errors import UsageError
from seqtasks.estimators.base import AbstractRecurrentEstimator
from seqtasks.estimators.episodes import episodes
from seqtasks.estimators.labels import plain_labels
from seqtasks.estimators.plain_values import check_no_times, check_unmasked
from seqtasks.estimators.trained import Trained
from seqtasks.estimators.transaction import atomic
from seqtasks.spec.parameter import Range


@dataclass(kw_only=True, eq=False, repr=False)
class AbstractStreamEstimator(AbstractRecurrentEstimator):
    """A recurrent network that learns row by row and carries its state on. Subclasses are final.

    A row is a time step and rows are in order. What was learned and where the network is in the stream go together:
    ``predict`` takes its rows for those that follow the last one learned. Settings that are changed in between are for
    the next ``fit``.

    Args:
        passes: How often ``fit`` goes over the rows, each time from the reset state.
    """

    targets: ClassVar[Mapping[str, Any]]  # how y is checked

    passes: Annotated[int, Range(low=1)] = 1

    @atomic
    def fit(self, X: Any, y: Any, groups: Any = None) -> Self:
        """Learn the rows afresh.

        Args:
            X: (T, F), in the order of time.
            y: Each row's target.
            groups: (T,), each row's episode: the state is reset where it differs from that of the row before.

        Raises:
            ValueError: If X, y or groups are not what is expected, or the training diverged.
            UsageError: If a setting is wrong, or the trainer does not learn streams.
        """
        rows, given = self._checked(X, reset=True, y=y, **self.targets)
        self._know(given)
        targets, trained = self._targets(given), self._begun()
        starts, began = episodes(groups, len(rows), None)
        for _ in range(self.passes):
            _learn(trained, rows, targets, starts)
        self._trained = trained
        self.groups_: dict[Any, None] | None = dict.fromkeys(began)
        return self

    def predict(self, X: Any, groups: Any = None) -> Array:
        """What the targets of the rows that follow the last one learned are; changes nothing.

        Args:
            X: (T, F).
            groups: (T,), each row's episode: the state is reset where it differs from that of the row before, the last
                row learned included. A group that was learned may be asked about again, as an episode from its start:
                what is only predicted is no part of the stream.

        Raises:
            ValueError: If X has other features than at fit, or in this call a group comes back after another.
        """
        return self._answers(self._outputs(X, groups))

    @atomic
    def advance(self, X: Any, groups: Any = None) -> Self:
        """Move on over rows whose targets are not known: the state goes on, and nothing is learned.

        Args:
            X: (T, F).
            groups: (T,), each row's episode.

        Raises:
            ValueError: If X has other features than at fit, or a group comes back after another.
        """
        check_is_fitted(self)
        rows, starts, began = self._next(X, groups)
        learner = learner_of(self._trained)
        learner.advance(rows[None], starts[None])
        if not learner.is_finite:
            raise _too_large(rows)
        self._go_on(self.groups_, began)
        return self

    def reset_state(self) -> Self:
        """Have the next row start an episode. The groups that there were are forgotten."""
        check_is_fitted(self)
        self.groups_ = None
        return self

    def __sklearn_tags__(self) -> Tags:
        tags: Tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags

    @abstractmethod
    def _know(self, y: Array) -> None:
        """Learn what targets there are."""

    @abstractmethod
    def _targets(self, y: Array) -> Array:
        """What the network learns, (T, O).

        Raises:
            ValueError: If y holds other targets than are known.
        """

    @abstractmethod
    def _shapes(self) -> Shapes:
        """What a network must fit."""

    @abstractmethod
    def _answers(self, outputs: Array) -> Array:
        """Predictions (T, ...) from outputs (T, O)."""

    def _outputs(self, X: Any, groups: Any) -> Array:
        """What the network says to rows that follow the last one learned, (T, O)."""
        check_is_fitted(self)
        rows, starts, _ = self._next(X, groups, again=True)  # what is not learned is no part of the stream
        outputs = learner_of(self._trained).predict(rows[None], starts[None])[0]
        if not np.isfinite(outputs).all():
            raise _too_large(rows)
        return np.asarray(outputs)

    def _next(self, X: Any, groups: Any, again: bool = False) -> tuple[Array, NDArray[np.bool_], list[Any]]:
        """Rows without targets, where episodes start among them, and the groups that begin."""
        rows = self._checked(X, reset=False)
        return rows, *episodes(groups, len(rows), self.groups_, again)

    def _checked(self, X: Any, reset: bool, **y: Any) -> Any:
        """X, and y where it is given, as scikit-learn checks them; with ``reset`` the features of X are learned."""
        with np.errstate(over="ignore"):  # what is too large is refused
            # the checks take a fifth of the time of one row, mostly to find that an array is no data frame
            if "y" in y and not reset and _finite(X, 2) and _finite(y["y"], 1) and self._fits(X, y["y"]):
                rows = X.astype(self.dtype, copy=False)
                if np.isfinite(rows).all():
                    return rows, y["y"]
            check_unmasked(X, "X")
            check_no_times(X, "X")
            if y.get("y") is not None:
                y["y"] = _plain(y["y"], numeric="y_numeric" in y)
            return validate_data(self, X, reset=reset, dtype=self.dtype, **y)

    def _fits(self, X: Array, y: Array) -> bool:
        """Whether X (T, F) has the features of before, which have no names, and y is of its length."""
        return X.shape == (len(y), self.n_features_in_) and not hasattr(self, "feature_names_in_")

    def _follow(self, X: Any, y: Any, groups: Any, told: Array | None = None) -> Array:
        """Learn rows that follow the last one learned, or the first; of those, ``told`` says what targets there are.

        Returns:
            What the network said to each row before it was learned, (T, O).
        """
        first = not self.__sklearn_is_fitted__()
        rows, given = self._checked(X, reset=first, y=y, **self.targets)
        if first:
            self._know(given if told is None else told)
        before = None if first else self.groups_
        targets, (starts, began) = self._targets(given), episodes(groups, len(rows), before)
        trained = self._begun() if first else self._trained
        outputs = _learn(trained, rows, targets, starts)
        self._trained = trained
        self._go_on(before, began)
        return np.asarray(outputs)

    def _go_on(self, before: dict[Any, None] | None, began: list[Any]) -> None:
        after = {} if before is None else before
        after.update(dict.fromkeys(began))
        self.groups_ = after

    def _snapshot(self) -> Callable[[], None]:
        """That of any estimator; the groups, which may be many, are not copied: those that were added are removed."""
        put_back_rest, groups = super()._snapshot(), vars(self).get("groups_")
        count = len(groups or {})

        def put_back() -> None:
            put_back_rest()
            while groups and len(groups) > count:
                groups.popitem()

        return put_back

    def _begun(self) -> Trained:
        """A new network and its learner, which is one for streams."""
        trained = Trained(self._recipe(), self._shapes(), None, self._seed())
        name = type(trained.trainer).__name__
        if not isinstance(trained.learner, AbstractStreamLearner):
            raise UsageError(
                f"{type(self).__name__} learns row by row, and the trainer {name} learns whole sequences.",
                "Use an online trainer, such as trainer='online' or 'rtrl'; seqtasks list trainers shows them all.",
            )
        if trained.trainer.lanes != 1:
            raise UsageError(
                f"Rows are one stream, and the trainer {name} has lanes={trained.trainer.lanes}.", "Leave out lanes."
            )
        return trained


def learner_of(trained: Trained) -> AbstractStreamLearner:
    """Its learner, which :meth:`AbstractStreamEstimator._begun` found to be one for streams."""
    return cast(AbstractStreamLearner, trained.learner)


def _too_large(rows: Array) -> ValueError:
    """The error of rows that take a network, whose own numbers are finite, out of range."""
    return ValueError(
        "The network's outputs or states are not finite: X holds values too large for it, up to "
        f"{np.abs(rows).max()}. Scale its features, for example by StandardScaler()."
    )


def _finite(values: Any, axes: int) -> bool:
    """Whether the values are a plain NumPy array of so many axes that holds finite floats, one at least."""
    plain = type(values) is np.ndarray and values.dtype.kind == "f" and values.ndim == axes and values.size > 0
    return plain and bool(np.isfinite(values).all())


def _plain(y: Any, numeric: bool) -> Any:
    """The targets, as numbers or labels that scikit-learn reads as they are."""
    check_unmasked(y, "y")
    if not numeric:
        return plain_labels(y)
    check_no_times(y, "y")
    return y


def _learn(trained: Trained, rows: Array, targets: Array, starts: NDArray[np.bool_]) -> Array:
    """Learn rows (T, F) with targets (T, O); what the network said to each before, (T, O).

    Raises:
        ValueError: If a loss is not finite, or anything that the training goes on from.
    """
    counted = np.ones((1, len(rows)), rows.dtype)
    (losses,), (outputs,) = learner_of(trained).follow(Chunk(rows[None], targets[None], counted, starts[None]))
    wrong = np.flatnonzero(~np.isfinite(losses))
    if wrong.size:
        raise ValueError(
            f"The training diverged: the loss of row {wrong[0]} is {losses[wrong[0]]}. Scale the features of X, for "
            "example by StandardScaler(), and the targets of a regressor, or lower learning_rate."
        )
    trained.refuse_diverged()
    return np.asarray(outputs)
