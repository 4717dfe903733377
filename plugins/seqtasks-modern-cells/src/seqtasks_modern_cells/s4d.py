"""S4D: a linear system in continuous time whose matrix is diagonal, taken in discrete steps."""

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal, final

import keras
from keras import ops

from seqtasks.cells.complex_units import AbstractComplexCell
from seqtasks.errors import UsageError
from seqtasks.keras.structure import Tensor
from seqtasks.spec.parameter import Range


@final
class S4DCell(AbstractComplexCell):
    """Complex units dh/dt = A h + B x, solved exactly for x constant within a step (zero-order hold).

        A = -exp(log_decay) + i frequency
        a = exp(dt A)                          dt = exp(log_dt)
        h' = a * h + (a - 1) / A * (B x)
        y = (Re h', Im h')

    The layout: one system of H complex numbers for all inputs, each number with a step dt of its own. A dense readout
    of the 2 H outputs is Re(C h) + d of a complex C, so that the paper's many systems of one input each, under a layer
    that mixes their outputs, are this cell with zeros in B where a system does not have an input. Complex numbers are
    pairs of real ones: the state is two arrays (B, H), and B is (I, 2 H), its real columns before its imaginary ones.

    H (2 I + 3) weights. At the start the real part of A is -1/2, and its imaginary part, for n = 0 .. H - 1,

        lin:  pi n                  inv:  (N / pi) (N / (2 n + 1) - 1)          N = 2 H

    N is the paper's state size: its numbers are conjugate pairs, and of each pair one is enough. log dt is uniform
    between those of dt_min and dt_max. B is complex normal with variance 1 / I, because all units have the same inputs;
    the paper's systems, each with an input of its own, start with B = 1 and random readouts.

    Args:
        units: H, the number of complex units.
        dt_min: The minimum length of a step at the start.
        dt_max: The maximum length of a step at the start. A memory spans about 1 / dt steps.
        frequencies: The imaginary part of A at the start.

    Raises:
        UsageError: If dt_min is greater than dt_max.

    Example:
        >>> cell = S4DCell(units=2)
        >>> cell.build((None, 1))
        >>> cell.count_params()
        10

    Source: Gu et al. (2022), arXiv:2206.11893, sections 3 and 4; a dt for each number: Smith et al. (2023),
    arXiv:2208.04933.
    """

    def __init__(
        self,
        units: int,
        dt_min: Annotated[float, Range(above=0, high=1)] = 0.001,
        dt_max: Annotated[float, Range(above=0, high=1)] = 0.1,
        frequencies: Literal["lin", "inv"] = "lin",
        **layer: object,
    ) -> None:
        if dt_min > dt_max:
            raise UsageError(f"dt_min={dt_min} is greater than dt_max={dt_max}.", "Use dt_min <= dt_max.")
        super().__init__(units, **layer)
        self.dt_min, self.dt_max, self.frequencies = dt_min, dt_max, frequencies

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the weights for inputs (B, I)."""
        steps = keras.initializers.RandomUniform(math.log(self.dt_min), math.log(self.dt_max))
        size = 2 * self.units  # N: each unit represents a conjugate pair
        laws = {"lin": lambda n: math.pi * n, "inv": lambda n: size / math.pi * (size / (2 * n + 1) - 1)}

        def frequency(shape: tuple[int, ...], dtype: str) -> Tensor:
            return laws[self.frequencies](ops.arange(self.units, dtype=dtype))

        half = keras.initializers.Constant(math.log(0.5))
        self.log_decay = self.add_weight(shape=(self.units,), initializer=half, name="log_decay")
        self.frequency = self.add_weight(shape=(self.units,), initializer=frequency, name="frequency")
        self.log_dt = self.add_weight(shape=(self.units,), initializer=steps, name="log_dt")
        self.build_kernel(input_shape)

    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The old number times a, plus the input of the step."""
        decay, frequency, dt = ops.exp(self.log_decay), self.frequency, ops.exp(self.log_dt)
        radius, phase = ops.exp(-dt * decay), dt * frequency
        a = radius * ops.cos(phase), radius * ops.sin(phase)
        square = decay**2 + frequency**2
        gain = _times((a[0] - 1, a[1]), (-decay / square, -frequency / square))  # 1 / A is its conjugate over |A|^2
        kept, new = _times(a, states), _times(gain, preactivations)
        return [kept[0] + new[0], kept[1] + new[1]]


def _times(one: Sequence[Tensor], other: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """The product of two complex numbers, real and imaginary part."""
    return one[0] * other[0] - one[1] * other[1], one[0] * other[1] + one[1] * other[0]
