"""A whole epoch in one compiled JAX program: a scan over mini-batches, and in it one over steps."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
from batch_work import BATCH, LEARNING_RATE, Contender, sequences
from online_jax import gru
from online_work import weights


def epoch():
    """A GRU by hand with a readout at every step; the last mini-batch is filled up with sequences of weight 0."""
    optimizer = optax.adam(LEARNING_RATE, eps=1e-7)

    def losses(weights, x, y):
        def step(h, xt):
            h = gru(weights, h, xt)
            return h, h

        _, states = jax.lax.scan(step, jnp.zeros((len(x), len(weights[1]))), x.swapaxes(0, 1))
        return jnp.mean((states.swapaxes(0, 1) @ weights[3] + weights[4] - y) ** 2, axis=(1, 2))

    def mean(weights, x, y, counts):
        return (losses(weights, x, y) * counts).sum() / counts.sum()

    def update(carry, batch):
        weights, slots = carry
        updates, slots = optimizer.update(jax.grad(mean)(weights, *batch), slots, weights)
        return (optax.apply_updates(weights, updates), slots), None

    @jax.jit
    def train(carry, x, y, order, counts):
        carry, _ = jax.lax.scan(
            lambda carry, now: update(carry, (x[now[0]], y[now[0]], now[1])), carry, (order, counts)
        )
        return carry, losses(carry[0], held_x, held_y).mean()

    (x, y), (held_x, held_y) = sequences()
    batches = -(-len(x) // BATCH)
    counts = (np.arange(batches * BATCH) < len(x)).astype(np.float32).reshape(batches, BATCH)
    start = [jnp.asarray(array) for array in weights()]
    carry = (start, optimizer.init(start))
    random = np.random.default_rng(0)

    def learn(epochs):
        nonlocal carry
        for _ in range(epochs):
            order = np.resize(random.permutation(len(x)), counts.shape)
            carry, validation = train(carry, x, y, order, counts)
        return validation.item()

    return Contender(learn)
