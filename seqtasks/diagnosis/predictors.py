"""Predictors that are fitted to features: what is possible without a recurrent network.

Two kinds are fitted, and the better one counts: a linear one for many features with small effects, and boosted trees
for few features in any combination. Axis letters: P points, F features, O outputs, K classes.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from seqtasks.diagnosis.objective import Floats, Objective
from seqtasks.diagnosis.series import Array

TREES: Final = {"max_iter": 60, "learning_rate": 0.2, "max_leaf_nodes": 15, "early_stopping": False, "random_state": 0}
FEW_LEAVES: Final = 5  # points in a leaf: data that a rule generates have small groups
MOST_OUTPUTS: Final = 3  # with a booster each
MOST_CLASSES: Final = 10
MOST_FEATURES: Final = 200  # for boosters: the linear predictor takes any number


def best_losses(objective: Objective, classes: int, train: tuple[Array, Array], test: tuple[Array, Array]) -> Floats:
    """The losses of the test points under the better of the predictors.

    Args:
        objective: The loss.
        classes: K; 0 for other kinds.
        train: Features (P, F) and targets (P, O) to fit to.
        test: Those to predict.
    """
    with threadpool_limits(1):  # threads that wait for one another take longer than these small fits
        candidates = [objective.losses(test[1], each) for each in _predictions(objective, classes, train, test[0])]
    return min(candidates, key=lambda losses: float(losses.mean()))


def _predictions(objective: Objective, classes: int, train: tuple[Array, Array], x: Array) -> Iterator[Array]:
    """The predictions of the test points by each predictor, and by the constant."""
    constant = objective.constant(train[1], classes)
    yield np.broadcast_to(constant, (len(x), len(constant)))
    if objective.kind == "real":
        yield from _values(train, x)
    elif objective.kind == "class":
        yield from _probabilities(train[0], train[1][:, 0].astype(np.intp), x, classes)
    else:
        columns = [list(_probabilities(train[0], y.astype(np.intp), x, 2)) for y in train[1].T[:MOST_OUTPUTS]]
        if len(columns) == train[1].shape[1]:
            yield from (np.stack([p[:, 1] for p in each], axis=1) for each in zip(*columns, strict=True))


def _values(train: tuple[Array, Array], x: Array) -> Iterator[Array]:
    linear = make_pipeline(StandardScaler(), Ridge(alpha=1.0)).fit(*train)
    yield np.asarray(linear.predict(x)).reshape(len(x), -1)
    if train[1].shape[1] <= MOST_OUTPUTS and x.shape[1] <= MOST_FEATURES:
        columns = []
        for y in train[1].T:
            trees = HistGradientBoostingRegressor(min_samples_leaf=FEW_LEAVES, **TREES).fit(train[0], y)
            columns.append(trees.predict(x))
        yield np.stack(columns, axis=1)


def _probabilities(features: Array, labels: Array, x: Array, classes: int) -> Iterator[Array]:
    if len(np.unique(labels)) < 2:  # noqa: PLR2004 - one class is a constant
        yield _one_hot(labels[:1].repeat(len(x)), classes)
        return
    predictors: list[Any] = [make_pipeline(StandardScaler(), LogisticRegression(max_iter=200))]
    if len(np.unique(labels)) <= MOST_CLASSES and x.shape[1] <= MOST_FEATURES:
        predictors.append(HistGradientBoostingClassifier(min_samples_leaf=FEW_LEAVES, **TREES))
    for predictor in predictors:
        fitted = predictor.fit(features, labels)
        found = np.zeros((len(x), classes))
        found[:, fitted.classes_] = fitted.predict_proba(x)
        yield found


def _one_hot(labels: Array, classes: int) -> Array:
    return np.eye(classes)[labels]
