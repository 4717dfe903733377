"""JANET (just another network): an LSTM with a forget gate only."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, final

from keras import ops

from seqtasks.keras.initializers import Chrono
from seqtasks.keras.structure import Tensor
from seqtasks.spec.parameter import Range
from seqtasks_modern_cells.dense_gates import AbstractDenseGatesCell


@final
class JANETCell(AbstractDenseGatesCell):
    """A unit with a forget gate only, which also gates the input.

        s, n = Wf x + Uf h + bf, tanh(Wn x + Un h + bn)
        h' = sigmoid(s) * h + (1 - sigmoid(s - beta)) * n

    2 H (I + H + 1) weights: half of an LSTM's. With beta > 0 the weights of old and new value add up to more than 1,
    and |h| may approach e^beta. The paper uses beta = 1, for whole sequences. With an update at every step, what was
    learned is then lost.

    At the start bf is log(tau - 1), tau uniform between 2 and chrono (in the authors' code chrono + 1), and bn is 0.

    Args:
        units: H, the size of the state.
        beta: The offset of the input's gate from the forget gate.
        chrono: The longest time, in steps, that units retain their state at the start.

    Example:
        >>> cell = JANETCell(units=2)
        >>> cell.build((None, 1))
        >>> cell.count_params()
        16

    Source: van der Westhuizen & Lasenby (2018), arXiv:1804.04849; chrono: Tallec & Ollivier (2018), arXiv:1804.11188.
    """

    gates: ClassVar[int] = 2

    def __init__(
        self,
        units: int,
        beta: Annotated[float, Range(low=0, high=100)] = 0.0,
        chrono: Annotated[int, Range(low=3, high=1_000_000)] = 3,
        **layer: object,
    ) -> None:
        super().__init__(units, **layer)
        self.beta, self.chrono = beta, chrono

    def biases(self) -> Any:
        """Chrono initialisation of the forget gate, zeros for the candidate."""
        return Chrono(self.chrono, signs=(1, 0))

    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The old value times the forget gate, plus the candidate times its gate."""
        s, n = preactivations
        return [ops.sigmoid(s) * states[0] + ops.sigmoid(self.beta - s) * ops.tanh(n)]
