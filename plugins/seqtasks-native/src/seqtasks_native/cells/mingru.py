"""The model ``native-mingru``."""

from dataclasses import dataclass
from typing import ClassVar, final

from seqtasks_native.cell import AbstractNativeCell, Numbers
from seqtasks_native.elementary import complement, sigmoid, sigmoid_slope
from seqtasks_native.model import AbstractNativeModel


@final
class MinGRUCell(AbstractNativeCell):
    """A gate and a candidate that depend on the input only: h' = h + z (u_n - h), z = sigmoid(u_z)."""

    sums, input_sums, state_sums = 2, 2, 0
    weights = ("inputs", "bias")
    gates = (0, 1)

    @staticmethod
    def step(u: Numbers, s: Numbers, p: Numbers, c: Numbers) -> Numbers:
        """The mean of old value and candidate, weighted by the gate."""
        return (s[0] + sigmoid(u[0]) * (u[1] - s[0]),)

    @staticmethod
    def slopes(u: Numbers, s: Numbers, p: Numbers, c: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Of h' by the gate's sum and the candidate, and by h."""
        z = sigmoid(u[0])
        return (sigmoid_slope(z) * (u[1] - s[0]), z), (complement(z),), ()


@final
@dataclass(frozen=True)
class NativeMinGRU(AbstractNativeModel):
    """The minimal GRU, the same network as ``mingru``.

        z = sigmoid(Wz x + bz)
        h' = (1 - z) * h + z * (Wn x + bn)

    2 H (I + 1) weights, then the readout y = V h + d.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> NativeMinGRU(units=2).build(Shapes(inputs=1, outputs=1), seed=0).parameters
        11

    Source: Feng et al. (2024), arXiv:2410.01201; here with biases.
    """

    cell: ClassVar[type[AbstractNativeCell]] = MinGRUCell
    keras_name: ClassVar[str] = "mingru"
