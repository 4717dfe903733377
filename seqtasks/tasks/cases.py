"""All cases of a law's random inputs, and the loss of the best predictor that sees only some of the inputs."""

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import UsageError

MOST_CASES = 1_000_000


def inputs_in_every_case(symbols: int, inputs: int) -> NDArray[np.int64]:
    """All assignments of the symbols 0..K-1 to several inputs.

    Args:
        symbols: K, the number of symbols.
        inputs: L, the number of inputs.

    Returns:
        An array (L, N) with N = K^L.

    Raises:
        UsageError: If K^L is more than a million.

    Example:
        >>> inputs_in_every_case(symbols=2, inputs=2)
        array([[0, 0, 1, 1],
               [0, 1, 0, 1]])
    """
    if symbols**inputs > MOST_CASES:
        raise UsageError(
            f"{inputs} inputs of {symbols} symbols have {symbols}^{inputs} = {symbols**inputs:.3g} cases, "
            f"more than the {MOST_CASES:,} from which yardsticks are computed.",
            "Choose fewer lags or fewer symbols.",
        )
    return np.indices((symbols,) * inputs).reshape(inputs, -1)


@final
@dataclass(frozen=True, eq=False)
class Cases:
    """The inputs, the outcome and the probability of each of N cases.

    Args:
        inputs: (L, N) integers.
        outcomes: (N,) targets.
        shares: (N,) positive probabilities that sum to 1.

    Example:
        >>> xor = Cases(np.array([[0, 0, 1, 1], [0, 1, 0, 1]]), np.array([0, 1, 1, 0]), np.full(4, 0.25))
        >>> xor.variance(seen=[True, False]), xor.variance(seen=[True, True])
        (0.25, 0.0)
        >>> round(xor.entropy(seen=[False, False]), 6)
        0.693147
    """

    inputs: NDArray[np.int64]
    outcomes: NDArray[np.float64]
    shares: NDArray[np.float64]

    def variance(self, seen: list[bool]) -> float:
        """E Var(y | seen inputs): the mean squared error of the conditional mean."""
        groups = self._groups(seen)
        means = np.bincount(groups, self.shares * self.outcomes) / np.bincount(groups, self.shares)
        return float(self.shares @ (self.outcomes - means[groups]) ** 2)

    def entropy(self, seen: list[bool]) -> float:
        """H(y | seen inputs) in nats: the cross-entropy of the conditional distribution."""
        kinds, kind = np.unique(self.outcomes, return_inverse=True)
        pairs, pair_of_case = np.unique(self._groups(seen) * len(kinds) + kind.ravel(), return_inverse=True)
        joint = np.bincount(pair_of_case.ravel(), self.shares)
        group_of_pair = pairs // len(kinds)
        return float(joint @ np.log(np.bincount(group_of_pair, joint)[group_of_pair] / joint))

    def _groups(self, seen: list[bool]) -> NDArray[np.int64]:
        """A group number 0..G-1 for each case; cases with equal seen inputs share a group."""
        base = int(self.inputs.max(initial=0)) + 1
        code = sum((row * base**i for i, row in enumerate(self.inputs[seen])), np.zeros_like(self.inputs[0]))
        return np.unique(code, return_inverse=True)[1].ravel()
