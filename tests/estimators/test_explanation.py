"""Fitted estimators are explained, and left as they are."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from seqtasks.errors import UsageError
from seqtasks.estimators import SequenceClassifier, SequenceRegressor

pytestmark = pytest.mark.tensorflow


def data():
    """Numbers (n, T, 1), and the one before the last as the target, in another unit."""
    X = np.random.default_rng(0).normal(size=(300, 8, 1)).astype(np.float32)
    return X, 10 * X[:, -2, 0] + 5


def test_an_estimator_that_learned_and_one_that_did_not():
    """The verdict follows the loss; a learning rate that is far too small is named, and weights stay."""
    X, y = data()
    good = SequenceRegressor(model="gru:units=8", epochs=60, learning_rate=0.01, random_state=0).fit(X, y)
    assert good.explain(X, y).verdict == "learned"
    slow = SequenceRegressor(model="gru:units=8", epochs=60, learning_rate=1e-5, random_state=0).fit(X, y)
    before = slow.predict(X)
    diagnosis = slow.explain(X, y)
    assert diagnosis.verdict == "not learned"
    assert diagnosis.faults[0].name == "learning-rate-low"
    np.testing.assert_array_equal(slow.predict(X), before)
    lags = {each.name: each.value for each in diagnosis.measurements}
    assert lags["lag"] == 1


def test_what_cannot_be_explained():
    """An estimator without a fit, and one with a loss of its own."""
    X, y = data()
    with pytest.raises(NotFittedError):
        SequenceRegressor().explain(X, y)
    own = SequenceClassifier(model="gru:units=2", epochs=1, loss="categorical_crossentropy").fit(X, y > 5)
    with pytest.raises(UsageError, match="has a loss of its own"):
        own.explain(X, y > 5)
