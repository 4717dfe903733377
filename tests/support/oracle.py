"""Recurrent networks in float64 NumPy, written from their equations: what the compiled loops are measured by."""

from dataclasses import dataclass

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gru(kernel, recurrent, bias, x, state):
    """Keras's order of gates is z, r, n; the reset gate stands behind the product with its own bias."""
    (h,) = state
    xz, xr, xn = np.split(x @ kernel + bias[0], 3, axis=-1)
    hz, hr, hn = np.split(h @ recurrent + bias[1], 3, axis=-1)
    z = sigmoid(xz + hz)
    return (z * h + (1 - z) * np.tanh(xn + sigmoid(xr + hr) * hn),)


def lstm(kernel, recurrent, bias, x, state):
    """Keras's order of gates is i, f, c, o."""
    h, c = state
    i, f, n, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(n)
    return (sigmoid(o) * np.tanh(c), c)


def simple_rnn(kernel, recurrent, bias, x, state):
    (h,) = state
    return (np.tanh(x @ kernel + h @ recurrent + bias),)


CELLS = {"gru": (gru, 1), "lstm": (lstm, 2), "simple-rnn": (simple_rnn, 1)}


@dataclass
class Oracle:
    """Layers of one cell and a dense readout, or none; weights in the network's order."""

    cell: str
    layers: int = 1
    readout: bool = True

    def initial(self, weights, lanes):
        units = [weights[3 * layer + 1].shape[0] for layer in range(self.layers)]
        return [tuple(np.zeros((lanes, n)) for _ in range(CELLS[self.cell][1])) for n in units]

    def step(self, weights, x, states):
        after = []
        for layer, state in enumerate(states):
            after.append(CELLS[self.cell][0](*weights[3 * layer : 3 * layer + 3], x, state))
            x = after[-1][0]
        return (x @ weights[-2] + weights[-1] if self.readout else x), after

    def run(self, weights, inputs, starts=None, states=None):
        """Outputs (B, T, O) and the last states; a start resets its lane before the step."""
        weights = [np.asarray(w, np.float64) for w in weights]
        lanes, steps = inputs.shape[:2]
        initial = self.initial(weights, lanes)
        states, outputs = states or initial, []
        for t in range(steps):
            if starts is not None:
                reset = starts[:, t, None]
                states = [
                    tuple(np.where(reset, a, b) for a, b in zip(new, old, strict=True))
                    for new, old in zip(initial, states, strict=True)
                ]
            y, states = self.step(weights, np.asarray(inputs[:, t], np.float64), states)
            outputs.append(y)
        return np.stack(outputs, axis=1), states


def slope(function, weights, epsilon=1e-6):
    """The gradient of ``function(weights)`` by central differences, in float64."""
    weights = [np.array(w, np.float64) for w in weights]
    gradients = []
    for array in weights:
        gradient = np.zeros_like(array)
        for place in np.ndindex(array.shape):
            kept = array[place]
            array[place] = kept + epsilon
            above = function(weights)
            array[place] = kept - epsilon
            gradient[place] = (above - function(weights)) / (2 * epsilon)
            array[place] = kept
        gradients.append(gradient)
    return gradients
