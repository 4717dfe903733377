"""Every step's gradient while the weights stand still: as a credit rule has it, and by backpropagation through time.

Axis letters: B lanes, T steps, P trained weights, all in one row.
"""

from functools import cache
from itertools import pairwise

import keras
import numpy as np
import tensorflow as tf

from seqtasks.catalogue.host import Host
from seqtasks.core.task import Chunk, Shapes
from seqtasks.keras.credit.rule import TimeStep
from seqtasks.keras.loss import step_loss
from seqtasks.keras.network import build
from seqtasks.keras.program import Program

HOST = Host.start(environ={})
SHAPES = Shapes(inputs=2, outputs=2)
SHORT = 50  # steps; beyond, compiling pays for itself


def drawn(model, dtype="float64", seed=0):
    """A network of the catalogue's, such as ``gru:units=3``, all weights and biases random."""
    return randomised(HOST.make("models", HOST.spec("models", model)).build(SHAPES, 0, dtype=dtype), seed)


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
    """Random inputs and targets, the same in all lanes if ``alike``; ``weights`` (lane, step) say how much each counts.

    An episode starts at 0 in every lane, and where ``starts`` says (lane, step).
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
    """The gradients (T, P) that the rule has, or the rule for such layers, step after step in one loop."""
    credit = credit(network.architecture) if callable(credit) else credit
    arch, weights = network.architecture, [tf.constant(array) for array in network.arrays]
    carry = credit.initial(arch, weights, chunk.lanes, seed)
    return _loop(arch, credit)(weights, *_tensors(arch, chunk), carry).numpy()


@cache
def _loop(arch, credit):
    def run(weights, inputs, targets, importance, starts, carry):
        steps, width = inputs.shape[1], sum(weight.shape.num_elements() for weight in arch.trained(weights))

        def step(t, rows, carry):
            time_step = TimeStep(
                inputs[:, t], starts[:, t], lambda y: step_loss("real", targets[:, t], y), importance[:, t]
            )
            _, gradients, carry = credit.learn(arch, weights, carry, time_step)
            return t + 1, rows.write(t, _row(gradients)), _flush_if_due(arch, credit, weights, t + 1, carry)

        rows = tf.TensorArray(arch.dtype, steps, element_shape=(width,))
        _, rows, _ = tf.while_loop(lambda t, *_: t < steps, step, (tf.constant(0), rows, carry))
        return rows.stack()

    return tf.function(run, autograph=False)  # to compile it takes longer than to run it


def _flush_if_due(arch, credit, weights, steps, carry):
    """The carry after so many steps, flushed at the end of a block."""
    if credit.period is None:
        return carry
    return tf.cond(steps % credit.period == 0, lambda: credit.flush(arch, weights, carry), lambda: carry)


def by_time(network, chunk):
    """The gradients (T, P) through the whole past, by differentiating Keras's view of whole sequences."""
    arch, weights = network.architecture, [tf.constant(array) for array in network.arrays]

    def rows(episode):
        inputs, targets, importance, _ = _tensors(arch, episode)
        each = [importance * tf.one_hot([t], chunk.steps, dtype=arch.dtype) for t in range(chunk.steps)]
        return np.array([_whole(arch, chunk.steps)(weights, inputs, targets, only) for only in each])

    return by_parts(chunk, rows)


@cache
def _whole(arch, steps):
    def gradient(weights, inputs, targets, importance):
        trained = arch.trained(weights)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(trained)
            losses = step_loss("real", targets, arch.sequences(weights, inputs, training=False))
            total = tf.reduce_sum(importance * losses)
        return _row(tape.gradient(total, trained))

    return Program(gradient, "the cells") if steps > SHORT else tf.function(gradient, autograph=False)


def by_parts(chunk, rows):
    """The mean over lanes of ``rows`` (T, P), each lane and each episode taken by itself.

    What follows an episode is padding, which no earlier loss sees.
    """
    total = 0.0
    for lane in range(chunk.lanes):
        edges = [*np.flatnonzero(chunk.starts[lane]), chunk.steps]
        episodes = [(chunk.lanes_at([lane]).between(first, last), last - first) for first, last in pairwise(edges)]
        total = total + np.concatenate([rows(_padded(episode, chunk.steps))[:steps] for episode, steps in episodes])
    return total / chunk.lanes


def by_layer(network, chunk):
    """The gradients (T, P) of one lane through each layer's own past and the present step of the layers above it."""
    arch, weights = network.architecture, [tf.constant(array) for array in network.arrays]
    inputs, targets, importance, _ = _tensors(arch, chunk)
    states, seen = [arch.initial_state(weights, 1)], [[] for _ in arch.layers]
    for t in range(chunk.steps):
        x, after = inputs[:, t], []
        for part, before in zip(arch.layers, seen, strict=True):
            before.append(x)
            x, new = arch.layer_step(part, weights, x, states[t][part.states])
            after += new
        states.append(after)

    def gradients(t, place):
        part, above = arch.layers[place], arch.layers[place + 1 :]
        readout = weights[part.weights.stop :] if not above else []
        with tf.GradientTape() as tape:
            watched = [*weights[part.weights], *readout]
            tape.watch(watched)
            with arch.reading(weights):
                y = part.layer(tf.stack(seen[place][: t + 1], axis=1))[:, t]
            for upper in above:
                y, _ = arch.layer_step(upper, weights, y, states[t][upper.states])
            total = importance[0, t] * step_loss("real", targets[:, t], arch.read_out(weights, y))
        return tape.gradient(total, watched)

    places = range(len(arch.layers))
    return np.array([_row([g for place in places for g in gradients(t, place)]) for t in range(chunk.steps)])


def _padded(chunk, steps):
    extra = [(0, 0), (0, steps - chunk.steps)]
    parts = (chunk.inputs, chunk.targets, chunk.weights, chunk.starts)
    return Chunk(*(np.pad(part, extra + [(0, 0)] * (part.ndim - 2)) for part in parts))


def _tensors(arch, chunk):
    values = (chunk.inputs, chunk.targets, chunk.weights)
    return [*(tf.constant(value, arch.dtype) for value in values), tf.constant(chunk.starts)]


def _row(gradients):
    return tf.concat([tf.reshape(gradient, [-1]) for gradient in gradients], axis=0)


def apart(got, wanted):
    """How far two rows of gradients are apart, step by step, as a share of the second's length: (T,)."""
    length = np.linalg.norm(wanted, axis=-1)
    return np.linalg.norm(got - wanted, axis=-1) / np.where(length > 0, length, 1)


def columns(network, place):
    """Where the weights of the network's array at that place are among the P."""
    sizes = np.cumsum([0, *(array.size for array in network.arrays)])
    return slice(sizes[place], sizes[place + 1])
