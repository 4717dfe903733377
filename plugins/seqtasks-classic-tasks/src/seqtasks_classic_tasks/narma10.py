"""Predict a nonlinear autoregressive moving average of order ten."""

from dataclasses import dataclass
from functools import cache
from typing import Final, final

import numpy as np

from seqtasks.core.task import Shapes, Yardsticks
from seqtasks.tasks.uniform import Uniforms
from seqtasks_classic_tasks.running import AbstractRunningTask, Floats, Steps

ORDER: Final = 10
CEILING: Final = 1.0


@final
@dataclass(frozen=True)
class Narma10(AbstractRunningTask):
    """The output of a nonlinear system of order ten, driven by noise.

        s[t + 1] = 0.3 s[t] + 0.05 s[t] sum_{i=0..9} s[t - i] + 1.5 x[t - 9] x[t] + 0.1
        y[t] = min(s[t + 1], 1),  x uniform on [0, 0.5)

    The system rests at 0 at the start, and what it does then, 50 steps, does not count. Rarely the noise would drive it
    to infinity: at 1 it is held. Errors are mean squared; the NRMSE of the literature is sqrt(loss / chance). The best
    linear predictor from the last 10 inputs reaches an NRMSE of about .58, from 20 about .39.

    Example:
        >>> round(Narma10().yardsticks().chance, 3)
        0.012

    Source:
        Atiya and Parlos, "New results on recurrent network training", IEEE Transactions on Neural Networks 11(3), 2000.
    """

    numbers = 1
    uncounted = 50
    shapes = Shapes(1, 1)

    def start(self, random: Uniforms, lanes: int) -> Floats:
        """The last nine inputs and the last ten outputs, all 0."""
        return np.zeros((lanes, 2 * ORDER - 1))

    def advance(self, memory: Floats, u: Floats, first: bool) -> Steps:
        """T steps of the recursion."""
        x = np.concatenate([memory[:, : ORDER - 1], u[:, :, 0] / 2], axis=1)
        products = (1.5 * x[:, : x.shape[1] - ORDER + 1] * x[:, ORDER - 1 :] + 0.1).tolist()
        y = np.array([_driven(*lane) for lane in zip(memory[:, ORDER - 1 :].tolist(), products, strict=True)])
        behind = np.concatenate([x[:, x.shape[1] - ORDER + 1 :], y[:, y.shape[1] - ORDER :]], axis=1)
        return Steps(x[:, ORDER - 1 :, None], y[:, ORDER:, None], True, False, behind)

    def yardsticks(self) -> Yardsticks:
        """Chance is measured; E(y[t] | x[t]) has the slope 1.5 E x = 3/8, and Var(x) = 1/48."""
        chance = _variance()
        return Yardsticks(chance, chance - (3 / 8) ** 2 / 48, 0.0)


def _driven(outputs: list[float], drive: list[float]) -> list[float]:
    """The last ten outputs, followed by the next ones."""
    for pushed in drive:
        last = outputs[-1]
        outputs.append(min(0.3 * last + 0.05 * last * sum(outputs[-ORDER:]) + pushed, CEILING))
    return outputs


@cache
def _variance() -> float:
    """The variance of the outputs, measured over half a million steps, with a standard error of about 0.7 %."""
    chunk = Narma10().stream(seed=0, lanes=64).take(8192)
    return float(chunk.targets[chunk.weights > 0].var(dtype=np.float64))
