"""The real-gated linear recurrent unit of Hawk and Griffin."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Final, final

import keras
from keras import ops

from seqtasks.errors import UsageError
from seqtasks.keras.structure import Tensor
from seqtasks.spec.parameter import Range
from seqtasks_modern_cells.input_gates import AbstractInputGatesCell

SHARPNESS: Final = 8.0  # c of the paper
LEAST: Final = 1e-30  # of 1 - a^2, whose root has no slope at 0


@final
class RGLRUCell(AbstractInputGatesCell):
    """A linear unit whose decay and input are gated by the input, with a constant variance.

        r, i, n = sigmoid(Wr x + br), sigmoid(Wi x + bi), Wn x + bn
        a = sigmoid(lam) ^ (8 r)
        h' = a * h + sqrt(1 - a^2) * (i * n)

    H (3 I + 4) weights. The paper's unit has as many inputs as units, made by a linear layer below it; here that layer
    is Wn, and the gates depend on its input rather than its output, which is as general.

    At the start sigmoid(lam)^8, the decay with an open gate, is uniform between a_min and a_max. The paper has 0.9 and
    0.999, for texts: no unit then forgets within a few steps, and lags of a few steps are hardly learned. (In the
    authors' code it is sigmoid(lam) that lies between 0.9 and 0.999, with a uniform square, and so the decay between
    0.43 and 0.992.) W is uniform (Glorot); the paper's gates start by LeCun's rule. In the authors' code the first
    input of an episode is not weakened by sqrt(1 - a^2); here, as in the paper, it is.

    Args:
        units: H, the size of the state.
        a_min: The minimum decay with an open gate at the start.
        a_max: The maximum decay with an open gate at the start.

    Raises:
        UsageError: If a_min is greater than a_max.

    Example:
        >>> cell = RGLRUCell(units=2)
        >>> cell.build((None, 1))
        >>> cell.count_params()
        14

    Source: De et al. (2024), arXiv:2402.19427, section 2.4, equations 1 to 4.
    """

    gates: ClassVar[int] = 3

    def __init__(
        self,
        units: int,
        a_min: Annotated[float, Range(above=0, below=1)] = 0.1,
        a_max: Annotated[float, Range(above=0, below=1)] = 0.999,
        **layer: object,
    ) -> None:
        if a_min > a_max:
            raise UsageError(f"a_min={a_min} is greater than a_max={a_max}.", "Use a_min <= a_max.")
        super().__init__(units, **layer)
        self.a_min, self.a_max = a_min, a_max

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the weights for inputs (B, I), and lam."""
        super().build(input_shape)
        uniform = keras.initializers.RandomUniform(self.a_min, self.a_max)

        def lam(shape: tuple[int, ...], dtype: str) -> Tensor:
            one = uniform(shape, dtype) ** (1 / SHARPNESS)
            return ops.log(one) - ops.log1p(-one)

        self.lam = self.add_weight(shape=(self.units,), initializer=lam, name="lam")

    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The decayed old value, plus the gated input."""
        r, i, n = preactivations
        log_a = SHARPNESS * ops.sigmoid(r) * ops.log_sigmoid(self.lam)
        gain = ops.sqrt(ops.maximum(-ops.expm1(2 * log_a), LEAST))
        return [ops.exp(log_a) * states[0] + gain * ops.sigmoid(i) * n]
