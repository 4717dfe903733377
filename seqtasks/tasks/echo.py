"""Two echoes of coin flips: a task whose yardsticks are all known and above zero."""

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
    """A bit whose probability depends on past bits.

        P(y[t] = 1) = 1/2 + sum_i weights[i] x[t - lags[i]],  P(x = 1) = 1/2

    The loss shows which echoes a network has learned: none 0.66, the first 0.52, the second 0.63, both 0.45.

    Args:
        lags: The delay of each echo in steps.
        weights: The change of the probability by each echo, one per lag. Every probability must be between 0 and 1.

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
        """Check the number of weights and the range of the probabilities.

        Raises:
            UsageError: If lags and weights differ in number, or a probability is outside 0 to 1.
        """
        if len(self.lags) != len(self.weights):
            raise UsageError(
                f"echo has {len(self.lags)} lags but {len(self.weights)} weights.", "Set one weight for each lag."
            )
        super().__post_init__()

    def law(self, x: Past) -> NDArray[Any]:
        """The probability that y[t] is one."""
        echoes = (weight * x[lag] for lag, weight in zip(self.lags, self.weights, strict=True))
        return np.asarray(sum(echoes, start=0.5))
