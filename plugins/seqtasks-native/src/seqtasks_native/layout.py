"""Where a network's weights are: one vector, and the arrays that are views of it.

Axis letters: I inputs, H units, G sums, K arrays of a state, Q own weights, Y outputs of the layer, O outputs.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqtasks_native.cell import AbstractNativeCell


class Layout(NamedTuple):
    """The sizes of a network of one layer and its readout.

    Attributes:
        inputs: I.
        units: H.
        sums: G.
        arrays: K.
        own: Q.
        input_rows: I + 1, or I without a bias.
        input_columns: H for each sum that takes the inputs.
        state_rows: H + 1, or H without a bias, or 0 if units do not mix.
        state_columns: H for each sum that takes the state.
        tops: Y.
        outputs: O.
        dense: 1 with a readout, 0 if the state is the prediction.
    """

    inputs: int
    units: int
    sums: int
    arrays: int
    own: int
    input_rows: int
    input_columns: int
    state_rows: int
    state_columns: int
    tops: int
    outputs: int
    dense: int

    @property
    def recurrent(self) -> int:
        """The number of weights of the layer."""
        return self.input_rows * self.input_columns + self.state_rows * self.state_columns + self.own * self.units

    @property
    def size(self) -> int:
        """The number of all weights."""
        return self.recurrent + self.dense * (self.tops + 1) * self.outputs


def layout_of(cell: type[AbstractNativeCell], inputs: int, units: int, outputs: int | None) -> Layout:
    """The layout of a layer of this cell.

    Args:
        cell: The cell.
        inputs: I.
        units: H.
        outputs: O; None for a network without a readout.
    """
    tops = cell.outputs * units
    return Layout(
        inputs=inputs,
        units=units,
        sums=cell.sums,
        arrays=cell.arrays,
        own=cell.own,
        input_rows=inputs + cell.input_bias,
        input_columns=cell.input_sums * units,
        state_rows=units + cell.state_bias if cell.state_sums else 0,
        state_columns=cell.state_sums * units,
        tops=tops,
        outputs=tops if outputs is None else outputs,
        dense=int(outputs is not None),
    )


class Parts(NamedTuple):
    """Views of a vector of weights, or of their gradient: matrices.

    Attributes:
        vector: (P,), all.
        inputs: (I + 1, ...), the last row the bias.
        states: (H + 1, ...).
        own: (1, Q H).
        kernel: (Y, O).
        bias: (1, O).
        layer: (1, ...), those of the layer in one row.
    """

    vector: NDArray[np.floating]
    inputs: NDArray[np.floating]
    states: NDArray[np.floating]
    own: NDArray[np.floating]
    kernel: NDArray[np.floating]
    bias: NDArray[np.floating]
    layer: NDArray[np.floating]


def parts(vector: NDArray[np.floating], layout: Layout) -> Parts:
    """The views of a vector (P,)."""
    first = layout.input_rows * layout.input_columns
    second = first + layout.state_rows * layout.state_columns
    third = second + layout.own * layout.units
    fourth = third + layout.dense * layout.tops * layout.outputs
    return Parts(
        vector,
        vector[:first].reshape(layout.input_rows, layout.input_columns),
        vector[first:second].reshape(layout.state_rows, layout.state_columns),
        vector[second:third].reshape(1, layout.own * layout.units),
        vector[third:fourth].reshape(layout.dense * layout.tops, layout.outputs),
        vector[fourth:].reshape(1, layout.dense * layout.outputs),
        vector[:third].reshape(1, third),
    )
