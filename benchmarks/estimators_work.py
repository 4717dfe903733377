"""Twenty epochs of a GRU over the same sequences, compiled before, through an estimator and by its trainer."""

import time

import numpy as np

from seqtasks.catalogue.host import Host
from seqtasks.core.task import Chunk, Objective, Shapes
from seqtasks.estimators import SequenceRegressor

EPOCHS, BATCH, UNITS = 20, 256, 16
SETTINGS = f"batch_size={BATCH},optimizer.amsgrad=true,clip=10.0"  # an estimator's, where no trainer is named


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


def estimator(model, trainer, *size):
    """``SequenceRegressor.fit``, validation of arguments included."""
    X, y = arrays(*size)
    settings = {"model": f"{model}:units={UNITS}", "trainer": f"{trainer}:{SETTINGS}"}
    return Fit(lambda: SequenceRegressor(**settings, epochs=EPOCHS, random_state=0).fit(X, y))


def directly(model, trainer, *size):
    """A new network and a new learner, and the arrays shuffled for each epoch."""
    X, y = arrays(*size)
    targets, weights = np.zeros((*X.shape[:2], 1), np.float32), np.zeros(X.shape[:2], np.float32)
    targets[:, -1, 0], weights[:, -1] = y, 1
    starts = np.zeros(X.shape[:2], bool)
    starts[:, 0] = True
    chunk, shapes, host = Chunk(X, targets, weights, starts), Shapes(X.shape[2], 1), Host.start()
    network = host.make("models", host.spec("models", f"{model}:units={UNITS}"))
    learner = host.make("trainers", host.spec("trainers", f"{trainer}:{SETTINGS}"))

    def fit():
        random = np.random.default_rng(0)
        made = learner.learner(network.build(shapes, seed=0), Objective(shapes), seed=0)
        for _ in range(EPOCHS):
            made.learn(chunk.lanes_at(random.permutation(len(X))))

    return Fit(fit)
