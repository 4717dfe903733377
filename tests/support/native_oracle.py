"""A network of a native cell in plain Python, and gradients by differences.

Axis letters: B lanes, T steps.
"""

import numpy as np
from seqtasks_native.layout import parts

from seqtasks.core.loss import step_losses


def outputs(network, vector, inputs, starts):
    """The outputs (B, T, O) with these weights, unit by unit."""
    cell, layout, own = network.cell, network.layout, parts(vector, network.layout)
    units, found = layout.units, np.zeros((*starts.shape, layout.outputs))
    ones = [np.ones(layout.input_rows - layout.inputs), np.ones(max(layout.state_rows - units, 0))]
    for b in range(starts.shape[0]):
        s = np.zeros((layout.arrays, units))
        for t in range(starts.shape[1]):
            s = np.zeros_like(s) if starts[b, t] else s
            u = np.zeros(layout.sums * units)
            u[: layout.input_columns] += np.concatenate([inputs[b, t], ones[0]]) @ own.inputs
            if layout.state_rows:
                u[-layout.state_columns :] += np.concatenate([s[0], ones[1]]) @ own.states
            rows = [np.reshape(each, (-1, units)) for each in (u, s, own.own)]
            units_of = ([tuple(row[:, i]) for row in rows] for i in range(units))
            s = np.array([cell.step(*unit, network.constants) for unit in units_of]).T
            top = s.reshape(-1)[: layout.tops]
            found[b, t] = top @ own.kernel + own.bias[0] if layout.dense else top
    return found


def last_loss(network, vector, chunk):
    """The mean loss of the last step over the lanes."""
    found = outputs(network, vector, chunk.inputs, chunk.starts)
    return step_losses(network.shapes.kind, chunk.targets, found)[:, -1].mean()


def gradient(network, chunk, width=1e-5):
    """The derivative of :func:`last_loss` by every weight, by differences to both sides."""
    w = network.values.copy()
    sides = [[last_loss(network, w + sign * width * e, chunk) for e in np.eye(w.size)] for sign in (1, -1)]
    return (np.array(sides[0]) - np.array(sides[1])) / (2 * width)
