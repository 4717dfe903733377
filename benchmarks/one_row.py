"""A stream estimator, row by row: what partial_fit of one NumPy row costs, and what rows cost in one call."""

import statistics
from time import perf_counter

import numpy as np
from measure import Record, alternate

from seqtasks.core.task import Chunk
from seqtasks.estimators import StreamClassifier, StreamRegressor

TRAINER = "online:window=1"
CALLS, ROWS = 500, 100_000
REQUIRED = 1.0  # ms in the median, of the regressor
X = np.random.default_rng(0).normal(size=(ROWS, 1))
Y = np.roll(X[:, 0], 1)
LABELS = np.where(Y > 0, "up", "down")


def milliseconds(call):
    """The median of many calls, each with the next row."""

    def measure():
        took = []
        for t in range(CALLS):
            row = slice(t, t + 1)
            start = perf_counter()
            call(row)
            took.append(perf_counter() - start)
        return 1e3 * statistics.median(took)

    return measure


def by_estimator(model):
    """Rows a second of one partial_fit."""
    start = perf_counter()
    model.partial_fit(X, Y)
    return ROWS / (perf_counter() - start)


def by_learner(learner, chunk):
    """Rows a second of the learner called directly."""
    start = perf_counter()
    learner.learn(chunk)
    return ROWS / (perf_counter() - start)


def main():
    record = Record(__doc__)
    model = StreamRegressor(trainer=TRAINER, random_state=0).partial_fit(X[:1], Y[:1])
    estimator = StreamClassifier(trainer=TRAINER, random_state=0).partial_fit(X[:1], LABELS[:1], classes=["down", "up"])
    ways = {
        "StreamRegressor.partial_fit": milliseconds(lambda row: model.partial_fit(X[row], Y[row])),
        "StreamClassifier.partial_fit": milliseconds(lambda row: estimator.partial_fit(X[row], LABELS[row])),
        "StreamRegressor.predict": milliseconds(lambda row: model.predict(X[row])),
    }
    for name, figures in alternate(ways, record.repetitions).items():
        median = statistics.median(figures)
        verdict = "" if "Regressor.partial" not in name else "met" if median <= REQUIRED else "MISSED"
        print(f"{name:38}{median:8.3f} ms a row, from {min(figures):.3f} to {max(figures):.3f}  {verdict}", flush=True)
        record.add("one NumPy row, GRU 16, window 1, ms", name, figures=figures, required=REQUIRED)
    inputs, targets = X.astype(np.float32)[None], Y.astype(np.float32)[None, :, None]
    chunk = Chunk(inputs, targets, np.ones((1, ROWS), np.float32), np.zeros((1, ROWS), np.bool_))
    learner = model._fitted.learner
    speeds = alternate(
        {"in one call": lambda: by_estimator(model), "the learner itself": lambda: by_learner(learner, chunk)},
        record.repetitions,
    )
    for name, figures in speeds.items():
        print(f"{name:38}{statistics.median(figures):12,.0f} rows/s")
        record.add("rows/s", name, figures=figures)


if __name__ == "__main__":
    main()
