"""The model ``native-gru``."""

from dataclasses import dataclass
from typing import ClassVar, final

from seqtasks_native.cell import AbstractNativeCell, Numbers
from seqtasks_native.elementary import complement, sigmoid, sigmoid_slope, tanh, tanh_slope
from seqtasks_native.model import AbstractNativeModel


@final
class GRUCell(AbstractNativeCell):
    """A GRU whose reset gate is applied after the matrix product; its sums are n, z, r and m.

        h' = n + z (h - n),   n = tanh(u_n + r u_m),   z = sigmoid(u_z),   r = sigmoid(u_r)

    The inputs reach n, z and r, and the state reaches z, r and m.
    """

    sums, input_sums, state_sums = 4, 3, 3
    state_bias = True
    gates = (1, 2, 0)  # Keras has z, r, n

    @staticmethod
    def step(u: Numbers, s: Numbers, p: Numbers, c: Numbers) -> Numbers:
        """The mean of old value and candidate, weighted by the update gate."""
        n, z = tanh(u[0] + sigmoid(u[2]) * u[3]), sigmoid(u[1])
        return (n + z * (s[0] - n),)

    @staticmethod
    def slopes(u: Numbers, s: Numbers, p: Numbers, c: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Of h' by n, z, r and m, and by h."""
        r, z = sigmoid(u[2]), sigmoid(u[1])
        n = tanh(u[0] + r * u[3])
        by_n = complement(z) * tanh_slope(n)
        return (by_n, sigmoid_slope(z) * (s[0] - n), by_n * u[3] * sigmoid_slope(r), by_n * r), (z,), ()


@final
@dataclass(frozen=True)
class NativeGRU(AbstractNativeModel):
    """Gated recurrent units, with the reset gate behind the matrix product: the same network as ``gru``.

        z = sigmoid(Wz x + Uz h + bz + cz)
        r = sigmoid(Wr x + Ur h + br + cr)
        n = tanh(Wn x + bn + r * (Un h + cn))
        h' = z * h + (1 - z) * n

    3 H (I + H + 2) weights, then the readout y = V h + d.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> NativeGRU(units=2).build(Shapes(inputs=1, outputs=1), seed=0).parameters
        33

    Source: Cho et al. (2014), arXiv:1406.1078v1.
    """

    cell: ClassVar[type[AbstractNativeCell]] = GRUCell
    keras_name: ClassVar[str] = "gru"
