"""The model ``esn``."""

from dataclasses import dataclass
from typing import Annotated, final

import keras

from seqtasks.core.model import AbstractModel
from seqtasks.core.task import Shapes
from seqtasks.keras.network import KerasNetwork, build
from seqtasks.models.reservoir import ReservoirCell
from seqtasks.spec.parameter import Range


@final
@dataclass(frozen=True)
class ESN(AbstractModel):
    """An echo state network: a recurrent layer of fixed random weights, and a trained readout.

        h' = (1 - leak) * h + leak * tanh(W x + U h + b)
        y = V h + d

    H (I + H + 1) weights that no trainer changes, and O (H + 1) of the readout. The trainers ``ridge`` and ``rls``
    solve for the readout; ``online`` and ``batch`` train it by gradients. The same seed draws the same reservoir.

    Each unit has input from round(connectivity H) units, at least one. These weights are normal, scaled so that the
    maximum |eigenvalue| of U is spectral_radius. W is uniform between -input_scaling and input_scaling, b between
    -bias and bias.

    Args:
        units: H, the size of the reservoir.
        spectral_radius: The maximum |eigenvalue| of U. Below 1 the past fades, more slowly the closer it is to 1.
        leak: The weight of the new value in the leaky integration of a unit.
        input_scaling: The maximum |W|. With larger values, units are less linear and memories shorter.
        connectivity: The share of units that are inputs of a unit.
        bias: The maximum |b|.

    Example:
        >>> network = ESN(units=20).build(Shapes(inputs=1, outputs=1), seed=0)
        >>> arch = network.architecture
        >>> network.parameters, sum(int(v.shape.num_elements()) for v in arch.trained(arch.variables))
        (461, 21)

    Source: Jaeger (2001), GMD Report 148; with a leak: Jaeger et al. (2007), Neural Networks 20(3); settings:
    Lukosevicius (2012), LNCS 7700.
    """

    units: Annotated[int, Range(low=1)] = 100
    spectral_radius: Annotated[float, Range(low=0, high=100)] = 0.9
    leak: Annotated[float, Range(above=0, high=1)] = 1.0
    input_scaling: Annotated[float, Range(low=0, high=1000)] = 0.1
    connectivity: Annotated[float, Range(above=0, high=1)] = 0.1
    bias: Annotated[float, Range(low=0, high=1000)] = 0.1

    def build(self, shapes: Shapes, seed: int, *, dtype: str = "float32") -> KerasNetwork:
        """Build a network of a random reservoir and a readout.

        Args:
            shapes: What it must fit.
            seed: The seed of the reservoir and of the readout's initial weights.
            dtype: The precision of weights, states and gradients: ``float32`` or ``float64``.

        Raises:
            UsageError: If it would not fit into memory.
        """

        def parts() -> tuple[list[keras.layers.Layer], keras.layers.Layer]:
            cell = ReservoirCell(
                self.units,
                spectral_radius=self.spectral_radius,
                leak=self.leak,
                input_scaling=self.input_scaling,
                connectivity=self.connectivity,
                bias=self.bias,
                dtype=dtype,
            )
            layer = keras.layers.RNN(cell, return_sequences=True, dtype=dtype)
            return [layer], keras.layers.Dense(shapes.outputs, dtype=dtype)

        return build(parts, shapes, 0.0, (self, dtype), seed)
