"""Two fading echoes of coin flips: a task whose every yardstick is known and none is zero."""

from dataclasses import dataclass
from typing import Annotated, Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import UsageError
from seqtasks.spec.parameter import Range
from seqtasks.tasks.lagged import AbstractLagTask, Past


@final
@dataclass(frozen=True)
class Echo(AbstractLagTask):
    """A bit whose probability past bits raise or lower.

        P(y[t] = 1) = 1/2 + sum_i weights[i] x[t - lags[i]],  P(x = 1) = 1/2

    How much of the loss is gone tells which of the echoes a network has found: none 0.66, the first 0.52, the second
    0.63, both 0.45.

    Args:
        lags: After how many steps an input echoes.
        weights: By how much each echo changes the probability, as many as lags; no sum may leave 0 to 1.

    Example:
        >>> [round(Echo().knowing(lags), 6) for lags in [(), (3,), (8,), (3, 8)]]
        [0.661563, 0.519167, 0.627741, 0.454454]

    Source:
        Pitis, "Recurrent neural networks in TensorFlow I", 2016.
    """

    lags: Annotated[tuple[int, ...], Range(low=0, high=100_000)] = (3, 8)
    weights: tuple[float, ...] = (0.5, -0.25)

    kind = "binary"

    def __post_init__(self) -> None:
        """Refuse echoes without a weight and probabilities outside 0 to 1.

        Raises:
            UsageError: If so.
        """
        if len(self.lags) != len(self.weights):
            raise UsageError(
                f"echo has {len(self.lags)} lags but {len(self.weights)} weights.", "Give one weight for each lag."
            )
        super().__post_init__()

    def law(self, x: Past) -> NDArray[Any]:
        """The probability that y[t] is one."""
        echoes = (weight * x[lag] for lag, weight in zip(self.lags, self.weights, strict=True))
        return np.asarray(sum(echoes, start=0.5))
