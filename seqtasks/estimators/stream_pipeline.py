"""A pipeline that learns row by row: transformers of features, then an estimator of streams.

Axis letters: T rows, F features.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from os import PathLike
from typing import Any, ClassVar, Final, Self, final

import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import Tags, _safe_indexing, check_consistent_length, get_tags  # as scikit-learn's own splits do
from sklearn.utils.metadata_routing import UNUSED
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import (
    _num_samples,  # not public; scikit-learn's own pipelines use it
    check_is_fitted,
)

from seqtasks.core.network import Array
from seqtasks.errors import UsageError
from seqtasks.estimators import estimator_file
from seqtasks.estimators.per_step import dense
from seqtasks.estimators.stream import AbstractStreamEstimator
from seqtasks.estimators.transaction import AbstractTransactional, atomic, restorer

NOT_ROUTED: Final = {"groups": UNUSED}  # the last step requests its metadata itself, as in all pipelines


def _if_estimator_has(method: str) -> Any:
    """Make a method available if the last step has this method."""
    return available_if(lambda self: hasattr(self.steps[-1][1], method))


@final
class StreamPipeline(AbstractTransactional, Pipeline):
    """Transformers and, as the last step, a stream estimator. All of them learn row by row.

    With s the state of the transformers and w that of the estimator, row t is learned as

        s[t] = learn(s[t-1], x[t]),   z[t] = transform(s[t], x[t]),   w[t] = learn(w[t-1], z[t], y[t])

    and row t + 1 is predicted from the rows before it:

        prediction[t+1] = predict(w[t], transform(s[t], x[t+1]))

    Several transformers learn one after the other, each from what the one before makes of the row. Transformers learn
    each row by itself, in blocks as well, so that one call of ``partial_fit`` gives the same result as several, to the
    bit. A transformer that needs no fit is used as it is. One without ``partial_fit``, such as ``PCA``, keeps what
    ``fit`` found, and one in a ``FrozenEstimator`` keeps what it was passed with.

    It is a pipeline of scikit-learn in all other respects, such as ``named_steps`` and names of settings. Like its
    ``fit``, ``partial_fit`` changes the steps that were passed, not clones of them.

    Args:
        steps: Pairs of a name and a step; the last step is a ``StreamClassifier`` or ``StreamRegressor``.

    Example:
        >>> from sklearn.preprocessing import StandardScaler
        >>> from seqtasks.estimators import StreamRegressor
        >>> X = 1000 + 50 * np.random.default_rng(0).integers(0, 2, (1500, 1))
        >>> y = np.roll(X[:, 0], 1)  # the input of the row before
        >>> model = make_stream_pipeline(StandardScaler(), StreamRegressor(trainer="rtrl", random_state=0))
        >>> model = model.partial_fit(X[:1499], y[:1499])
        >>> bool(abs(model.predict(X[1499:])[0] - y[1499]) < 10)
        True
    """

    __metadata_request__fit: ClassVar[Any] = NOT_ROUTED
    __metadata_request__partial_fit: ClassVar[Any] = {"classes": UNUSED, **NOT_ROUTED}
    __metadata_request__predict: ClassVar[Any] = NOT_ROUTED
    __metadata_request__predict_proba: ClassVar[Any] = NOT_ROUTED
    __metadata_request__predict_log_proba: ClassVar[Any] = NOT_ROUTED
    __metadata_request__decision_function: ClassVar[Any] = NOT_ROUTED
    __metadata_request__score: ClassVar[Any] = {"sample_weight": UNUSED, **NOT_ROUTED}

    def __init__(self, steps: list[tuple[str, Any]]) -> None:
        super().__init__(steps)

    def __getitem__(self, which: Any) -> Any:
        """A step by its number or name; of a slice, an ordinary pipeline with the same steps."""
        return Pipeline(self.steps)[which]

    @atomic
    def fit(self, X: Any, y: Any, groups: Any = None) -> Self:
        """Fit each transformer on all rows, and train a new network on the transformed rows.

        Args:
            X: (T, F), in time order.
            y: The target of each row.
            groups: (T,), the episode of each row.

        Raises:
            UsageError: If the last step is not a stream estimator.
            ValueError: As the ``fit`` of the steps.
        """
        self._check_steps()
        rows = X
        for step in self._transformers:
            rows = step.fit(rows, y).transform(rows)
        self._estimator.fit(self._as_input(rows), y, groups)
        return self

    @atomic
    def partial_fit(self, X: Any, y: Any, classes: Any = None, groups: Any = None) -> Self:
        """Learn the rows that follow the last one learned; one call gives the same result as several.

        Args:
            X: (T, F), in time order.
            y: The target of each row.
            classes: All labels that will occur, for a ``StreamClassifier``, at the first call.
            groups: (T,), the episode of each row.

        Raises:
            UsageError: If the last step is not a stream estimator, or a transformer has neither ``partial_fit`` nor a
                fit.
            ValueError: As the ``partial_fit`` of the steps. All steps are then as before the call.
        """
        self._check_steps()
        check_learn_rows(self._transformers)
        check_consistent_length(X, y)
        rows = learn_each_row(self._transformers, X)
        own = {} if classes is None else {"classes": classes}
        self._estimator.partial_fit(self._as_input(rows), y, groups=groups, **own)
        return self

    def predict(self, X: Any, groups: Any = None) -> Array:
        """Predict the targets of the rows that follow the last one learned, without a change of any step.

        Args:
            X: (T, F).
            groups: (T,), the episode of each row.

        Raises:
            ValueError: As the steps.
        """
        return np.asarray(self._estimator.predict(self._transform(X), groups))

    @_if_estimator_has("predict_proba")
    def predict_proba(self, X: Any, groups: Any = None) -> Array:
        """The probability of each class, (T, K), for the rows that follow the last one learned."""
        return np.asarray(self._estimator.predict_proba(self._transform(X), groups))

    @_if_estimator_has("predict_log_proba")
    def predict_log_proba(self, X: Any, groups: Any = None) -> Array:
        """The logarithm of the probability of each class, (T, K)."""
        return np.asarray(self._estimator.predict_log_proba(self._transform(X), groups))

    @_if_estimator_has("decision_function")
    def decision_function(self, X: Any, groups: Any = None) -> Array:
        """The logit of the second of two classes, (T,), or of each class, (T, K)."""
        return np.asarray(self._estimator.decision_function(self._transform(X), groups))

    def score(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> float:
        """The estimator's score, R^2 or the accuracy, over rows that follow the last one learned.

        Args:
            X: (T, F).
            y: The target of each row.
            sample_weight: (T,), the weight of each row.
            groups: (T,), the episode of each row.
        """
        return float(self._estimator.score(self._transform(X), y, sample_weight, groups))

    @atomic
    def advance(self, X: Any, groups: Any = None) -> Self:
        """Update the state of the network with rows whose targets are unknown. No step learns.

        Args:
            X: (T, F).
            groups: (T,), the episode of each row.

        Raises:
            ValueError: As the ``advance`` of the estimator.
        """
        self._estimator.advance(self._transform(X), groups)
        return self

    def reset_state(self) -> Self:
        """Start a new episode at the next row. The transformers stay as they are."""
        check_is_fitted(self)
        self._estimator.reset_state()
        return self

    def save(self, path: str | PathLike[str], *, force: bool = False) -> None:
        """Write the fitted pipeline to a zip of JSON and plain arrays, without pickle.

        Args:
            path: The file. An estimator file is replaced; another file only with ``force``.
            force: Whether to replace any file.

        Raises:
            NotFittedError: If the pipeline is not fitted.
            UsageError: If a step or a setting is an object that a file cannot hold, or the file cannot be written.
        """
        estimator_file.save(self, path, force=force)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a pipeline that :meth:`save` wrote; learning continues where it stopped. No code from the file is run.

        Raises:
            DataError: If it is not such a file, or needs a plugin that is not installed.
        """
        return estimator_file.load_as(cls, path)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        if self.steps:
            tags.target_tags = deepcopy(get_tags(self.steps[-1][1]).target_tags)
        return tags

    @property
    def _transformers(self) -> list[Any]:
        return [step for _, step in self.steps[:-1] if step not in (None, "passthrough")]

    @property
    def _estimator(self) -> AbstractStreamEstimator:
        estimator: AbstractStreamEstimator = self.steps[-1][1]
        return estimator

    def _check_steps(self) -> None:
        self._validate_steps()  # as the fit of any pipeline
        last = self.steps[-1][1]
        if not isinstance(last, AbstractStreamEstimator):
            raise UsageError(
                f"The last step of a StreamPipeline is {last!r}; expected a StreamClassifier or StreamRegressor.",
                "Use scikit-learn's Pipeline for other estimators.",
            )

    def _transform(self, X: Any) -> Any:
        check_is_fitted(self)
        return self._as_input(transform(self._transformers, X))

    def _as_input(self, rows: Any) -> Any:
        """What transformers return, as an array: rows of frames are learned one by one, and lose no name that way."""
        return dense(rows) if self._transformers else rows

    def _snapshot(self) -> Callable[[], None]:
        """A function that restores all steps. Transformers may change their arrays in place, so that it copies them."""
        restore_own, transformers = restorer(self), [(step, deepcopy(vars(step))) for step in self._transformers]
        last = self.steps[-1][1] if self.steps else None
        restore_estimator = last._snapshot() if isinstance(last, AbstractStreamEstimator) else None

        def restore() -> None:
            restore_own()
            for step, before in transformers:
                vars(step).clear()
                vars(step).update(before)
            if restore_estimator is not None:
                restore_estimator()

        return restore


