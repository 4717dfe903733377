"""The data and the initial weights of every contender of lag_symbols.py."""

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
    """The distributions of the initial weights, and Adam's epsilon.

    Args:
        recurrent: ``whole``: U is orthogonal as a whole, as Keras makes it; ``gates``: gate by gate; ``torch``: uniform
            between -1 / sqrt(H) and 1 / sqrt(H), as all of PyTorch's.
        kernel: ``glorot``, Keras's; or ``torch``.
        bias: ``zeros``, Keras's; or ``torch``.
        readout: ``glorot``, Keras's; or ``torch``, with a bias of the same law.
        epsilon: Keras's default. Keras adds it before Adam's bias is corrected, PyTorch after that.
    """

    recurrent: str = "whole"
    kernel: str = "glorot"
    bias: str = "zeros"
    readout: str = "glorot"
    epsilon: float = 1e-7

    def weights(self, seed):
        """W (K, 3 H), U (H, 3 H) and b (2, 3 H) of the gates z, r, n, then V (H, K) and d (K,), as Keras has them."""
        random, torch = np.random.default_rng([seed, 7]), UNITS**-0.5

        def uniform(shape, law):
            limit = torch if law == "torch" else (6 / sum(shape)) ** 0.5
            return random.uniform(-1, 1, size=shape) * limit if law != "zeros" else np.zeros(shape)

        kernel = uniform((KINDS, 3 * UNITS), self.kernel)
        if self.recurrent == "torch":
            recurrent = uniform((UNITS, 3 * UNITS), "torch")
        elif self.recurrent == "gates":
            recurrent = np.hstack([orthonormal(random, UNITS) for _ in range(3)])
        else:
            recurrent = orthonormal(random, 3 * UNITS).T
        bias = uniform((2, 3 * UNITS), self.bias)
        readout = uniform((UNITS, KINDS), self.readout)
        offset = uniform((KINDS,), "torch" if self.readout == "torch" else "zeros")
        return [array.astype(np.float32) for array in (kernel, recurrent, bias, readout, offset)]


def orthonormal(random, rows):
    """Orthonormal columns (rows, H)."""
    q, r = np.linalg.qr(random.normal(size=(rows, UNITS)))
    return q * np.sign(np.diag(r))
