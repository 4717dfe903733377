"""A reservoir: a recurrent cell with random weights that are never trained."""

import random
from collections.abc import Sequence
from typing import Any, final

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from seqtasks.keras.structure import AbstractStructuredCell, Tensor


def recurrent_matrix(seed: int, units: int, spectral_radius: float, connectivity: float) -> NDArray[np.float64]:
    """U (H, H) of a reservoir: sparse normal numbers, scaled to a spectral radius.

    Each unit has input from round(connectivity * H) units, at least one, so that there is a cycle and a radius to
    scale.

    Args:
        seed: The seed of the random numbers.
        units: H.
        spectral_radius: The maximum |eigenvalue| of U.
        connectivity: The share of units that are inputs of a unit.

    Example:
        >>> u = recurrent_matrix(seed=0, units=50, spectral_radius=0.9, connectivity=0.1)
        >>> int(np.count_nonzero(u)), round(float(np.abs(np.linalg.eigvals(u)).max()), 6)
        (250, 0.9)
    """
    draw = np.random.default_rng(seed)
    seen = max(1, round(connectivity * units))
    places = draw.random((units, units)).argsort(axis=0) < seen
    matrix = np.where(places, draw.normal(size=(units, units)), 0.0)
    scaled: NDArray[np.float64] = matrix * (spectral_radius / np.abs(np.linalg.eigvals(matrix)).max())
    return scaled


@final
class ReservoirCell(AbstractStructuredCell):
    """Leaky units with weights that are not trained.

        h' = (1 - leak) * h + leak * tanh(W x + U h + b)

    H (I + H + 1) weights. W is uniform between -input_scaling and input_scaling, b between -bias and bias, U is
    :func:`recurrent_matrix`.

    Args:
        units: H, the size of the state.
        spectral_radius: The maximum |eigenvalue| of U.
        leak: The weight of the new value in the leaky integration.
        input_scaling: The maximum |W|.
        connectivity: The share of units that are inputs of a unit.
        bias: The maximum |b|.

    Example:
        >>> cell = ReservoirCell(units=3, spectral_radius=0.9, leak=1.0, input_scaling=1.0, connectivity=1.0, bias=0.0)
        >>> cell.build((None, 1))
        >>> cell.count_params(), len(cell.trainable_variables)
        (15, 0)
    """

    def __init__(
        self,
        units: int,
        spectral_radius: float,
        leak: float,
        input_scaling: float,
        connectivity: float,
        bias: float,
        **layer: object,
    ) -> None:
        super().__init__(**layer)
        self.units = self.state_size = self.output_size = units
        self.spectral_radius, self.leak, self.input_scaling = spectral_radius, leak, input_scaling
        self.connectivity, self.bias_scaling = connectivity, bias

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Draw the weights for inputs (B, I)."""
        seed = random.randrange(2**31)  # the source of the seeds of Keras's initializers as well

        def recurrent(shape: tuple[int, ...], dtype: str) -> Tensor:
            def drawn() -> NDArray[Any]:
                return recurrent_matrix(seed, self.units, self.spectral_radius, self.connectivity).astype(dtype)

            # an operation, so that nothing is drawn in a graph that never runs and only counts the weights
            return tf.ensure_shape(tf.numpy_function(drawn, [], dtype), shape)

        def uniform(scale: float) -> keras.initializers.Initializer:
            return keras.initializers.RandomUniform(-scale, scale)

        def fixed(name: str, shape: tuple[int, ...], initializer: Any) -> Any:
            return self.add_weight(shape=shape, initializer=initializer, trainable=False, name=name)

        self.kernel = fixed("kernel", (input_shape[-1], self.units), uniform(self.input_scaling))
        self.recurrent_kernel = fixed("recurrent_kernel", (self.units, self.units), recurrent)
        self.bias = fixed("bias", (self.units,), uniform(self.bias_scaling))
        self.built = True

    def preactivations(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        """W x + U h + b."""
        return [ops.matmul(inputs, self.kernel) + ops.matmul(states[0], self.recurrent_kernel) + self.bias]

    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The mean of the old value and tanh of the sum, weighted by the leak."""
        return [(1 - self.leak) * states[0] + self.leak * ops.tanh(preactivations[0])]

    def state_matrices(self) -> Tensor:
        """U as (1, H, H)."""
        return ops.expand_dims(self.recurrent_kernel, 0)

    def get_initial_state(self, batch_size: int | None = None) -> list[Tensor]:
        """Zeros (B, H)."""
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)]
