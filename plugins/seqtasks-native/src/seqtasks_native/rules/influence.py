"""Exact real-time recurrent learning, whose influence matrix takes in a block of steps at once.

    S(t) = J(t) S(t-1) + ds'/dw          S: the influence of every weight on every number of the state, N x P
    g(t) = lam(t) S(t)
         = lam(a) S(a) + sum over a < r <= t of lam(r) ds'(r)/dw,   lam(r-1) = lam(r) J(r)       a: where it began

Within a block of k steps S stands still. The derivative lam of the loss by the state goes back through the block by
products of a vector and a matrix, N^2 multiplications each, and the sum is one small matrix product. At its end
S takes in all of it: with the propagators L(r) = J(t) ... J(r+1), L(a) S(a) + sum of L(r) ds'(r)/dw, which is
N^2 P + k N P multiplications once in k steps, where step by step it would be k N^2 P. Each J(r) has the weights of its
step, so that all is the same as step by step, but for rounding.

Source: Williams & Zipser (1989), Neural Computation 1(2); in blocks, Schmidhuber (1992), Neural Computation 4(2).

Axis letters: B lanes, k steps of a block, I inputs, H units, G sums, K arrays, N = K H, Q own weights, P weights.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy import uint64

from seqtasks_native.cell import AbstractNativeCell
from seqtasks_native.compiled import INNER, inner
from seqtasks_native.layer import Floats, Steps, add_own, add_sums, by_the_sums, enter, new_steps
from seqtasks_native.layout import Layout
from seqtasks_native.linear import add_outer, add_product, add_square_product, clear, copy
from seqtasks_native.rules.rule import Rule
from seqtasks_native.units import unit_functions

COLUMNS: Final = 128  # of S that are computed at once: with all N rows they fit into the nearest memory


class Influence(NamedTuple):
    """What the rule carries from step to step.

    Attributes:
        state: (B, K H).
        sensitivity: (B N, P), S at the beginning of the block.
        steps: B k steps, those of the block.
        jacobians: (B k N, N), J of each step; 0 where an episode starts.
    """

    state: Floats
    sensitivity: Floats
    steps: Steps
    jacobians: Floats


class Work(NamedTuple):
    """Memory of a block.

    Attributes:
        signals: (k + 1, N), lam before the first step and after each.
        deltas: (k, G H), the derivatives of the loss by the sums.
        propagators: ((k + 1) N, N), L from before the first step and from each.
        columns: (N, ...), columns of S.
    """

    signals: Floats
    deltas: Floats
    propagators: Floats
    columns: Floats


def new(layout: Layout, lanes: int, block: int, dtype: str) -> Influence:
    """The carry before the first step, for blocks of that length."""
    state = layout.arrays * layout.units
    return Influence(
        np.zeros((lanes, state), dtype),
        np.zeros((lanes * state, layout.recurrent), dtype),
        new_steps(layout, lanes * block, dtype),
        np.zeros((lanes * block * state, state), dtype),
    )


def work(layout: Layout, block: int, dtype: str) -> Work:
    """Memory for blocks of that length."""
    state, sums = layout.arrays * layout.units, layout.sums * layout.units
    shapes = ((block + 1, state), (block, sums), ((block + 1) * state, state), (state, COLUMNS))
    return Work(*(np.zeros(shape, dtype) for shape in shapes))


@inner
def _jacobian(net, layout, steps, row, start, out, first_row):  # type: ignore[no-untyped-def]
    """J (N, N) of a step: row k H + i is the derivative of number i of array k."""
    units, arrays, sums = layout.units, layout.arrays, layout.sums
    for n in range(arrays * units):
        clear(out, first_row + n)
    if start:
        return
    first = sums - layout.state_columns // units
    for k in range(arrays):
        for g in range(first, sums):
            slopes, weights = uint64((k * sums + g) * units), uint64((g - first) * units)
            for m in range(units):
                for i in range(uint64(units)):
                    product = steps.by_sums[row, slopes + i] * net.states[m, weights + i]
                    out[first_row + k * units + int(i), m] += product
        for j in range(arrays):
            for i in range(units):
                out[first_row + k * units + i, j * units + i] += steps.by_state[row, (k * arrays + j) * units + i]


@inner
def _propagators(work, jacobians, first, block, size):  # type: ignore[no-untyped-def]
    """L from before the first step of the block, and from each of its steps, to its end."""
    for n in range(size):
        clear(work.propagators, block * size + n)
        work.propagators[block * size + n, n] = 1
    for r in range(block - 1, -1, -1):
        for n in range(size):
            clear(work.propagators, r * size + n)
        later, here = (r + 1) * size, (first + r) * size
        add_square_product(work.propagators, later, jacobians, here, size, 0, size, work.propagators, r * size)


@inner
def _pass_on(work, sensitivity, first_row, size):  # type: ignore[no-untyped-def]
    """S <- L S, some columns at a time."""
    for first in range(0, sensitivity.shape[1], COLUMNS):
        last = min(first + COLUMNS, sensitivity.shape[1])
        for n in range(size):
            clear(work.columns, n)
        add_square_product(work.propagators, 0, sensitivity, first_row, size, first, last, work.columns, 0)
        column = uint64(first)
        for n in range(size):
            for c in range(uint64(last - first)):
                sensitivity[first_row + n, column + c] = work.columns[n, c]


@inner
def _add_steps(layout, work, carry, flat, lane, block, size):  # type: ignore[no-untyped-def]
    """S += the sum of L(r) ds'(r)/dw over the steps of the block, one number of the state after the other."""
    steps, first, width = carry.steps, lane * block, carry.sensitivity.shape[1]
    column = layout.sums * layout.units - layout.state_columns
    states = layout.input_rows * layout.input_columns
    for n in range(size):
        row = lane * size + n
        for r in range(block):
            reached = (r + 1) * size + n
            by_the_sums(layout, work.propagators, reached, steps.by_sums, first + r, work.deltas, r)
            own = width - layout.own * layout.units
            add_own(layout, work.propagators, reached, steps.by_own, first + r, carry.sensitivity, row, own)
        place, rows, columns = row * width, layout.input_rows, layout.input_columns
        add_outer(steps.inputs, first, work.deltas, 0, block, 0, flat, place, rows, columns)
        place, rows, columns = place + states, layout.state_rows, layout.state_columns
        add_outer(steps.states, first, work.deltas, 0, block, column, flat, place, rows, columns)


