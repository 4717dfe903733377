"""Prequential evaluation: the estimator predicts each row of a stream before it learns the row."""

from copy import copy
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
from sklearn.base import ClassifierMixin, clone
from sklearn.metrics import check_scoring
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing  # not public; scikit-learn's own splits use it

from seqtasks.core.network import Array
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.estimators.data.labels import as_label_array
from seqtasks.estimators.stream import AbstractStreamEstimator
from seqtasks.estimators.stream_pipeline import (
    StreamPipeline,
    check_learn_rows,
    learn_block,
    learn_each_row,
    transform,
)

CERTAIN: Final = 30.0  # the logit of a class that is predicted with certainty


@final
@dataclass(frozen=True)
class Prequential:
    """Scores over all rows except the first; greater is better.

    Args:
        score: The score of the estimator.
        constant: The score of the mean of all targets before the row; for classes, of their counts plus one.
        persistence: The score of the target of the row before.
    """

    score: float
    constant: float
    persistence: float

    @property
    def chance(self) -> float:
        """The better of the two scores that do not use X."""
        return max(self.constant, self.persistence)


def prequential_score(
    estimator: Any, X: Any, y: Any, *, groups: Any = None, scoring: Any = None, block: int = 1
) -> Prequential:
    """Predict each row of a stream, then learn it; and score predictions that do not use X.

    A clone learns, and the estimator does not change. One pass of the compiled loop is equivalent to these lines:

        for t in range(len(X)):
            predictions.append(model.predict(X[t : t + 1]))
            model.partial_fit(X[t : t + 1], y[t : t + 1])

    In a pipeline, the steps before the estimator learn as well. Rows are predicted with what all steps have learned
    from the rows before; then each step learns the rows, and the next one learns what it makes of them:

        for rows, targets in blocks:                                       predicted, but for the first block
            predictions.append(model.predict(scaler.transform(rows)))
            features = scaler.partial_fit(rows).transform(rows)
            model.partial_fit(features, targets)

    Args:
        estimator: A ``StreamClassifier`` or ``StreamRegressor``, or a pipeline that ends in one, whose other steps have
            ``partial_fit`` or need no fit. The transformers of a ``StreamPipeline`` learn each row by itself.
        X: (T, F), in time order.
        y: The target of each row.
        groups: (T,), the episode of each row.
        scoring: A scorer or its name, as for ``cross_val_score``; None for the estimator's own score. It computes all
            three scores; those of errors such as ``"neg_mean_absolute_error"`` are in the unit of y.
        block: The number of rows that a pipeline predicts, and then learns, in one go; the rows of the first block are
            not scored. The larger, the faster. Without a pipeline it is 1.

    Raises:
        UsageError: If the estimator is not one of streams, a step of a pipeline cannot learn row by row, or block is
            less than 1, or not 1 without a pipeline.
        ValueError: As the estimator's ``fit``.

    Example:
        >>> from seqtasks.estimators.stream_regressor import StreamRegressor
        >>> X = np.random.default_rng(0).integers(0, 2, (3000, 1))
        >>> y = np.roll(X[:, 0], 1)  # the input of the row before
        >>> found = prequential_score(StreamRegressor(trainer="rtrl", random_state=0), X, y)
        >>> round(found.score, 2), round(found.persistence, 2)
        (0.95, -1.02)
    """
    piped = isinstance(estimator, Pipeline)
    _check_estimator(estimator.steps[-1][1] if piped else estimator)
    if block < 1 or (block > 1 and not piped):
        expected = "an integer >= 1" if piped else "1, because a single estimator is evaluated row by row"
        raise UsageError(f"block is {block}; expected {expected}.", "Leave out block.")
    if len(X) <= block:
        rows = "1 row" if len(X) == 1 else f"{len(X)} rows"
        what = "the first is" if block == 1 else f"those of the first block of {block} are"
        raise ValueError(f"X has {rows}; expected at least {block + 1}, because {what} not scored. Pass more rows.")
    model, features = clone(estimator), X
    if piped:
        model, features, outputs = _follow_pipeline(model, X, y, groups, block)
    else:
        outputs = model._follow(X, y, groups)[1:]
    rows, targets = model._check_rows(features, reset=False, y=y, **model.targets)
    scorer = check_scoring(model, scoring)

    def score(row_outputs: Array) -> float:
        replayed = copy(model)
        replayed._forward = lambda X, groups: row_outputs
        return float(scorer(replayed, rows[block:], targets[block:]))

    constant, persistence = _baseline_outputs(model._check_targets(targets), model._shapes())
    return Prequential(score(outputs), score(constant[block - 1 :]), score(persistence[block - 1 :]))


def _check_estimator(estimator: Any) -> None:
    if not isinstance(estimator, AbstractStreamEstimator):
        raise UsageError(
            f"prequential_score takes a StreamClassifier or StreamRegressor, not a {type(estimator).__name__}.",
            "Pass the estimator itself, or make_pipeline(StandardScaler(), StreamRegressor()).",
        )


def _follow_pipeline(pipeline: Pipeline, X: Any, y: Any, groups: Any, block: int) -> tuple[Any, Array, Array]:
    """Predict and learn block by block.

    Returns:
        The estimator after all rows, the features (T, F) that it learned, and its outputs for all rows except those of
        the first block.
    """
    *steps, model = (step for _, step in pipeline.steps if step not in (None, "passthrough"))
    check_learn_rows(steps)
    learn = learn_each_row if isinstance(pipeline, StreamPipeline) else learn_block
    features, outputs = [], []
    classes = as_label_array(y) if isinstance(model, ClassifierMixin) else None
    for first in range(0, len(X), block):
        part = slice(first, first + block)
        rows, own_groups = _safe_indexing(X, part), None if groups is None else _safe_indexing(groups, part)
        if first:
            outputs.append(model._forward(transform(steps, rows), own_groups))
        learned = learn(steps, rows)
        model._follow(learned, _safe_indexing(y, part), own_groups, None if first else classes)
        features.append(np.asarray(learned))
    return model, np.concatenate(features), np.concatenate(outputs)


def _baseline_outputs(targets: Array, shapes: Shapes) -> tuple[Array, Array]:
    """The mean of the targets so far, and the last target, as network outputs for all rows except the first."""
    if shapes.kind == "real":
        values = targets.astype(np.float64)
        return np.cumsum(values, axis=0)[:-1] / np.arange(1, len(values))[:, None], values[:-1]
    one_hot = np.eye(max(2, shapes.outputs))[targets[:-1, 0]]  # (T - 1, K)
    logits = np.log(1 + np.cumsum(one_hot, axis=0)), CERTAIN * one_hot
    if shapes.kind == "class":
        return logits
    constant, persistence = (each[:, 1:] - each[:, :1] for each in logits)
    return constant, persistence
