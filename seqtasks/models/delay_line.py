"""The model ``delay-line``: a linear model of the last inputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, final

import keras
from keras import ops

from seqtasks.core.model import AbstractModel
from seqtasks.core.task import Shapes
from seqtasks.keras.network import KerasNetwork, build
from seqtasks.spec.parameter import Range

Tensor = Any


@final
@dataclass(frozen=True)
class DelayLine(AbstractModel):
    """A tapped delay line: a linear function of the last K inputs, the present one included.

        y[t] = V (x[t], x[t-1], ..., x[t-K+1]) + d                 inputs before the first step are 0

    O (K I + 1) weights, those of the readout. With the trainer ``ridge`` it is linear autoregression, with ``rls`` the
    adaptive linear filter, and it remembers K - 1 steps: a control for whatever is not linear.

    Args:
        units: K, the number of inputs.

    Example:
        >>> DelayLine(units=3).build(Shapes(inputs=2, outputs=1), seed=0).parameters
        7

    Source: Haykin (2002), Adaptive Filter Theory, section 1.5: transversal filter, or tapped delay line.
    """

    units: Annotated[int, Range(low=1)] = 12

    def build(self, shapes: Shapes, seed: int, *, dtype: str = "float32") -> KerasNetwork:
        """Build a network of a delay line and a readout.

        Args:
            shapes: What it must fit.
            seed: The seed of the readout's initial weights.
            dtype: The precision of weights, states and gradients: ``float32`` or ``float64``.

        Raises:
            UsageError: If it would not fit into memory.
        """

        def parts() -> tuple[list[keras.layers.Layer], keras.layers.Layer]:
            cell = DelayLineCell(self.units * shapes.inputs, dtype=dtype)
            layer = keras.layers.RNN(cell, return_sequences=True, dtype=dtype)
            return [layer], keras.layers.Dense(shapes.outputs, dtype=dtype)

        return build(parts, shapes, 0.0, (self, dtype), seed)


@final
class DelayLineCell(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A shift register: the present input in front of the earlier ones. It has no weights.

    Args:
        units: The number of elements of the state.

    Example:
        >>> cell = DelayLineCell(units=3)
        >>> cell(ops.ones((1, 1)), [ops.convert_to_tensor([[5.0, 6.0, 7.0]])])[0].numpy().tolist()
        [[1.0, 5.0, 6.0]]
    """

    def __init__(self, units: int, **layer: Any) -> None:
        super().__init__(**layer)
        self.units = self.state_size = self.output_size = units

    def call(self, inputs: Tensor, states: Sequence[Tensor], training: bool = False) -> tuple[Tensor, list[Tensor]]:
        """The next state, which is also the output."""
        state = ops.concatenate([inputs, states[0]], axis=-1)[:, : self.units]
        return state, [state]

    def get_initial_state(self, batch_size: int | None = None) -> list[Tensor]:
        """Zeros (B, units)."""
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)]