@inner
def _add_gradient(layout, work, carry, grad, lane, last):  # type: ignore[no-untyped-def]
    """The gradient through the steps of the block up to ``last``, and through S."""
    steps, block, size = carry.steps, work.deltas.shape[0], work.signals.shape[1]
    first = lane * block
    for r in range(last, -1, -1):
        by_the_sums(layout, work.signals, r + 1, steps.by_sums, first + r, work.deltas, r)
        add_own(layout, work.signals, r + 1, steps.by_own, first + r, grad.own, 0, 0)
        clear(work.signals, r)
        add_product(work.signals, r + 1, carry.jacobians, (first + r) * size, size, work.signals, r, 0)
    column, place = work.deltas.shape[1] - layout.state_columns, grad.inputs.size
    rows, columns = layout.input_rows, layout.input_columns
    add_outer(steps.inputs, first, work.deltas, 0, last + 1, 0, grad.vector, 0, rows, columns)
    rows, columns = layout.state_rows, layout.state_columns
    add_outer(steps.states, first, work.deltas, 0, last + 1, column, grad.vector, place, rows, columns)
    add_product(work.signals, 0, carry.sensitivity, lane * size, size, grad.layer, 0, 0)


def functions(cell: type[AbstractNativeCell]) -> Any:
    """The compiled ``forward`` and ``credit`` for a cell."""
    step, slopes = unit_functions(cell)

    @njit(**INNER)
    def forward(carry, work, net, layout, c, lane, x, x_row, start, done, learning, scratch):  # type: ignore[no-untyped-def]
        """One step; its derivatives are kept until the end of the block."""
        block, steps, before, units = work.deltas.shape[0], carry.steps, scratch.before, layout.units
        row = lane * block + done % block
        enter(carry.state, lane, start, before, 0)
        add_sums(net, layout, x, x_row, before, 0, steps.inputs, steps.states, row, scratch.sums)
        step(scratch.sums, 0, before, 0, net.own, c, scratch.after, 0, units)
        slopes(scratch.sums, 0, before, 0, net.own, c, steps.by_sums, steps.by_state, steps.by_own, row, units)
        _jacobian(net, layout, steps, row, start, carry.jacobians, row * layout.arrays * units)

    @njit(**INNER)
    def credit(carry, work, net, grad, layout, lane, done, learning, scratch):  # type: ignore[no-untyped-def]
        """Add the gradient through the block and through S; at the end of a block, take the block into S."""
        block, size = work.deltas.shape[0], work.signals.shape[1]
        last = done % block
        copy(scratch.after, 0, carry.state, lane)
        if learning:
            copy(scratch.signal, 0, work.signals, last + 1)
            _add_gradient(layout, work, carry, grad, lane, last)
        if last == block - 1:
            _propagators(work, carry.jacobians, lane * block, block, size)
            _pass_on(work, carry.sensitivity, lane * size, size)
            _add_steps(layout, work, carry, carry.sensitivity.reshape(-1), lane, block, size)

    return forward, credit


RULE = Rule(new, work, functions)
