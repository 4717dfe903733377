"""The model ``esn``."""

from dataclasses import dataclass
from typing import Annotated, final

import keras

from seqtasks.core.model import AbstractModel
from seqtasks.core.task import Shapes
from seqtasks.keras.network import KerasNetwork, build
from seqtasks.spec.parameter import Range
from seqtasks_modern_cells.reservoir import ReservoirCell


@final
@dataclass(frozen=True)
class ESN(AbstractModel):
    """An echo state network: a recurrent layer of fixed random weights, and a readout, which alone is trained.

        h' = (1 - leak) * h + leak * tanh(W x + U h + b)
        y = V h + d

    H (I + H + 1) weights that no trainer changes, and O (H + 1) of the readout. The trainers ``ridge`` and ``rls``
    solve for those; ``online`` and ``batch`` can learn them by gradients. The same seed draws the same reservoir.

    Each unit sees round(connectivity H) units, at least one, by normal weights that are scaled together so that the
    greatest |eigenvalue| of U is spectral_radius. W is uniform between -input_scaling and input_scaling, b between
    -bias and bias.

    Args:
        units: H, the size of the reservoir.
        spectral_radius: The greatest |eigenvalue| of U. Below 1 the past fades, the slower the nearer to 1.
        leak: The part of the way to its new value that a unit goes at each step.
        input_scaling: The greatest |W|: the larger, the less linear are the units, and the shorter they remember.
        connectivity: The share of units that each unit sees.
        bias: The greatest |b|.

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
        """A network of a reservoir drawn by the seed, and a readout.

        Args:
            shapes: What it must fit.
            seed: Of the reservoir, and of the readout's weights before any training.
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
