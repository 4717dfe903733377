"""Initial weights: the initializer that a setting means, and the initializers of gated layers."""

import math
from collections.abc import Sequence
from typing import Any, final

import keras
from keras import ops

from seqtasks.errors import UsageError
from seqtasks.keras.factory import copy, from_setting


def initializer(setting: Any) -> keras.initializers.Initializer:
    """The initializer that a setting names; an object is copied, so that one without a seed follows the network's.

    Example:
        >>> initializer("constant:value=3.0").value
        3.0
    """
    new = from_setting("initializers", setting)
    return copy(new) if new is setting and isinstance(new, keras.initializers.Initializer) else new


@final
@keras.saving.register_keras_serializable("seqtasks")  # a saved Keras model names what its weights were drawn by
class GateOrthogonal(keras.initializers.Orthogonal):  # type: ignore[misc]  # Keras has no types
    """Recurrent kernels (H, G H) whose G blocks (H, H), one for each gate, are orthogonal.

        U = gain [Q1 Q2 ... QG]        Qg' Qg = I

    Keras's own ``orthogonal`` makes the rows of the whole kernel orthonormal. Then U U' = I is the sum over the gates:
    in the mean of all units, one gate scales a state's length by 1 / sqrt(G), 0.58 in a GRU and 0.5 in an LSTM.

    Args:
        gain: The length of each row of a block.
        seed: The seed; None draws one from Python's ``random``, as Keras does.

    Example:
        >>> q = GateOrthogonal(seed=0)((2, 6))[:, 2:4]
        >>> bool(ops.all(ops.abs(ops.matmul(ops.transpose(q), q) - ops.eye(2)) < 1e-6))
        True

    Source: Saxe et al. (2013), arXiv:1312.6120, for each gate's matrix.
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        super().__init__(gain, seed)

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Any:
        """Weights (H, G H).

        Raises:
            UsageError: If the shape is not one of square blocks next to each other.
        """
        height, width = shape[0], shape[-1]
        if tuple(shape) != (height, width) or width % height:
            raise UsageError(
                f"gate-orthogonal draws square blocks next to each other, but a weight has the shape {tuple(shape)}.",
                "Use it for the recurrent kernel (H, G H) of G gates, or use orthogonal.",
            )
        blocks = keras.random.normal((width // height, height, height), dtype=dtype, seed=self.seed)
        q, r = ops.qr(blocks)
        q = self.gain * q * ops.sign(ops.diagonal(r, axis1=1, axis2=2))[:, None, :]  # uniform over all rotations
        return ops.reshape(ops.transpose(q, (1, 0, 2)), shape)


@final
@keras.saving.register_keras_serializable("seqtasks")  # a saved Keras model names what its biases were drawn by
class Chrono(keras.initializers.RandomUniform):  # type: ignore[misc]  # Keras has no types
    """Biases under which a gate is open for about tau steps, tau uniform between 2 and T.

        b = log(tau - 1)      retention sigmoid(b) = (tau - 1) / tau, between 1/2 and (T - 1) / T

    Args:
        longest: T, at least 3.
        signs: For each gate of a unit, in the cell's order: 1 for b, -1 for -b, 0 for a bias of 0.
        seed: The seed; None draws one from Python's ``random``, as Keras does.

    Example:
        >>> b = Chrono(longest=10, signs=(1, 0, 0), seed=0)((2, 6))
        >>> int(ops.count_nonzero(b))
        2

    Source: Tallec & Ollivier (2018), arXiv:1804.11188.
    """

    def __init__(self, longest: int, signs: Sequence[int], seed: int | None = None) -> None:
        super().__init__(minval=1, maxval=longest - 1, seed=seed)
        self.longest, self.signs = longest, tuple(signs)

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Any:
        """Biases (G H,) of G gates, or (R, G H) with zeros in all rows but the first; a cell adds the rows."""
        b = ops.log(super().__call__((shape[-1] // len(self.signs),), dtype))
        row = ops.concatenate([sign * b for sign in self.signs])
        return ops.reshape(ops.pad(row, (0, math.prod(shape) - shape[-1])), shape)

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments, for Keras to clone and save the initializer."""
        return {"longest": self.longest, "signs": self.signs, "seed": super().get_config()["seed"]}
