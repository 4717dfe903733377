"""The recurrent trace unit: a diagonal complex recurrence in real arithmetic, made for exact traces."""

import math
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, final

import keras
from keras import ops

from seqtasks.cells.complex_units import AbstractComplexCell
from seqtasks.errors import UsageError
from seqtasks.keras.structure import Tensor
from seqtasks.spec.parameter import Range

ACTIVATIONS: Final = {"linear": lambda x: x, "tanh": ops.tanh, "relu": ops.relu}
SLOW: Final = 0.1  # how much a step of nu or phase counts: were it 1, the slowest unit would turn into a second bias


@final
class RTUCell(AbstractComplexCell):
    """Complex units that each rotate and decay, with inputs scaled so that no decay changes the variance.

        r = exp(-exp(nu / 10)),  theta = phase / (10 H)
        v = r (cos theta + i sin theta) * h + sqrt(1 - r^2) (B x)

        linear:      h' = v       y = (f(Re h'), f(Im h'))
        non-linear:  h' = f(v)    y = (Re h', Im h')           f on real and imaginary part

    2 H (I + 1) weights: nu, phase and B, its real columns before its imaginary ones. The state is two arrays (B, H),
    real and imaginary part. In contrast to ``lru``, the scale of the input follows from r and is not a weight.

    At the start the functions of time that the readout adds up, r^n cos(n theta) and r^n sin(n theta), are a Fourier
    basis of 2 H + 2 steps without its constant, under a decay with the time constant H:

        theta = pi j / (H + 1),  j = 1 .. H         r = exp(-1 / H)

    With 64 units a linear readout then recovers every lag up to 3/2 H to 0.96 of its variance. At random angles
    neighbours lie so close together that only large weights of opposite signs tell them apart. A step of an optimizer
    turns a unit by less, the more units there are, and so moves long memories no further than short ones; and nu and
    phase move slowly compared with the readout. See the explanation "The long lags".

    The paper draws the angles from (0, 2 pi) and r^2 from (0, 1), and its weights are log theta and, not divided by 10,
    nu. Entries of B start with the modulus I^(-1/2) and random angles.

    Args:
        units: H, the number of complex units. To store lags up to k of one input takes more than k / 2 of them.
        activation: f.
        nonlinear: Whether f acts inside of the recurrence.
        angles: ``even`` as above, or ``random``: uniform between 0 and 2 pi.
        r_min: The minimum r at the start; none for exp(-1 / H). r^2 is uniform between r_min^2 and r_max^2.
        r_max: The maximum r at the start; none for exp(-1 / H).

    Raises:
        UsageError: If r_min is greater than r_max.

    Example:
        >>> cell = RTUCell(units=2)
        >>> cell.build((None, 1))
        >>> cell.count_params()
        8

    Source: Elelimy et al. (2024), arXiv:2409.01449; Fourier bases of state spaces: Gu et al. (2022), arXiv:2206.12037;
    why steps of r and theta must shrink with the memory: Zucchet & Orvieto (2024), arXiv:2405.21064.
    """

    def __init__(
        self,
        units: Annotated[int, Range(low=1)] = 64,
        activation: Literal["linear", "tanh", "relu"] = "linear",
        nonlinear: bool = False,
        angles: Literal["even", "random"] = "even",
        r_min: Annotated[float | None, Range(low=0, below=1)] = None,
        r_max: Annotated[float | None, Range(above=0, below=1)] = None,
        **layer: object,
    ) -> None:
        super().__init__(units, **layer)
        self.activation, self.nonlinear, self.angles = activation, nonlinear, angles
        self.r_min, self.r_max = r_min, r_max
        low, high = self._radii()
        if low > high:
            raise UsageError(f"r_min={low:g} is greater than r_max={high:g}.", "Use r_min <= r_max.")

    def _radii(self) -> tuple[float, float]:
        """The minimum and the maximum of r at the start."""
        of_units = math.exp(-1 / self.units)
        return (
            of_units if self.r_min is None else self.r_min,
            of_units if self.r_max is None else self.r_max,
        )

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the weights for inputs (B, I)."""
        low, high = self._radii()
        # RandomUniform excludes its upper end: measured from there, no number is 0, which has no logarithm
        below = keras.initializers.RandomUniform(0, high**2 - low**2)
        turn = keras.initializers.RandomUniform(0, 2 * math.pi)

        def nu(shape: tuple[int, ...], dtype: str) -> Tensor:
            return ops.log(-ops.log(high**2 - below(shape, dtype)) / 2) / SLOW

        def phase(shape: tuple[int, ...], dtype: str) -> Tensor:
            even = math.pi / (self.units + 1) * ops.arange(1, self.units + 1, dtype=dtype)
            return self.units / SLOW * (turn(shape, dtype) if self.angles == "random" else even)

        def kernel(shape: tuple[int, ...], dtype: str) -> Tensor:
            angle = turn((shape[0], self.units), dtype)
            return shape[0] ** -0.5 * ops.concatenate([ops.cos(angle), ops.sin(angle)], axis=1)

        self.nu = self.add_weight(shape=(self.units,), initializer=nu, name="nu")
        self.phase = self.add_weight(shape=(self.units,), initializer=phase, name="phase")
        self.build_kernel(input_shape, kernel)

    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The old number turned and decayed, plus the scaled sum."""
        decay, theta = ops.exp(SLOW * self.nu), SLOW * self.phase / self.units
        radius, gain = ops.exp(-decay), ops.sqrt(-ops.expm1(-2 * decay))
        cosine, sine = radius * ops.cos(theta), radius * ops.sin(theta)
        re, im = states
        v = (
            cosine * re - sine * im + gain * preactivations[0],
            sine * re + cosine * im + gain * preactivations[1],
        )
        return [ACTIVATIONS[self.activation](part) for part in v] if self.nonlinear else list(v)

    def output(self, states: Sequence[Tensor]) -> Tensor:
        """Real and imaginary parts (B, 2 H), activated here unless they were in the recurrence."""
        parts = super().output(states)
        return parts if self.nonlinear else ACTIVATIONS[self.activation](parts)
