"""The structure that a cell may declare, and the structures of Keras's own cells.

Credit rules take Jacobians from a declared structure. For other cells they differentiate the step.

Axis letters: B lanes, I inputs, H units, G weighted sums of a unit, K arrays of a state.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, final

import keras
from keras import ops

Tensor = Any


class AbstractStructure(ABC):
    """A step in two parts: weighted sums, and an element-wise update.

        u = preactivations(x, s)       G arrays (B, H)
        s' = update(u, s)              K arrays (B, H); s'[i] depends on u[i] and s[i] only
        y = output(s')                 the input of the layer above

    The last axis of every weight is units, or the units of one gate after another, and column i acts on unit i only,
    through its sums or in ``update``. So the derivative of the state after one step by a weight is one number for each
    of the K arrays, and the K x K Jacobian of a unit follows from ``update`` and the diagonals of ``state_matrices``.
    """

    units: int

    @abstractmethod
    def preactivations(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        """The weighted sums u, G arrays (B, H), from inputs (B, I) and states, K arrays (B, H)."""

    @abstractmethod
    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The new state: K arrays (B, H), element by element."""

    def output(self, states: Sequence[Tensor]) -> Tensor:
        """The output of the cell: by default the first array of the new state."""
        return states[0]

    def weight_matrix(self) -> Tensor | None:
        """W (I + H + 1, G H), u = (x, s_0, 1) W, if W holds every weight and no weight acts elsewhere; else None.

        With W, a weight's derivative within a step is the product of its input and its unit's slope. W consists of the
        weights themselves, at most scaled by constants.
        """
        return None

    @abstractmethod
    def state_matrices(self) -> Tensor | None:
        """R (G, H, H), du_g[i] / ds_0[l] = R[g, l, i]; None if no sum depends on the state: units do not mix."""


# the structure first, for Keras's layers have another ``output``
class AbstractStructuredCell(AbstractStructure, keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A Keras cell that is defined by its structure. Subclasses are final."""

    def call(self, inputs: Tensor, states: Sequence[Tensor], training: bool = False) -> tuple[Tensor, list[Tensor]]:
        """One step: inputs (B, I) and states to the output and the new states."""
        after = self.update(self.preactivations(inputs, states), states)
        return self.output(after), after


@final
class GRUStructure(AbstractStructure):
    """A GRU whose reset gate is applied after the matrix product.

        u = (Wz x + Uz h + bz, Wr x + Ur h + br, Wn x + bn, Un h + cn)
        z, r = sigmoid(u_0), sigmoid(u_1)
        h' = z * h + (1 - z) * tanh(u_2 + r * u_3)

    Args:
        cell: A cell with ``reset_after=True``.
    """

    def __init__(self, cell: keras.layers.GRUCell) -> None:
        self.cell, self.units = cell, cell.units

    def preactivations(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        """The sums of both gates, and the candidate's two: from the input and from the state."""
        from_input, from_state = ops.matmul(inputs, self.cell.kernel), ops.matmul(states[0], self.cell.recurrent_kernel)
        if self.cell.use_bias:
            from_input, from_state = from_input + self.cell.bias[0], from_state + self.cell.bias[1]
        z, r, n = ops.split(from_input, 3, axis=-1)
        uz, ur, un = ops.split(from_state, 3, axis=-1)
        return [z + uz, r + ur, n, un]

    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The mean of old value and candidate, weighted by the update gate."""
        z = self.cell.recurrent_activation(preactivations[0])
        r = self.cell.recurrent_activation(preactivations[1])
        return [z * states[0] + (1 - z) * self.cell.activation(preactivations[2] + r * preactivations[3])]

    def weight_matrix(self) -> Tensor:
        """The rows of W, U and b; the candidate's two sums have the input's and the state's weights."""
        z, r, n = _by_gate(self.cell.kernel, 3)
        uz, ur, un = _by_gate(self.cell.recurrent_kernel, 3)
        rows = [[z, r, n, ops.zeros_like(n)], [uz, ur, ops.zeros_like(un), un], self._biases()]
        return ops.concatenate([ops.concatenate(row, axis=1) for row in rows], axis=0)

    def _biases(self) -> list[Tensor]:
        """bz, br, bn and cn, (1, H) each."""
        if not self.cell.use_bias:
            return [ops.zeros((1, self.units), self.cell.compute_dtype)] * 4
        z, r, n = _by_gate(self.cell.bias[:1], 3)
        cz, cr, cn = _by_gate(self.cell.bias[1:], 3)
        return [z + cz, r + cr, n, cn]

    def state_matrices(self) -> Tensor:
        """Uz, Ur, zeros and Un."""
        z, r, n = _by_gate(self.cell.recurrent_kernel, 3)
        return ops.stack([z, r, ops.zeros_like(n), n])


@final
class LSTMStructure(AbstractStructure):
    """An LSTM with the state (h, c).

        u = (Wi x + Ui h + bi, and so with f, c, o)
        c' = sigmoid(u_1) * c + sigmoid(u_0) * tanh(u_2)
        h' = sigmoid(u_3) * tanh(c')

    Args:
        cell: The cell.
    """

    def __init__(self, cell: keras.layers.LSTMCell) -> None:
        self.cell, self.units = cell, cell.units

    def preactivations(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        """The sums of i, f, c and o."""
        return list(ops.split(_weighted_sums(self.cell, inputs, states[0]), 4, axis=-1))

    def weight_matrix(self) -> Tensor:
        """The rows of W, U and b."""
        return _stacked(self.cell)

    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The new h and c."""
        i, f, o = (self.cell.recurrent_activation(preactivations[gate]) for gate in (0, 1, 3))
        c = f * states[1] + i * self.cell.activation(preactivations[2])
        return [o * self.cell.activation(c), c]

    def state_matrices(self) -> Tensor:
        """Ui, Uf, Uc and Uo: no sum depends on c."""
        return ops.stack(_by_gate(self.cell.recurrent_kernel, 4))


@final
class SimpleRNNStructure(AbstractStructure):
    """An Elman network.

        u = W x + U h + b
        h' = tanh(u)

    Args:
        cell: The cell.
    """

    def __init__(self, cell: keras.layers.SimpleRNNCell) -> None:
        self.cell, self.units = cell, cell.units

    def preactivations(self, inputs: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        """The sum."""
        return [_weighted_sums(self.cell, inputs, states[0])]

    def weight_matrix(self) -> Tensor:
        """The rows of W, U and b."""
        return _stacked(self.cell)

    def update(self, preactivations: Sequence[Tensor], states: Sequence[Tensor]) -> list[Tensor]:
        """The activation of the sum."""
        return [self.cell.activation(preactivations[0])]

    def state_matrices(self) -> Tensor:
        """U as (1, H, H)."""
        return ops.expand_dims(self.cell.recurrent_kernel, 0)


def structure_of(cell: keras.layers.Layer) -> AbstractStructure | None:
    """The structure of a cell, or None if it has none.

    Cells with dropout have none, because no structure contains the mask. A GRU with ``reset_after=False`` has none,
    because its reset gate of unit i acts on the sums of all units.

    Args:
        cell: Any Keras RNN cell, built or not.

    Example:
        >>> structure_of(keras.layers.SimpleRNNCell(2)).units
        2
    """
    if isinstance(cell, AbstractStructure):
        return cell
    of = _OF_KERAS.get(type(cell))
    if of is None or cell.dropout or cell.recurrent_dropout or not getattr(cell, "reset_after", True):
        return None
    declared: AbstractStructure = of(cell)
    return declared


_OF_KERAS: dict[type[keras.layers.Layer], Any] = {  # by type, not by isinstance: a subclass may take another step
    keras.layers.GRUCell: GRUStructure,
    keras.layers.LSTMCell: LSTMStructure,
    keras.layers.SimpleRNNCell: SimpleRNNStructure,
}


def _weighted_sums(cell: keras.layers.Layer, inputs: Tensor, h: Tensor) -> Tensor:
    """W x + U h + b of all gates in one array."""
    sums = ops.matmul(inputs, cell.kernel) + ops.matmul(h, cell.recurrent_kernel)
    return sums + cell.bias if cell.use_bias else sums


def _stacked(cell: keras.layers.Layer) -> Tensor:
    """The rows of W, U and b, (I + H + 1, G H)."""
    columns = cell.kernel.shape[-1]
    bias = ops.expand_dims(cell.bias, 0) if cell.use_bias else ops.zeros((1, columns), cell.compute_dtype)
    return ops.concatenate([cell.kernel, cell.recurrent_kernel, bias], axis=0)


def _by_gate(kernel: Tensor, gates: int) -> list[Tensor]:
    return list(ops.split(kernel, gates, axis=-1))
