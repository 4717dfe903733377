"""Prequential evaluation: the estimator predicts each row of a stream before it learns the row."""

from copy import copy
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
from sklearn.base import clone
from sklearn.metrics import check_scoring

from seqtasks.core.network import Array
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.estimators.stream import AbstractStreamEstimator

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
    estimator: AbstractStreamEstimator, X: Any, y: Any, *, groups: Any = None, scoring: Any = None
) -> Prequential:
    """Predict each row of a stream, then learn it; and score predictions that do not use X.

    A clone learns, and the estimator does not change. One pass of the compiled loop is equivalent to these lines:

        for t in range(len(X)):
            predictions.append(model.predict(X[t : t + 1]))
            model.partial_fit(X[t : t + 1], y[t : t + 1])

    Args:
        estimator: A ``StreamClassifier`` or ``StreamRegressor``.
        X: (T, F), in time order.
        y: The target of each row.
        groups: (T,), the episode of each row.
        scoring: A scorer or its name, as for ``cross_val_score``; None for the estimator's own score. It computes all
            three scores; those of errors such as ``"neg_mean_absolute_error"`` are in the unit of y.

    Raises:
        UsageError: If the estimator is not one of streams; a pipeline of one is not either, so scale X beforehand.
        ValueError: As the estimator's ``fit``.

    Example:
        >>> from seqtasks.estimators.stream_regressor import StreamRegressor
        >>> X = np.random.default_rng(0).integers(0, 2, (3000, 1))
        >>> y = np.roll(X[:, 0], 1)  # the input of the row before
        >>> found = prequential_score(StreamRegressor(trainer="rtrl", random_state=0), X, y)
        >>> round(found.score, 2), round(found.persistence, 2)
        (0.96, -1.02)
    """
    if not isinstance(estimator, AbstractStreamEstimator):
        raise UsageError(
            f"prequential_score takes a StreamClassifier or StreamRegressor, not a {type(estimator).__name__}.",
            "Pass the estimator itself; scale X beforehand: X = StandardScaler().fit(X[:1000]).transform(X).",
        )
    if len(X) == 1:
        raise ValueError("X has 1 row; expected at least 2, because the first is not scored. Pass more rows.")
    model = clone(estimator)
    outputs = model._follow(X, y, groups)
    rows, targets = model._check_rows(X, reset=False, y=y, **model.targets)
    scorer = check_scoring(model, scoring)

    def score(row_outputs: Array) -> float:
        replayed = copy(model)
        replayed._forward = lambda X, groups: row_outputs
        return float(scorer(replayed, rows[1:], targets[1:]))

    constant, persistence = _baseline_outputs(model._encode_targets(targets), model._shapes())
    return Prequential(score(outputs[1:]), score(constant), score(persistence))


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
