"""The model ``native-lstm``."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from seqtasks_native.cell import AbstractNativeCell, Numbers
from seqtasks_native.elementary import sigmoid, sigmoid_slope, tanh, tanh_slope
from seqtasks_native.model import AbstractNativeModel


@final
class LSTMCell(AbstractNativeCell):
    """An LSTM with the state (h, c); its sums are i, f, g and o.

    c' = f c + i g,   h' = o tanh(c')
    """

    sums, input_sums, state_sums = 4, 4, 4
    arrays = 2
    gates = (0, 1, 2, 3)

    @staticmethod
    def step(u: Numbers, s: Numbers, p: Numbers, c: Numbers) -> Numbers:
        """The new h and c."""
        new = sigmoid(u[1]) * s[1] + sigmoid(u[0]) * tanh(u[2])
        return (sigmoid(u[3]) * tanh(new), new)

    @staticmethod
    def slopes(u: Numbers, s: Numbers, p: Numbers, c: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Of h' and c' by i, f, g and o, and by h and c."""
        i, f, g, o = sigmoid(u[0]), sigmoid(u[1]), tanh(u[2]), sigmoid(u[3])
        y = tanh(f * s[1] + i * g)
        shown, none = o * tanh_slope(y), u[0] - u[0]
        by_i, by_f, by_g = sigmoid_slope(i) * g, sigmoid_slope(f) * s[1], i * tanh_slope(g)
        by_sums = (shown * by_i, shown * by_f, shown * by_g, sigmoid_slope(o) * y, by_i, by_f, by_g, none)
        return by_sums, (none, shown * f, none, f), ()


@final
@dataclass(frozen=True)
class NativeLSTM(AbstractNativeModel):
    """Long short-term memory, the same network as ``lstm``.

        i, f, o = sigmoid(W x + U h + b), of each gate its own
        g = tanh(Wg x + Ug h + bg)
        c' = f * c + i * g
        h' = o * tanh(c')

    4 H (I + H + 1) weights, then the readout y = V h + d. The bias of the forget gate is 1 at first.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> NativeLSTM(units=2).build(Shapes(inputs=1, outputs=1), seed=0).parameters
        35

    Source: Hochreiter & Schmidhuber (1997), Neural Computation 9(8); forget gates: Gers et al. (2000), 12(10).
    """

    cell: ClassVar[type[AbstractNativeCell]] = LSTMCell
    keras_name: ClassVar[str] = "lstm"

    def bias(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Zeros, and ones for the forget gates."""
        bias = np.zeros(shape)
        bias[self.units : 2 * self.units] = 1
        return bias