def make_stream_pipeline(*steps: Any) -> StreamPipeline:
    """A :class:`StreamPipeline` whose steps are named after their classes, as those of ``make_pipeline``.

    Args:
        steps: Transformers, then a ``StreamClassifier`` or ``StreamRegressor``.

    Example:
        >>> from sklearn.preprocessing import StandardScaler
        >>> from seqtasks.estimators import StreamRegressor
        >>> list(make_stream_pipeline(StandardScaler(), StreamRegressor()).named_steps)
        ['standardscaler', 'streamregressor']
    """
    return StreamPipeline(make_pipeline(*steps).steps)


def transform(steps: Sequence[Any], rows: Any) -> Any:
    """The rows after all steps."""
    for step in steps:
        rows = step.transform(rows)
    return rows


def learn_block(steps: Sequence[Any], rows: Any) -> Any:
    """Let each step learn the rows at once, and the next one what it makes of them; returns the rows after all."""
    for step in steps:
        if _learns(step):
            step.partial_fit(rows)
        rows = step.transform(rows)
    return rows


def learn_each_row(steps: Sequence[Any], rows: Any) -> Any:
    """As :func:`learn_block`, for one row after the other."""
    count = _num_samples(rows)
    if count <= 1 or not any(map(_learns, steps)):
        return learn_block(steps, rows)
    return np.concatenate([dense(learn_block(steps, _safe_indexing(rows, slice(t, t + 1)))) for t in range(count)])


def check_learn_rows(steps: Sequence[Any]) -> None:
    """Check that each step learns row by row, is fitted, or needs no fit.

    Raises:
        UsageError: If a step does not.
    """
    for step in steps:
        if not _learns(step) and get_tags(step).requires_fit and not _is_fitted(step):
            raise UsageError(
                f"The step {type(step).__name__} of the pipeline has no partial_fit and is not fitted, and the "
                "pipeline learns row by row.",
                "Use a step that has partial_fit, such as StandardScaler; or fit the step on older rows, and pass "
                "FrozenEstimator(step).",
            )


def _learns(step: Any) -> bool:
    return hasattr(step, "partial_fit") and not isinstance(step, FrozenEstimator)


def _is_fitted(step: Any) -> bool:
    try:
        check_is_fitted(step)
    except NotFittedError:
        return False
    return True
