"""The model ``native-leaky-rnn``."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, final

from seqtasks.spec.parameter import Range
from seqtasks_native.cell import AbstractNativeCell, Numbers
from seqtasks_native.elementary import complement, tanh, tanh_slope
from seqtasks_native.model import AbstractNativeModel


@final
class LeakyRNNCell(AbstractNativeCell):
    """An Elman network of leaky integrators: h' = h + leak (tanh(u) - h)."""

    sums, input_sums, state_sums = 1, 1, 1
    gates = (0,)
    constants = ("leak",)

    @staticmethod
    def step(u: Numbers, s: Numbers, p: Numbers, c: Numbers) -> Numbers:
        """The mean of old value and candidate, weighted by the leak."""
        return (s[0] + c[0] * (tanh(u[0]) - s[0]),)

    @staticmethod
    def slopes(u: Numbers, s: Numbers, p: Numbers, c: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Of h' by the sum and by h."""
        slope = tanh_slope(tanh(u[0]))
        return (c[0] * slope,), (complement(c[0]),), ()


@final
@dataclass(frozen=True)
class NativeLeakyRNN(AbstractNativeModel):
    """An Elman network whose units are leaky integrators, the same as ``leaky-rnn``.

        h' = (1 - leak) * h + leak * tanh(W x + U h + b)

    H (I + H + 1) weights, then the readout y = V h + d.

    Args:
        leak: The step's length divided by the units' time constant.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> NativeLeakyRNN(units=2).build(Shapes(inputs=1, outputs=1), seed=0).parameters
        11

    Source: Jaeger et al. (2007), Neural Networks 20(3); in this form, Murray (2019), eLife 8:e43299.
    """

    cell: ClassVar[type[AbstractNativeCell]] = LeakyRNNCell
    keras_name: ClassVar[str] = "leaky-rnn"

    leak: Annotated[float, Range(above=0, high=1)] = 0.5
