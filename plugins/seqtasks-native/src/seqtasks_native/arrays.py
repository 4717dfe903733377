"""The weights of a network as Keras lays them out, and as one vector.

Axis letters: I inputs, H units, G gates.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks_native.cell import AbstractNativeCell
from seqtasks_native.layout import Layout, Parts, parts

Array = NDArray[Any]


def shapes(cell: type[AbstractNativeCell], layout: Layout) -> list[tuple[int, ...]]:
    """The shapes of all weights, the readout's last."""
    bias = (layout.input_columns,) if not cell.state_bias else (2, layout.input_columns)
    each = {
        "inputs": (layout.inputs, layout.input_columns),
        "states": (layout.units, layout.state_columns),
        "bias": bias,
        "own": (layout.units,),
    }
    readout = [(layout.tops, layout.outputs), (layout.outputs,)] if layout.dense else []
    return [*(each[name] for name in cell.weights), *readout]


def vector(arrays: Sequence[Array], cell: type[AbstractNativeCell], layout: Layout, dtype: str) -> Array:
    """All weights in one vector (P,), a copy."""
    found = np.zeros(layout.size, dtype)
    for place, array in zip(_places(parts(found, layout), cell, layout), arrays, strict=True):
        for where, given in place.of(np.asarray(array)):
            where[...] = given
    return found


def arrays(found: Array, cell: type[AbstractNativeCell], layout: Layout) -> list[Array]:
    """The weights of a vector (P,), copies."""
    new = [np.zeros(shape, found.dtype) for shape in shapes(cell, layout)]
    for place, array in zip(_places(parts(found, layout), cell, layout), new, strict=True):
        for where, given in place.of(array):
            given[...] = where
    return new


class _Place:
    """Where one weight is: pairs of a view of the vector and the selection of the weight that is there."""

    def __init__(self, *pairs: tuple[Array, Any]) -> None:
        self._pairs = pairs

    def of(self, array: Array) -> Iterator[tuple[Array, Array]]:
        return ((where, array[selection]) for where, selection in self._pairs)


def _places(own: Parts, cell: type[AbstractNativeCell], layout: Layout) -> Iterator[_Place]:
    units, count = layout.units, 0
    for name in cell.weights:
        if name == "inputs":
            yield _Place(*_by_gate(own.inputs[: layout.inputs], cell, units, ()))
        elif name == "states":
            yield _Place((own.states[:units], ...))
        elif name == "own":
            yield _Place((own.own[0, count * units : (count + 1) * units], ...))
            count += 1
        elif cell.state_bias:
            yield _Place(*_by_gate(own.inputs[layout.inputs], cell, units, (0,)), (own.states[units], (1,)))
        else:
            yield _Place(*_by_gate(own.inputs[layout.inputs], cell, units, ()))
    if layout.dense:
        yield _Place((own.kernel, ...))
        yield _Place((own.bias[0], ...))


def _by_gate(view: Array, cell: type[AbstractNativeCell], units: int, row: tuple[int, ...]) -> list[tuple[Array, Any]]:
    """The columns of each gate."""
    return [
        (view[..., to * units : (to + 1) * units], (*row, ..., slice(gate * units, (gate + 1) * units)))
        for gate, to in enumerate(cell.gates)
    ]
