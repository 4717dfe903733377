"""Twenty epochs of a GRU over the same sequences, compiled before, by three ways."""

import time

import keras
import numpy as np

from seqtasks.core.task import Chunk, Shapes
from seqtasks.estimators import SequenceRegressor
from seqtasks.estimators.given_task import GivenTask
from seqtasks.models.gru import GRU
from seqtasks.trainers.batch import Batch

EPOCHS, BATCH = 20, 256


class Fit:
    """A way to fit: seconds of one fit, programs being there."""

    def __init__(self, fit):
        self._fit = fit
        self._fit()

    def run(self):
        before = time.perf_counter()
        self._fit()
        return time.perf_counter() - before


def arrays(sequences, steps, features):
    X = np.random.default_rng(0).normal(size=(sequences, steps, features)).astype(np.float32)
    return X, X[:, -1, 0]


def estimator(*size):
    """``SequenceRegressor.fit``, validation of arguments included."""
    X, y = arrays(*size)
    return Fit(lambda: SequenceRegressor(epochs=EPOCHS, random_state=0).fit(X, y))


def trainer(*size):
    """A new network and a new learner, and the arrays shuffled for each epoch."""
    X, y = arrays(*size)
    targets, weights = np.zeros((*X.shape[:2], 1), np.float32), np.zeros(X.shape[:2], np.float32)
    targets[:, -1, 0], weights[:, -1] = y, 1
    starts = np.zeros(X.shape[:2], bool)
    starts[:, 0] = True
    chunk, shapes = Chunk(X, targets, weights, starts), Shapes(X.shape[2], 1)

    def fit():
        random = np.random.default_rng(0)
        network = GRU().build(shapes, seed=0)
        learner = Batch(batch_size=BATCH, clip=10.0).learner(network, GivenTask(shapes), seed=0)
        for _ in range(EPOCHS):
            learner.learn(chunk.lanes_at(random.permutation(len(X))))

    return Fit(fit)


def keras_fit(*size):
    """``model.fit`` of a model that is compiled and has been fitted before."""
    X, y = arrays(*size)
    model = keras.Sequential([keras.Input(X.shape[1:]), keras.layers.GRU(16), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.01), loss="mse")
    return Fit(lambda: model.fit(X, y, BATCH, EPOCHS, verbose=0))
