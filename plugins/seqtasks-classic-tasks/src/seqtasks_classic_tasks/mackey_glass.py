"""Predict a chaotic series some steps ahead."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Final, final

import numpy as np

from seqtasks.core.task import Shapes, Yardsticks
from seqtasks.spec.parameter import Range
from seqtasks.tasks.uniform import Uniforms
from seqtasks_classic_tasks.running import AbstractRunningTask, Floats, Steps

A, B, POWER = 0.2, 0.1, 10
KEPT: Final = 1 - B + B**2 / 2 - B**3 / 6 + B**4 / 24  # the Runge-Kutta approximation of exp(-b), in one step of 1
FED: Final = A * (1 - B / 2 + B**2 / 6 - B**3 / 24)  # the Runge-Kutta approximation of a (1 - exp(-b)) / b
TRANSIENT: Final = 1000
GROUP: Final = 1024


@final
@dataclass(frozen=True)
class MackeyGlass(AbstractRunningTask):
    """The future value of a solution of the Mackey-Glass equation.

        ds/dt = 0.2 s(t - tau) / (1 + s(t - tau)^10) - 0.1 s(t)
        x[t] = s(t),  y[t] = s(t + ahead)

    It is integrated by the fourth-order rule of Runge and Kutta in steps of 1 during which s(t - tau) stands still.
    Each lane starts from a random past and is left alone for a thousand steps. The last tau + 1 values decide all that
    follow, up to rounding: the first tau steps do not count. One step ahead, the last value is nearly the answer.

    Args:
        tau: The delay of the equation; from 17 on it is chaotic.
        ahead: How many steps ahead the target lies.

    Example:
        >>> [round(stick, 3) for stick in (MackeyGlass().yardsticks().chance, MackeyGlass().yardsticks().memoryless)]
        [0.052, 0.044]

    Source:
        Mackey and Glass, "Oscillation and chaos in physiological control systems", Science 197, 1977; Jaeger and Haas,
        Science 304, 2004.
    """

    tau: Annotated[int, Range(low=17, high=1000)] = 17
    ahead: Annotated[int, Range(low=1, high=1000)] = 10

    numbers = 0
    shapes = Shapes(1, 1)

    @property
    def uncounted(self) -> int:
        """The steps until tau + 1 values are known."""
        return self.tau

    @property
    def depth(self) -> int:
        """The steps from the oldest value that matters."""
        return self.tau + 1

    def start(self, random: Uniforms, lanes: int) -> Floats:
        """The last values and those up to ``ahead``: uniform between 0.5 and 1.5, then integrated."""
        past = 0.5 + random.at(lanes, 0, self._kept)
        return self._moved_on(past, TRANSIENT)[:, -self._kept :]

    def advance(self, memory: Floats, u: Floats, first: bool) -> Steps:
        """T steps; the memory ends ``ahead`` steps after the first input."""
        values = self._moved_on(memory, u.shape[1])
        now = self._kept - self.ahead
        return Steps(
            values[:, now : now + u.shape[1], None],
            values[:, self._kept :, None],
            True,
            False,
            values[:, -self._kept :],
        )

    def yardsticks(self) -> Yardsticks:
        """Chance and memoryless are measured; the optimum is 0, because tau + 1 values determine the future."""
        return Yardsticks(*_measured(self), 0.0)

    @property
    def _kept(self) -> int:
        return max(self.tau + 1, self.ahead)

    def _moved_on(self, values: Floats, steps: int) -> Floats:
        """The values (B, M), followed by ``steps`` more."""
        return np.array([_series(lane, self.tau, steps) for lane in values.tolist()])


def _series(values: list[float], tau: int, steps: int) -> list[float]:
    """The values, followed by the next ones."""
    last = values[-1]
    for place in range(len(values) - 1 - tau, len(values) - 1 - tau + steps):
        delayed = values[place]
        last = KEPT * last + FED * delayed / (1 + delayed**POWER)
        values.append(last)
    return values


@cache
def _measured(task: MackeyGlass) -> tuple[float, float]:
    """From a quarter of a million steps: the variance of y, and its variance among neighbours in x."""
    chunk = task.stream(seed=0, lanes=64).take(4096)
    x, y = chunk.inputs.ravel(), chunk.targets.ravel().astype(np.float64)
    neighbours = y[np.argsort(x, kind="stable")].reshape(-1, GROUP)
    return float(y.var()), float(neighbours.var(axis=1, ddof=1).mean())
