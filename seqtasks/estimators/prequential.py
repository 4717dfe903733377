"""Prequential evaluation: each row of a stream is predicted before it is learned."""

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

SURE: Final = 30.0  # a logit


@final
@dataclass(frozen=True)
class Prequential:
    """Scores over all rows but the first, before which nothing is known; greater is better.

    Args:
        score: The estimator's.
        constant: That of the mean of the targets so far; of classes, of how often each was, and once more.
        persistence: That of the last target.
    """

    score: float
    constant: float
    persistence: float

    @property
    def chance(self) -> float:
        """The better of those that know nothing of X."""
        return max(self.constant, self.persistence)


def prequential_score(
    estimator: AbstractStreamEstimator, X: Any, y: Any, *, groups: Any = None, scoring: Any = None
) -> Prequential:
    """Predict each row of a stream, then learn it; and the same by chance.

    A copy learns, and the estimator stays as it is. This is what these lines do, in one pass of the compiled loop:

        for t in range(len(X)):
            predicted.append(model.predict(X[t : t + 1]))
            model.partial_fit(X[t : t + 1], y[t : t + 1])

    Args:
        estimator: A ``StreamClassifier`` or ``StreamRegressor``.
        X: (T, F), in the order of time.
        y: Each row's target.
        groups: (T,), each row's episode.
        scoring: A scorer or its name, as for ``cross_val_score``; None for the estimator's own score. It is asked
            three times, for the estimator and for both of what chance says; of errors such as
            ``"neg_mean_absolute_error"`` all three are in the unit of y.

    Raises:
        UsageError: If the estimator is none for streams, as a pipeline of one is not: scale X beforehand.
        ValueError: As the estimator's ``fit``.

    Example:
        >>> from seqtasks.estimators.stream_regressor import StreamRegressor
        >>> X = np.random.default_rng(0).integers(0, 2, (3000, 1))
        >>> y = np.roll(X[:, 0], 1)  # what the row before was
        >>> found = prequential_score(StreamRegressor(trainer="rtrl", random_state=0), X, y)
        >>> round(found.score, 2), round(found.persistence, 2)
        (0.96, -1.02)
    """
    if not isinstance(estimator, AbstractStreamEstimator):
        raise UsageError(
            f"prequential_score takes a StreamClassifier or StreamRegressor itself, not a {type(estimator).__name__}.",
            "Scale beforehand, by the first rows: X = StandardScaler().fit(X[:1000]).transform(X).",
        )
    if len(X) == 1:
        raise ValueError("X has 1 row; expected at least 2, the first of which is learned unseen.")
    model = clone(estimator)
    outputs = model._follow(X, y, groups)
    rows, given = model._checked(X, reset=False, y=y, **model.targets)
    scorer = check_scoring(model, scoring)

    def score(said: Array) -> float:
        """That of an estimator which says so."""
        teller = copy(model)
        teller._outputs = lambda X, groups: said
        return float(scorer(teller, rows[1:], given[1:]))

    constant, persistence = _by_chance(model._targets(given), model._shapes())
    return Prequential(score(outputs[1:]), score(constant), score(persistence))


def _by_chance(targets: Array, shapes: Shapes) -> tuple[Array, Array]:
    """What the mean so far and the last target say to all rows but the first, as outputs of a network."""
    if shapes.kind == "real":
        values = targets.astype(np.float64)
        return np.cumsum(values, axis=0)[:-1] / np.arange(1, len(values))[:, None], values[:-1]
    told = np.eye(max(2, shapes.outputs))[targets[:-1, 0]]  # (T - 1, K)
    logits = np.log(1 + np.cumsum(told, axis=0)), SURE * told
    if shapes.kind == "class":
        return logits
    constant, persistence = (each[:, 1:] - each[:, :1] for each in logits)
    return constant, persistence
