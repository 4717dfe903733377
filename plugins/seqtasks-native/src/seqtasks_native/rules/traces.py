"""Eligibility traces: of each weight, its influence on the state of its own unit alone.

    E(t) = m L E(t-1) + ds'/dw          L: how a unit's state passes to itself, K x K numbers
    g(t) = lam E(t)                     lam: the derivative of the loss by the state

Where units do not mix this is the exact gradient, with m = 1. With m = 1 for arrays of the state that a weight reaches
within one step, else 0, it is SnAp-1 (Menick et al. 2021, arXiv:2006.07232).

Axis letters: B lanes, G sums, K arrays of a state, H units, Q own weights, P weights of the layer.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy import uint64

from seqtasks_native.cell import AbstractNativeCell
from seqtasks_native.compiled import INNER, inner
from seqtasks_native.layer import Floats, Steps, add_sums, enter, new_steps
from seqtasks_native.layout import Layout
from seqtasks_native.linear import copy
from seqtasks_native.rules.rule import Rule
from seqtasks_native.units import unit_functions


class Traces(NamedTuple):
    """What the rule carries from step to step.

    Attributes:
        state: (B, K H).
        influence: (B K, P), E.
    """

    state: Floats
    influence: Floats


class Work(NamedTuple):
    """Memory of a step.

    Attributes:
        steps: One step.
        masks: (K, G + Q), m for the sums and for the own weights.
        through: (K K, G H), m L for each sum of each unit.
        signal: (K, G H), lam, once for each sum.
        row: (K, G H), traces of a row of weights.
    """

    steps: Steps
    masks: Floats
    through: Floats
    signal: Floats
    row: Floats


def new(layout: Layout, lanes: int, masks: Floats, dtype: str) -> Traces:
    """The carry before the first step."""
    state = np.zeros((lanes, layout.arrays * layout.units), dtype)
    return Traces(state, np.zeros((lanes * layout.arrays, layout.recurrent), dtype))


def work(layout: Layout, masks: Floats, dtype: str) -> Work:
    """Memory for the masks and for a step."""
    columns, arrays = max(layout.sums, layout.own) * layout.units, layout.arrays
    apart = [np.zeros((rows, columns), dtype) for rows in (arrays**2, arrays, arrays)]
    return Work(new_steps(layout, 1, dtype), masks.astype(dtype), *apart)


@inner
def _own_jacobian(net, layout, by_sums, by_state):  # type: ignore[no-untyped-def]
    """Add to ds'/ds of each unit what goes through its own sums: the diagonals of W_h."""
    units, sums = layout.units, layout.sums
    first = sums - layout.state_columns // units
    for k in range(layout.arrays):
        for g in range(first, sums):
            for i in range(units):
                own = net.states[i, (g - first) * units + i]
                by_state[0, k * layout.arrays * units + i] += by_sums[0, (k * sums + g) * units + i] * own


@inner
def _spread(layout, work, signal):  # type: ignore[no-untyped-def]
    """L and lam, once for each sum, so that the loops over weights are loops over whole rows."""
    units, arrays = uint64(layout.units), uint64(layout.arrays)
    for k in range(arrays):
        for g in range(uint64(layout.sums)):
            for i in range(units):
                work.signal[k, g * units + i] = signal[0, k * units + i]
            for j in range(arrays):
                mask, part = work.masks[k, g], k * arrays + j
                for i in range(units):
                    work.through[part, g * units + i] = mask * work.steps.by_state[0, part * units + i]


@inner
def _one_array(work, traces, row, place, a, column, columns, gradient):  # type: ignore[no-untyped-def]
    """The traces of a row of weights, of a state of one array, and their gradient."""
    column, place = uint64(column), uint64(place)
    for c in range(uint64(columns)):
        e = work.through[0, column + c] * traces[row, place + c] + a * work.steps.by_sums[0, column + c]
        traces[row, place + c] = e
        gradient[place + c] += work.signal[0, column + c] * e


