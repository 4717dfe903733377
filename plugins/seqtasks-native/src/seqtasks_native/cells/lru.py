"""The model ``native-lru``."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.spec.parameter import Range
from seqtasks_native.cell import AbstractNativeCell, Numbers
from seqtasks_native.elementary import cos, exp, sin
from seqtasks_native.model import AbstractNativeModel
from seqtasks_native.network import NativeNetwork


@final
class LRUCell(AbstractNativeCell):
    """Complex linear units that each rotate and decay; the state and the sums are real and imaginary parts.

    h' = lam h + exp(gamma_log) u,   lam = exp(-exp(nu) + i exp(theta)),   p = (nu, theta, gamma_log)
    """

    sums, input_sums, state_sums = 2, 2, 0
    arrays = 2
    outputs = 2
    own = 3
    input_bias = False
    weights = ("own", "own", "own", "inputs")
    gates = (0, 1)

    @staticmethod
    def step(u: Numbers, s: Numbers, p: Numbers, c: Numbers) -> Numbers:
        """The old number times lam, plus gamma times the sum."""
        radius, phase, gamma = exp(-exp(p[0])), exp(p[1]), exp(p[2])
        cosine, sine = radius * cos(phase), radius * sin(phase)
        return (cosine * s[0] - sine * s[1] + gamma * u[0], sine * s[0] + cosine * s[1] + gamma * u[1])

    @staticmethod
    def slopes(u: Numbers, s: Numbers, p: Numbers, c: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Of both parts by both sums, by both parts before, and by nu, theta and gamma_log."""
        rate, phase, gamma = exp(p[0]), exp(p[1]), exp(p[2])
        radius = exp(-rate)
        cosine, sine, none = radius * cos(phase), radius * sin(phase), gamma - gamma
        re, im = cosine * s[0] - sine * s[1], sine * s[0] + cosine * s[1]
        by_own = (-rate * re, -phase * im, gamma * u[0], -rate * im, phase * re, gamma * u[1])
        return (gamma, none, none, gamma), (cosine, -sine, sine, cosine), by_own


@final
@dataclass(frozen=True)
class NativeLRU(AbstractNativeModel):
    """The linear recurrent unit, the same network as ``lru``.

        lam = exp(-exp(nu) + i exp(theta))
        h' = lam * h + exp(gamma_log) * (B x)
        y = V (Re h', Im h') + d

    H (2 I + 3) weights, then the readout. At the start lam lies on a ring: |lam|^2 is uniform between r_min^2 and
    r_max^2, the angle between 0 and max_phase, and gamma = sqrt(1 - |lam|^2).

    Args:
        r_min: The minimum |lam| at the start.
        r_max: The maximum |lam| at the start.
        max_phase: The maximum angle of lam at the start, in radians per step.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> NativeLRU(units=2).build(Shapes(inputs=1, outputs=1), seed=0).parameters
        15

    Source: Orvieto et al. (2023), arXiv:2303.06349; by real rotations: Elelimy et al. (2024), arXiv:2409.01449.
    """

    cell: ClassVar[type[AbstractNativeCell]] = LRUCell
    keras_name: ClassVar[str] = "lru"

    r_min: Annotated[float, Range(low=0, below=1)] = 0.5
    r_max: Annotated[float, Range(above=0, below=1)] = 0.99
    max_phase: Annotated[float, Range(above=0, high=6.283185307179586)] = 6.283185307179586

    def build(self, shapes: Shapes, seed: int, *, dtype: str = "float32") -> NativeNetwork:
        """Build a network.

        Raises:
            UsageError: If r_min is greater than r_max, or as for other models.
        """
        if self.r_min > self.r_max:
            raise UsageError(f"r_min={self.r_min} is greater than r_max={self.r_max}.", "Use r_min <= r_max.")
        return super().build(shapes, seed, dtype=dtype)

    def own(self, random: np.random.Generator) -> list[NDArray[np.float64]]:
        """nu, theta and gamma_log."""
        below = random.uniform(0, self.r_max**2 - self.r_min**2, self.units)  # its upper end has no logarithm
        nu = np.log(-np.log(self.r_max**2 - below) / 2)
        theta = np.log(self.max_phase - random.uniform(0, self.max_phase, self.units))
        return [nu, theta, np.log(-np.expm1(-2 * np.exp(nu))) / 2]

    def kernel(self, random: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
        """Normal, so that white noise of variance 1 makes complex numbers of mean square 1."""
        return random.normal(0, (2 * shape[0]) ** -0.5, shape)
