"""Every step's gradient while the weights stand still: as a credit rule has it, and by backpropagation through time.

Axis letters: B lanes, T steps, P trained weights, all in one row.
"""

from functools import cache

import keras
import numpy as np
import tensorflow as tf

from seqtasks.catalogue.host import Host
from seqtasks.core.task import Chunk, Shapes
from seqtasks.keras.credit import Moment
from seqtasks.keras.loss import step_loss
from seqtasks.keras.network import build
from seqtasks.keras.program import compiled

HOST = Host.start(environ={})
SHAPES = Shapes(inputs=2, outputs=2)


def drawn(model, dtype="float64", seed=0):
    """A network of the catalogue's, such as ``gru:units=3``, all weights and biases random."""
    return randomised(HOST.make("models", HOST.spec("models", model)).build(SHAPES, 0, dtype), seed)


def drawn_of(cells, dtype="float64", seed=0):
    """A network of layers of any cells, made as ``cell(dtype=...)`` bottom first, and a dense readout."""

    def parts():
        stack = [keras.layers.RNN(cell(dtype=dtype), return_sequences=True, dtype=dtype) for cell in cells]
        return stack, keras.layers.Dense(SHAPES.outputs, dtype=dtype)

    return randomised(build(parts, SHAPES, 0.0, (*cells, dtype), 0), seed)


def randomised(network, seed):
    random = np.random.default_rng(seed)
    network.load([random.normal(0, 0.5, weight.shape) for weight in network.weights()])
    return network


def sequence(steps, lanes=1, starts=(), weights=1.0, seed=3, alike=False):
    """Random inputs and targets; an episode starts at 0 in every lane, and where ``starts`` says (lane, step).

    Args:
        weights: How much (lane, step) counts.
        alike: Whether all lanes see the same.
    """
    random = np.random.default_rng(seed)
    x, y = random.normal(size=(2, 1 if alike else lanes, steps, 2))
    starting = np.zeros((lanes, steps), bool)
    starting[:, 0] = True
    for place in starts:
        starting[place] = True
    return Chunk(*(np.broadcast_to(a, (lanes, steps, 2)) for a in (x, y)), _full(weights, starting.shape), starting)


def _full(value, shape):
    return np.array(np.broadcast_to(value, shape), np.float64)


def by_rule(network, credit, chunk, seed=0):
    """The gradients (T, P) that the rule has, step after step in one compiled loop."""
    body, weights = network.body, [tf.constant(array) for array in network.arrays]
    carry = credit.initial(body, weights, chunk.lanes, seed)
    return _loop(body, credit)(weights, *_tensors(body, chunk), carry).numpy()


@cache
def _loop(body, credit):
    def run(weights, inputs, targets, importance, starts, carry):
        steps, width = inputs.shape[1], sum(weight.shape.num_elements() for weight in body.trained(weights))

        def step(t, rows, carry):
            moment = Moment(inputs[:, t], starts[:, t], lambda y: step_loss("real", targets[:, t], y), importance[:, t])
            _, gradients, carry = credit.learn(body, weights, carry, moment)
            return t + 1, rows.write(t, _row(gradients)), carry

        rows = tf.TensorArray(body.dtype, steps, element_shape=(width,))
        _, rows, _ = tf.while_loop(lambda t, *_: t < steps, step, (tf.constant(0), rows, carry))
        return rows.stack()

    return compiled(run)


def by_time(network, chunk):
    """The gradients (T, P) through the whole past, by differentiating Keras's view of whole sequences.

    Lane by lane, each episode as a sequence of its own: what follows it is padding, which no earlier loss sees.
    """
    body, weights = network.body, [tf.constant(array) for array in network.arrays]
    total = 0.0
    for lane in range(chunk.lanes):
        edges = [*np.flatnonzero(chunk.starts[lane]), chunk.steps]
        rows = []
        for first, last in zip(edges, edges[1:], strict=False):
            episode = chunk.lanes_at([lane]).between(first, last)
            inputs, targets, importance, _ = _tensors(body, _padded(episode, chunk.steps))
            only = np.eye(chunk.steps)
            rows += [
                _whole(body)(weights, inputs, targets, importance * tf.constant(only[t : t + 1], body.dtype)).numpy()
                for t in range(last - first)
            ]
        total = total + np.array(rows)
    return total / chunk.lanes


@cache
def _whole(body):
    def gradient(weights, inputs, targets, importance):
        trained = body.trained(weights)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(trained)
            losses = step_loss("real", targets, body.sequences(weights, inputs, training=False))
            total = tf.reduce_sum(importance * losses)
        return _row(tape.gradient(total, trained))

    return compiled(gradient)


def _padded(chunk, steps):
    extra = [(0, 0), (0, steps - chunk.steps)]
    parts = (chunk.inputs, chunk.targets, chunk.weights, chunk.starts)
    return Chunk(*(np.pad(part, extra + [(0, 0)] * (part.ndim - 2)) for part in parts))


def _tensors(body, chunk):
    values = (chunk.inputs, chunk.targets, chunk.weights)
    return [*(tf.constant(value, body.dtype) for value in values), tf.constant(chunk.starts)]


def _row(gradients):
    return tf.concat([tf.reshape(gradient, [-1]) for gradient in gradients], axis=0)


def apart(got, wanted):
    """How far two rows of gradients are apart, step by step, as a share of the second's length: (T,)."""
    return np.linalg.norm(got - wanted, axis=-1) / np.linalg.norm(wanted, axis=-1)


def columns(network, place):
    """Where the weights of the network's array at that place are among the P."""
    sizes = np.cumsum([0, *(array.size for array in network.arrays)])
    return slice(sizes[place], sizes[place + 1])
