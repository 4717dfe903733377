"""Counter-based random numbers: a number is a function of seed, series, lane and step alone."""

from typing import final

import numpy as np
from numpy.typing import NDArray

NUMBERS_PER_COUNT = 4  # Philox4x64 turns one value of its counter into four 64-bit numbers


@final
class Uniforms:
    """Numbers uniform on [0, 1), one for every lane and step.

        u[b, t] = Philox(key = seed, counter = (t // 4, 0, b, series))[t % 4]

    Calls share no state. A stream of these numbers can therefore stop, go back, be cut into chunks and gain lanes
    without a change in any number.

    Args:
        seed: A non-negative integer; different seeds give independent numbers.
        series: The index of one of the independent series of the seed.

    Example:
        >>> bool(Uniforms(seed=0, series=0).at(lanes=2, start=0, steps=7)[1, 5] == Uniforms(0, 0).at(2, 5, 1)[1, 0])
        True
        >>> round(float(Uniforms(seed=0, series=0).at(lanes=100, start=0, steps=1000).mean()), 2)
        0.5

    Source:
        Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
    """

    def __init__(self, seed: int, series: int) -> None:
        self._philox = np.random.Philox(np.random.SeedSequence(seed))
        self._generator = np.random.Generator(self._philox)
        self._start = self._philox.state
        self._series = series

    def at(self, lanes: int, start: int, steps: int) -> NDArray[np.float64]:
        """The numbers (B, T) of the first B lanes at T steps from ``start``."""
        count, skipped = divmod(start, NUMBERS_PER_COUNT)
        numbers = np.empty((lanes, skipped + steps))
        state, counter = self._start, self._start["state"]["counter"]
        for lane in range(lanes):
            counter[:] = count, 0, lane, self._series
            self._philox.state = state
            self._generator.random(out=numbers[lane])
        return numbers[:, skipped:]
