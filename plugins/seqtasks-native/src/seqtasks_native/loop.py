"""The loops over the steps of a stream, compiled, for any cell and rule.

Axis letters: B lanes, T steps, I inputs, K arrays of a state, H units, O outputs, P weights.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqtasks_native.cell import AbstractNativeCell
from seqtasks_native.compiled import inner
from seqtasks_native.laws import update
from seqtasks_native.layer import Floats, add_sums, enter
from seqtasks_native.layout import Parts
from seqtasks_native.linear import add_product, add_transposed_product, clear, copy
from seqtasks_native.loss import step_loss
from seqtasks_native.rules.rule import Rule
from seqtasks_native.units import unit_functions


class Data(NamedTuple):
    """The steps of a chunk, in the precision of the network, lane after lane.

    Attributes:
        inputs: (B T, I).
        targets: (B T, O), or the numbers of classes (B T, 1).
        weights: (B, T).
        starts: (B, T).
    """

    inputs: Floats
    targets: Floats
    weights: Floats
    starts: NDArray[np.bool_]


class Training(NamedTuple):
    """What changes in training, but for the carry of the rule.

    Attributes:
        net: The weights.
        grad: The gradient of the last step that counted.
        slots: (3, P), those of the optimizer.
        counts: (2,), the steps and the updates so far.
    """

    net: Parts
    grad: Parts
    slots: Floats
    counts: NDArray[np.int64]


@inner
def read_out(net, layout, after, outputs):  # type: ignore[no-untyped-def]
    """The outputs (1, O) of a step from the state after it."""
    if layout.dense:
        copy(net.bias, 0, outputs, 0)
        add_product(after, 0, net.kernel, 0, layout.tops, outputs, 0, 0)
    else:
        for o in range(layout.tops):
            outputs[0, o] = after[0, o]


@inner
def back_from_outputs(net, grad, layout, scratch):  # type: ignore[no-untyped-def]
    """Add the gradient of the readout, and fill in the derivative of the loss by the state."""
    if layout.dense:
        for o in range(layout.outputs):
            grad.bias[0, o] += scratch.errors[0, o]
        for n in range(layout.tops):
            for o in range(layout.outputs):
                grad.kernel[n, o] += scratch.after[0, n] * scratch.errors[0, o]
        add_transposed_product(net.kernel, layout.tops, scratch.errors, 0, 0, scratch.signal, 0)
    else:
        copy(scratch.errors, 0, scratch.signal, 0)


def learning_loop(cell: type[AbstractNativeCell], rule: Rule) -> Any:
    """The function that learns the steps of a chunk, one at a time, to be compiled.

    ``learn(training, layout, c, law, kind, data, carry, work, scratch, losses, outputs)`` fills in the losses (B, T)
    and the outputs (B T, O) before each update. A step that counts in no lane makes no update.
    """
    forward, credit = rule.functions(cell)

    def learn(training, layout, c, law, kind, data, carry, work, scratch, losses, outputs):  # type: ignore[no-untyped-def]
        net, grad = training.net, training.grad
        lanes, steps = data.starts.shape
        share = data.weights.dtype.type(1 / lanes)
        for t in range(steps):
            learning, done = False, training.counts[0]
            for lane in range(lanes):
                learning = learning or data.weights[lane, t] != 0
            if learning:
                for p in range(grad.vector.shape[0]):
                    grad.vector[p] = 0
            for lane in range(lanes):
                row, start = lane * steps + t, data.starts[lane, t]
                forward(carry, work, net, layout, c, lane, data.inputs, row, start, done, learning, scratch)
                read_out(net, layout, scratch.after, scratch.outputs)
                copy(scratch.outputs, 0, outputs, row)
                losses[lane, t] = step_loss(kind, data.targets, row, scratch.outputs, scratch.errors)
                clear(scratch.signal, 0)
                if learning:
                    for o in range(layout.outputs):
                        scratch.errors[0, o] *= data.weights[lane, t] * share
                    back_from_outputs(net, grad, layout, scratch)
                credit(carry, work, net, grad, layout, lane, done, learning, scratch)
            training.counts[0] += 1
            if learning:
                training.counts[1] += 1
                update(law, net.vector, grad.vector, training.slots, training.counts[1])

    return learn


def running_loop(cell: type[AbstractNativeCell]) -> Any:
    """The function that runs a network, to be compiled.

    ``run(net, layout, c, inputs, starts, state, steps, scratch, outputs)`` fills in the outputs (B T, O), and changes
    the state (B, K H). ``steps`` is memory for one step.
    """
    step = unit_functions(cell).step

    def run(net, layout, c, inputs, starts, state, steps, scratch, outputs):  # type: ignore[no-untyped-def]
        for lane in range(starts.shape[0]):
            for t in range(starts.shape[1]):
                row = lane * starts.shape[1] + t
                enter(state, lane, starts[lane, t], scratch.before, 0)
                add_sums(net, layout, inputs, row, scratch.before, 0, steps.inputs, steps.states, 0, scratch.sums)
                step(scratch.sums, 0, scratch.before, 0, net.own, c, state, lane, layout.units)
                copy(state, lane, scratch.after, 0)
                read_out(net, layout, scratch.after, scratch.outputs)
                copy(scratch.outputs, 0, outputs, row)

    return run
