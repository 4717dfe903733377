"""One step of a layer and its way back, compiled, for the functions of any cell.

    u = (x, 1) W_x + (h, 1) W_h,   s' = step(u, s)
    delta = ds'/du lam,   lam(t-1) = ds'/ds lam + W_h delta          lam: the derivative of the loss by the state s'

Every array is a matrix, and what belongs to one step is a row of it: see :mod:`seqtasks_native.linear`.

Axis letters: I inputs, H units, G sums, K arrays of a state, Q own weights.
"""

from typing import NamedTuple

import numpy as np
from numpy import uint64
from numpy.typing import NDArray

from seqtasks_native.compiled import inner
from seqtasks_native.layout import Layout
from seqtasks_native.linear import add_product, add_transposed_product, clear, copy

Floats = NDArray[np.floating]


class Steps(NamedTuple):
    """What n steps leave for the way back.

    Attributes:
        inputs: (n, I + 1), (x, 1).
        states: (n, H + 1), (h, 1) before the step.
        by_sums: (n, K G H), the derivatives of the new state by the sums.
        by_state: (n, K K H), by the state.
        by_own: (n, K Q H), by the units' own weights.
    """

    inputs: Floats
    states: Floats
    by_sums: Floats
    by_state: Floats
    by_own: Floats


class Scratch(NamedTuple):
    """Memory of a single step: one row each.

    Attributes:
        sums: (1, G H).
        before: (1, K H), the state before the step, reset where an episode starts.
        after: (1, K H), the state after it.
        signal: (1, K H), the derivative of the loss by the state after the step.
        earlier: (1, K H), by the state before.
        outputs: (1, O).
        errors: (1, O), the derivative of the loss by them.
    """

    sums: Floats
    before: Floats
    after: Floats
    signal: Floats
    earlier: Floats
    outputs: Floats
    errors: Floats


def new_steps(layout: Layout, count: int, dtype: str) -> Steps:
    """Memory for ``count`` steps."""
    units, arrays = layout.units, layout.arrays
    inputs, states = np.zeros((count, layout.input_rows), dtype), np.zeros((count, layout.state_rows), dtype)
    inputs[:, layout.inputs :] = 1
    states[:, units:] = 1
    each = (layout.sums, arrays, layout.own)
    return Steps(inputs, states, *(np.zeros((count, arrays * number * units), dtype) for number in each))


def new_scratch(layout: Layout, dtype: str) -> Scratch:
    """Memory for a step."""
    state, outputs = layout.arrays * layout.units, layout.outputs
    widths = (layout.sums * layout.units, state, state, state, state, outputs, outputs)
    return Scratch(*(np.zeros((1, width), dtype) for width in widths))


@inner
def enter(state, row, start, before, before_row):  # type: ignore[no-untyped-def]
    """The state before a step: zeros where an episode starts."""
    if start:
        clear(before, before_row)
    else:
        copy(state, row, before, before_row)


@inner
def add_sums(net, layout, x, x_row, before, before_row, seen_inputs, seen_states, row, sums):  # type: ignore[no-untyped-def]
    """The sums (1, G H) of a step, and what they are taken of: (x, 1) and (h, 1)."""
    clear(sums, 0)
    copy(x, x_row, seen_inputs, row)
    add_product(seen_inputs, row, net.inputs, 0, layout.input_rows, sums, 0, 0)
    if layout.state_rows > 0:
        for i in range(layout.units):
            seen_states[row, i] = before[before_row, i]
        column = layout.sums * layout.units - layout.state_columns
        add_product(seen_states, row, net.states, 0, layout.state_rows, sums, 0, column)


@inner
def by_the_sums(layout, signal, signal_row, by_sums, row, deltas, delta_row):  # type: ignore[no-untyped-def]
    """The derivative of the loss by the sums (G H) from that by the state after the step (K H)."""
    units, sums = uint64(layout.units), uint64(layout.sums)
    columns = sums * units
    for g in range(sums):
        place = g * units
        for i in range(units):
            deltas[delta_row, place + i] = signal[signal_row, i] * by_sums[row, place + i]
        for k in range(uint64(1), uint64(layout.arrays)):
            for i in range(units):
                slope = by_sums[row, k * columns + place + i]
                deltas[delta_row, place + i] += signal[signal_row, k * units + i] * slope


@inner
def add_own(layout, signal, signal_row, by_own, row, out, out_row, column):  # type: ignore[no-untyped-def]
    """Add the derivative of the loss by the units' own weights (Q H)."""
    units, own, column = uint64(layout.units), uint64(layout.own), uint64(column)
    columns = own * units
    for q in range(own):
        for k in range(uint64(layout.arrays)):
            for i in range(units):
                slope = by_own[row, k * columns + q * units + i]
                out[out_row, column + q * units + i] += signal[signal_row, k * units + i] * slope


@inner
def by_the_state(net, layout, signal, signal_row, by_state, row, deltas, earlier):  # type: ignore[no-untyped-def]
    """The derivative of the loss by the state before the step, (1, K H)."""
    units, arrays = uint64(layout.units), uint64(layout.arrays)
    columns = arrays * units
    clear(earlier, 0)
    for k in range(arrays):
        for j in range(arrays):
            for i in range(units):
                slope = by_state[row, k * columns + j * units + i]
                earlier[0, j * units + i] += signal[signal_row, k * units + i] * slope
    if layout.state_rows > 0:
        column = layout.sums * layout.units - layout.state_columns
        add_transposed_product(net.states, layout.units, deltas, row, column, earlier, 0)
