"""The recurrent initializer of gated layers: an orthogonal matrix for each gate."""

from typing import Any, final

import keras
from keras import ops

from seqtasks.errors import UsageError


@final
@keras.saving.register_keras_serializable("seqtasks")  # a saved Keras model names what its weights were drawn by
class GateOrthogonal(keras.initializers.Orthogonal):  # type: ignore[misc]  # Keras has no types
    """Recurrent kernels (H, G H) whose G blocks (H, H), one for each gate, are orthogonal.

        U = gain [Q1 Q2 ... QG]        Qg' Qg = I

    Keras's own ``orthogonal`` makes the rows of the whole kernel orthonormal. Then U U' = I is the sum of the gates'
    shares: in the mean of all units a gate keeps 1 / sqrt(G) of a state's length, 0.58 in a GRU and 0.5 in an LSTM.

    Args:
        gain: The length of each row of a block.
        seed: Keras's own, drawn from Python's ``random`` if None.

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
            UsageError: If the shape is not of square blocks side by side.
        """
        height, width = shape[0], shape[-1]
        if tuple(shape) != (height, width) or width % height:
            raise UsageError(
                f"gate-orthogonal draws square blocks side by side, and a weight has the shape {tuple(shape)}.",
                "Use it for the recurrent kernel (H, G H) of G gates, or use orthogonal.",
            )
        blocks = keras.random.normal((width // height, height, height), dtype=dtype, seed=self.seed)
        q, r = ops.qr(blocks)
        q = self.gain * q * ops.sign(ops.diagonal(r, axis1=1, axis2=2))[:, None, :]  # uniform over all rotations
        return ops.reshape(ops.transpose(q, (1, 0, 2)), shape)
