"""The model ``native-indrnn``."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from seqtasks_native.cell import AbstractNativeCell, Numbers
from seqtasks_native.elementary import tanh, tanh_slope
from seqtasks_native.model import AbstractNativeModel


@final
class IndRNNCell(AbstractNativeCell):
    """Units that each depend on their own past only: h' = tanh(u + p h)."""

    sums, input_sums, state_sums = 1, 1, 0
    own = 1
    weights = ("inputs", "own", "bias")
    gates = (0,)

    @staticmethod
    def step(u: Numbers, s: Numbers, p: Numbers, c: Numbers) -> Numbers:
        """The hyperbolic tangent of the sum plus the own weight times the old value."""
        return (tanh(u[0] + p[0] * s[0]),)

    @staticmethod
    def slopes(u: Numbers, s: Numbers, p: Numbers, c: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Of h' by the sum, by h and by the own weight."""
        slope = tanh_slope(tanh(u[0] + p[0] * s[0]))
        return (slope,), (slope * p[0],), (slope * s[0],)


@final
@dataclass(frozen=True)
class NativeIndRNN(AbstractNativeModel):
    """Independently recurrent units, the same network as ``indrnn`` with tanh.

        h' = tanh(W x + u * h + b)

    H (I + 2) weights, then the readout y = V h + d; u is drawn uniformly from (-1, 1).

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> NativeIndRNN(units=2).build(Shapes(inputs=1, outputs=1), seed=0).parameters
        9

    Source: Li et al. (2018), arXiv:1803.04831.
    """

    cell: ClassVar[type[AbstractNativeCell]] = IndRNNCell
    keras_name: ClassVar[str] = "indrnn"

    def own(self, random: np.random.Generator) -> list[NDArray[np.float64]]:
        """Uniform between -1 and 1."""
        return [random.uniform(-1, 1, self.units)]
