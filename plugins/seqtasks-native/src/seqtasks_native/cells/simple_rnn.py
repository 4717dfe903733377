"""The model ``native-simple-rnn``."""

from dataclasses import dataclass
from typing import ClassVar, final

from seqtasks_native.cell import AbstractNativeCell, Numbers
from seqtasks_native.elementary import tanh, tanh_slope
from seqtasks_native.model import AbstractNativeModel


@final
class SimpleRNNCell(AbstractNativeCell):
    """An Elman network: h' = tanh(u)."""

    sums, input_sums, state_sums = 1, 1, 1
    gates = (0,)

    @staticmethod
    def step(u: Numbers, s: Numbers, p: Numbers, c: Numbers) -> Numbers:
        """The hyperbolic tangent of the sum."""
        return (tanh(u[0]),)

    @staticmethod
    def slopes(u: Numbers, s: Numbers, p: Numbers, c: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Of h' by the sum; h itself acts through the sum alone."""
        return (tanh_slope(tanh(u[0])),), (u[0] - u[0],), ()


@final
@dataclass(frozen=True)
class NativeSimpleRNN(AbstractNativeModel):
    """An Elman network, the same as ``simple-rnn``.

        h' = tanh(W x + U h + b)

    H (I + H + 1) weights, then the readout y = V h + d.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> NativeSimpleRNN(units=2).build(Shapes(inputs=1, outputs=1), seed=0).parameters
        11

    Source: Elman (1990), Cognitive Science 14(2).
    """

    cell: ClassVar[type[AbstractNativeCell]] = SimpleRNNCell
    keras_name: ClassVar[str] = "simple-rnn"
