"""What every contender of online.py does: learn a stream of its own, the same for all, from the same weights."""

import time
from dataclasses import dataclass

import numpy as np

from seqtasks.tasks.prev_bit import PrevBit

UNITS = 16
SCAN = 10_000  # steps of one call
CHECKED = 50  # steps that are learned first, to see whether all learn the same


@dataclass(frozen=True)
class Setting:
    """The optimizer that all of them use: Adam."""

    learning_rate: float = 0.001
    epsilon: float = 1e-7
    amsgrad: bool = False
    clip: float | None = None


def weights(units=UNITS):
    """Of a GRU and its readout, as Keras orders and draws them."""
    rng = np.random.default_rng(0)
    kernel = rng.uniform(-1, 1, (1, 3 * units)) * np.sqrt(6 / (1 + 3 * units))
    recurrent = np.linalg.qr(rng.normal(size=(3 * units, units)))[0].T
    readout = rng.uniform(-1, 1, (units, 1)) * np.sqrt(6 / (units + 1))
    parts = (kernel, recurrent, np.zeros((2, 3 * units)), readout, np.zeros(1))
    return [part.astype(np.float32) for part in parts]


class Contender:
    """One way to learn.

    Args:
        learn: Inputs and targets (T,) to losses (T,).
        steps: How many are learned in one repetition.
    """

    def __init__(self, learn, steps):
        self._learn, self._steps, self._learned = learn, steps, 0
        self._stream = PrevBit().stream(seed=0, lanes=1)
        self._first = self._take(CHECKED)
        self._last = self._first
        self.run()  # compiles

    def _take(self, steps):
        chunk = self._stream.take(steps)
        self._learned += steps
        return np.asarray(self._learn(chunk.inputs[0, :, 0], chunk.targets[0, :, 0]))

    def run(self):
        """A repetition, in which the data are made, too: steps per second."""
        before = time.perf_counter()
        for first in range(0, self._steps, SCAN):
            self._last = self._take(min(SCAN, self._steps - first))
        return self._steps / (time.perf_counter() - before)

    def losses(self):
        """Of the first steps; the mean of the last ones; how many were learned."""
        return self._first, float(self._last[-1000:].mean()), self._learned
