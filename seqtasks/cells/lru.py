"""The linear recurrent unit: a diagonal complex linear recurrence."""

from collections.abc import Sequence
from typing import Annotated, Any, final

import keras
from keras import ops

from seqtasks.cells.complex_units import AbstractComplexCell
from seqtasks.errors import UsageError
from seqtasks.keras.structure import Tensor
from seqtasks.spec.parameter import Range


@final
class LRUCell(AbstractComplexCell):
    """Complex linear units that each rotate and decay, in real arithmetic.

        lam = exp(-exp(nu) + i exp(theta))
        h' = lam * h + exp(gamma_log) * (B x)
        y = (Re h', Im h')

    H (2 I + 3) weights: nu, theta, gamma_log and B, its real columns before its imaginary ones. The state is two arrays
    (B, H), real and imaginary part. A dense readout of the 2 H outputs is Re(C h) + d of a complex C.

    At the start lam lies on a ring: |lam|^2 is uniform between r_min^2 and r_max^2, and the angle is uniform between 0
    and max_phase. gamma = sqrt(1 - |lam|^2) keeps the variance of white noise.

    Args:
        units: H, the number of complex units.
        r_min: The minimum |lam| at the start; 0 in the paper's code.
        r_max: The maximum |lam| at the start; 1 in the paper's code.
        max_phase: The maximum angle of lam at the start, in radians per step; below 2 pi for longer memories.

    Raises:
        UsageError: If r_min is greater than r_max.

    Example:
        >>> cell = LRUCell(units=2)
        >>> cell.build((None, 1))
        >>> cell.count_params()
        10

    Source: Orvieto et al. (2023), arXiv:2303.06349; by real rotations: Elelimy et al. (2024), arXiv:2409.01449.
    """

    def __init__(
        self,
        units: int,
        r_min: Annotated[float, Range(low=0, below=1)] = 0.5,
        r_max: Annotated[float, Range(above=0, below=1)] = 0.99,
        max_phase: Annotated[float, Range(above=0, high=6.283185307179586)] = 6.283185307179586,
        **layer: object,
    ) -> None:
        if r_min > r_max:
            raise UsageError(f"r_min={r_min} is greater than r_max={r_max}.", "Use r_min <= r_max.")
        super().__init__(units, **layer)
        self.r_min, self.r_max, self.max_phase = r_min, r_max, max_phase

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the weights for inputs (B, I)."""
        below = keras.initializers.RandomUniform(0, self.r_max**2 - self.r_min**2)
        short = keras.initializers.RandomUniform(0, self.max_phase)

        # RandomUniform excludes its upper end: measured from there, no number is 0, which has no logarithm
        def nu(shape: tuple[int, ...], dtype: str) -> Tensor:
            return ops.log(-ops.log(self.r_max**2 - below(shape, dtype)) / 2)

        def theta(shape: tuple[int, ...], dtype: str) -> Tensor:
            return ops.log(self.max_phase - short(shape, dtype))

        def gamma_log(shape: tuple[int, ...], dtype: str) -> Tensor:
            return ops.log(-ops.expm1(-2 * ops.exp(self.nu))) / 2

        self.nu = self.add_weight(shape=(self.units,), initializer=nu, name="nu")
        self.theta = self.add_weight(shape=(self.units,), initializer=theta, name="theta")
        self.gamma_log = self.add_weight(shape=(self.units,), initializer=gamma_log, name="gamma_log")
        self.build_kernel(input_shape)

    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The old number times lam, plus gamma times the sum."""
        radius, phase, gamma = ops.exp(-ops.exp(self.nu)), ops.exp(self.theta), ops.exp(self.gamma_log)
        cosine, sine = radius * ops.cos(phase), radius * ops.sin(phase)
        re, im = states
        return [
            cosine * re - sine * im + gamma * preactivations[0],
            sine * re + cosine * im + gamma * preactivations[1],
        ]
