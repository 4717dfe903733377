"""What every contender of lag_symbols.py learns, and the weights it starts from."""

from dataclasses import dataclass

import numpy as np

LAG, KINDS, STEPS, SEQUENCES, UNITS = 15, 8, 100, 1000, 51
BATCH, RATE = 10, 0.003


@dataclass(frozen=True, eq=False)
class Symbols:
    """One-hot symbols x (n, T, K), and at each step the symbol of ``LAG`` steps before, y (n, T - LAG)."""

    x: np.ndarray
    y: np.ndarray

    def error(self, predicted):
        """The share of wrong symbols among predictions (n, T - LAG)."""
        return float((predicted != self.y).mean())


def drawn(seed):
    """The sequences to learn from, and as many fresh ones."""
    kinds = np.random.default_rng(seed).integers(KINDS, size=(2, SEQUENCES, STEPS))
    return [Symbols(np.eye(KINDS, dtype=np.float32)[each], each[:, :-LAG]) for each in kinds]


def orders(seed, epochs):
    """The order of the sequences in each epoch."""
    random = np.random.RandomState(seed)
    return [random.permutation(SEQUENCES) for _ in range(epochs)]


@dataclass(frozen=True)
class Start:
    """The laws of the initial weights.

    Args:
        recurrent: ``whole``: U is orthogonal as a whole, as Keras makes it; ``gates``: gate by gate; ``torch``.
        kernel: ``glorot``, Keras's; ``torch``: uniform between -1 / sqrt(H) and 1 / sqrt(H), as all of PyTorch's.
        bias: ``zeros``, Keras's; or ``torch``.
        readout: ``glorot``, Keras's; or ``torch``, with a bias of the same law.
    """

    recurrent: str = "whole"
    kernel: str = "glorot"
    bias: str = "zeros"
    readout: str = "glorot"

    def weights(self, seed):
        """W (K, 3 H), U (H, 3 H) and b (2, 3 H) of the gates z, r, n, then V (H, K) and d (K,), as Keras has them."""
        random, bound = np.random.default_rng([seed, 1]), UNITS**-0.5

        def uniform(shape, limit):
            return random.uniform(-limit, limit, shape)

        recurrent = {
            "whole": lambda: orthonormal(random, 3 * UNITS).T,
            "gates": lambda: np.hstack([orthonormal(random, UNITS) for _ in range(3)]),
            "torch": lambda: uniform((UNITS, 3 * UNITS), bound),
        }
        glorot = {"kernel": (6 / (KINDS + 3 * UNITS)) ** 0.5, "readout": (6 / (UNITS + KINDS)) ** 0.5}
        weights = [
            uniform((KINDS, 3 * UNITS), bound if self.kernel == "torch" else glorot["kernel"]),
            recurrent[self.recurrent](),
            uniform((2, 3 * UNITS), bound if self.bias == "torch" else 0),
            uniform((UNITS, KINDS), bound if self.readout == "torch" else glorot["readout"]),
            uniform(KINDS, bound if self.readout == "torch" else 0),
        ]
        return [array.astype(np.float32) for array in weights]


def orthonormal(random, rows):
    """Orthonormal columns (rows, H)."""
    q, r = np.linalg.qr(random.normal(size=(rows, UNITS)))
    return q * np.sign(np.diag(r))