@inner
def _several_arrays(arrays, width, work, traces, row, place, a, column, columns, gradient):  # type: ignore[no-untyped-def]
    """The same for K arrays, whose sums are ``width`` wide."""
    arrays, width, columns, column, place = (
        uint64(arrays),
        uint64(width),
        uint64(columns),
        uint64(column),
        uint64(place),
    )
    for k in range(arrays):
        for c in range(columns):
            work.row[k, c] = a * work.steps.by_sums[0, k * width + column + c]
        for j in range(arrays):
            for c in range(columns):
                work.row[k, c] += work.through[k * arrays + j, column + c] * traces[row + int(j), place + c]
    for k in range(arrays):
        for c in range(columns):
            e = work.row[k, c]
            traces[row + int(k), place + c] = e
            gradient[place + c] += work.signal[k, column + c] * e


@inner
def _matrix(layout, work, traces, row, place, seen, rows, column, columns, gradient):  # type: ignore[no-untyped-def]
    """The traces of a matrix of weights, from a place of the vectors on, and of the sums from a column on."""
    for f in range(rows):
        here, a = place + f * columns, seen[0, f]
        if layout.arrays == 1:
            _one_array(work, traces, row, here, a, column, columns, gradient)
        else:
            width = layout.sums * layout.units
            _several_arrays(layout.arrays, width, work, traces, row, here, a, column, columns, gradient)


@inner
def _own_weights(layout, work, traces, row, signal, gradient):  # type: ignore[no-untyped-def]
    """The traces of the units' own weights."""
    units, arrays, own, step = uint64(layout.units), uint64(layout.arrays), uint64(layout.own), work.steps
    for q in range(own):
        place = uint64(traces.shape[1]) - (own - q) * units
        for k in range(arrays):
            mask = work.masks[k, uint64(layout.sums) + q]
            for i in range(units):
                work.row[k, i] = step.by_own[0, (k * own + q) * units + i]
            for j in range(arrays):
                for i in range(units):
                    work.row[k, i] += (
                        mask * step.by_state[0, (k * arrays + j) * units + i] * traces[row + int(j), place + i]
                    )
        for k in range(arrays):
            for i in range(units):
                traces[row + int(k), place + i] = work.row[k, i]
                gradient[place + i] += signal[0, k * units + i] * work.row[k, i]


def functions(cell: type[AbstractNativeCell]) -> Any:
    """The compiled ``forward`` and ``credit`` for a cell."""
    step, slopes = unit_functions(cell)

    @njit(**INNER)
    def forward(carry, work, net, layout, c, lane, x, x_row, start, done, learning, scratch):  # type: ignore[no-untyped-def]
        """One step, and its derivatives."""
        steps, before, units = work.steps, scratch.before, layout.units
        enter(carry.state, lane, start, before, 0)
        add_sums(net, layout, x, x_row, before, 0, steps.inputs, steps.states, 0, scratch.sums)
        step(scratch.sums, 0, before, 0, net.own, c, scratch.after, 0, units)
        slopes(scratch.sums, 0, before, 0, net.own, c, steps.by_sums, steps.by_state, steps.by_own, 0, units)
        if start:
            steps.by_state[:] = 0
        else:
            _own_jacobian(net, layout, steps.by_sums, steps.by_state)

    @njit(**INNER)
    def credit(carry, work, net, grad, layout, lane, done, learning, scratch):  # type: ignore[no-untyped-def]
        """Update the traces, and add the gradient, which is 0 where nothing is learned."""
        steps, row = work.steps, lane * layout.arrays
        copy(scratch.after, 0, carry.state, lane)
        _spread(layout, work, scratch.signal)
        rows, columns, traces, gradient = layout.input_rows, layout.input_columns, carry.influence, grad.vector
        _matrix(layout, work, traces, row, 0, steps.inputs, rows, 0, columns, gradient)
        place, rows, columns = rows * columns, layout.state_rows, layout.state_columns
        column = layout.sums * layout.units - columns
        _matrix(layout, work, traces, row, place, steps.states, rows, column, columns, gradient)
        _own_weights(layout, work, traces, row, scratch.signal, gradient)

    return forward, credit


RULE = Rule(new, work, functions)
