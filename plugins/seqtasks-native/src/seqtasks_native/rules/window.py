"""Truncated backpropagation through time: the gradient of a step's loss through a window of the last steps.

    s(j) = step(x(j), s(j-1)) for j = t-k+1 .. t, from the stored s(t-k), with the current weights

Axis letters: B lanes, I inputs, K arrays of a state, H units, G sums, k steps of a window.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from seqtasks_native.cell import AbstractNativeCell
from seqtasks_native.compiled import INNER, inner
from seqtasks_native.layer import Floats, Steps, add_own, add_sums, by_the_state, by_the_sums, enter, new_steps
from seqtasks_native.layout import Layout
from seqtasks_native.linear import add_outer, copy
from seqtasks_native.rules.rule import Rule
from seqtasks_native.units import unit_functions


class Window(NamedTuple):
    """What the rule carries from step to step.

    Attributes:
        state: (B, K H), before the oldest step of the window.
        inputs: (B k, I), of each lane the last steps, oldest first, and a place for the current one.
        starts: (B, k).
    """

    state: Floats
    inputs: Floats
    starts: NDArray[np.bool_]


class Work(NamedTuple):
    """Memory of one lane's window, which nothing carries on.

    Attributes:
        steps: k steps.
        deltas: (k, G H), the derivatives of the loss by the sums.
        before: (k, K H).
        oldest: (1, K H), the state after the oldest step.
    """

    steps: Steps
    deltas: Floats
    before: Floats
    oldest: Floats


def new(layout: Layout, lanes: int, window: int, dtype: str) -> Window:
    """The carry before the first step."""
    state = np.zeros((lanes, layout.arrays * layout.units), dtype)
    return Window(state, np.zeros((lanes * window, layout.inputs), dtype), np.zeros((lanes, window), np.bool_))


def work(layout: Layout, window: int, dtype: str) -> Work:
    """Memory for windows of that length."""
    state, sums = layout.arrays * layout.units, layout.sums * layout.units
    apart = [np.zeros(shape, dtype) for shape in ((window, sums), (window, state), (1, state))]
    return Work(new_steps(layout, window, dtype), *apart)


def functions(cell: type[AbstractNativeCell]) -> Any:
    """The compiled ``forward`` and ``credit`` for a cell."""
    step, slopes = unit_functions(cell)

    @njit(**INNER)
    def forward(carry, work, net, layout, c, lane, x, x_row, start, done, learning, scratch):  # type: ignore[no-untyped-def]
        """Run the window again, up to the current step."""
        steps, window, units = work.steps, carry.starts.shape[1], layout.units
        last = min(done, window - 1)
        copy(x, x_row, carry.inputs, lane * window + last)
        carry.starts[lane, last] = start
        copy(carry.state, lane, scratch.after, 0)
        for j in range(last + 1):
            enter(scratch.after, 0, carry.starts[lane, j], work.before, j)
            place = lane * window + j
            add_sums(net, layout, carry.inputs, place, work.before, j, steps.inputs, steps.states, j, scratch.sums)
            step(scratch.sums, 0, work.before, j, net.own, c, scratch.after, 0, units)
            if learning:
                slopes(
                    scratch.sums,
                    0,
                    work.before,
                    j,
                    net.own,
                    c,
                    steps.by_sums,
                    steps.by_state,
                    steps.by_own,
                    j,
                    units,
                )
            if j == 0:
                copy(scratch.after, 0, work.oldest, 0)

    @njit(**INNER)
    def credit(carry, work, net, grad, layout, lane, done, learning, scratch):  # type: ignore[no-untyped-def]
        """Add the gradient through the window, and move it on by one step."""
        steps, window = work.steps, carry.starts.shape[1]
        last = min(done, window - 1)
        if learning:
            first = last + 1
            while first > 0 and (first > last or not carry.starts[lane, first]):
                if first <= last:
                    by_the_state(net, layout, scratch.signal, 0, steps.by_state, first, work.deltas, scratch.earlier)
                    copy(scratch.earlier, 0, scratch.signal, 0)
                first -= 1
                by_the_sums(layout, scratch.signal, 0, steps.by_sums, first, work.deltas, first)
                add_own(layout, scratch.signal, 0, steps.by_own, first, grad.own, 0, 0)
            _add_products(layout, grad, steps, work.deltas, first, last + 1 - first)
        if last == window - 1:
            copy(work.oldest, 0, carry.state, lane)
            for j in range(window - 1):
                copy(carry.inputs, lane * window + j + 1, carry.inputs, lane * window + j)
                carry.starts[lane, j] = carry.starts[lane, j + 1]

    return forward, credit


@inner
def _add_products(layout, grad, steps, deltas, first, count):  # type: ignore[no-untyped-def]
    """The gradients of both matrices of weights."""
    column, place = deltas.shape[1] - layout.state_columns, grad.inputs.size
    rows, columns = layout.input_rows, layout.input_columns
    add_outer(steps.inputs, first, deltas, first, count, 0, grad.vector, 0, rows, columns)
    rows, columns = layout.state_rows, layout.state_columns
    add_outer(steps.states, first, deltas, first, count, column, grad.vector, place, rows, columns)


RULE = Rule(new, work, functions)
