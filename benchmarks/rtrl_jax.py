"""RTRL as one writes it in JAX: the cell's Jacobians by ``jax.jacrev``, one compiled scan over many steps.

    python benchmarks/rtrl_jax.py

prints how far its gradient is from that of backpropagation through time.
"""

import time

import jax
import jax.numpy as jnp
import numpy as np
import optax
from online_jax import gru
from online_work import Contender, weights
from rtrl_work import check_gradient, frozen

RECURRENT = 3  # of the weights; the others are the readout's


def rtrl(setting, steps):
    """One update at every step of a scan."""
    check()
    adam = optax.adam(setting.learning_rate, eps=setting.epsilon)

    def step(carry, data):
        weights, slots, h, influence = carry
        loss, gradients, h, influence = learn_step(weights, h, influence, *data)
        updates, slots = adam.update(gradients, slots, weights)
        return (optax.apply_updates(weights, updates), slots, h, influence), loss

    scan = jax.jit(lambda carry, x, y: jax.lax.scan(step, carry, (x, y)))
    start = [jnp.asarray(array) for array in weights()]
    carry = (start, adam.init(start), *nothing_yet(start))

    def learn(x, y):
        nonlocal carry
        carry, losses = scan(carry, x[:, None], y[:, None])
        return jax.device_get(losses)

    return Contender(learn, steps)


def nothing_yet(weights):
    """The state (H,) and the influence of each weight on it, (H, ...), before the first step."""
    units = len(weights[1])
    return jnp.zeros(units), [jnp.zeros((units, *part.shape)) for part in weights[:RECURRENT]]


def learn_step(weights, h, influence, x, y):
    """One step of one lane.

        S' = J S + I,  gradient = q S' with q = dl/dh', and the readout's own

    Args:
        weights: Of :func:`online_work.weights`.
        h: The state (H,).
        influence: S, (H, ...) for each recurrent weight.
        x: The input (1,).
        y: The target (1,).

    Returns:
        The loss, its gradients, the new state and influence.
    """

    def after(recurrent, h):
        h = gru(recurrent, h, x)
        return h, h

    def loss_of(readout, h):
        return jnp.mean((h @ readout[0] + readout[1] - y) ** 2)

    recurrent, readout = weights[:RECURRENT], weights[RECURRENT:]
    (immediate, jacobian), h = jax.jacrev(after, argnums=(0, 1), has_aux=True)(recurrent, h)
    influence = [jnp.tensordot(jacobian, old, 1) + new for old, new in zip(influence, immediate, strict=True)]
    loss, (direct, q) = jax.value_and_grad(loss_of, argnums=(0, 1))(readout, h)
    return loss, [*(jnp.tensordot(q, part, 1) for part in influence), *direct], h, influence


def check():
    """How far the gradient of a few steps' losses, with weights as they are, is from the one through time."""
    with jax.enable_x64(True):
        start, x, y = ([jnp.asarray(a) for a in part] if isinstance(part, list) else part for part in frozen())
        state, influence = nothing_yet(start)

        def step(carry, data):
            _, gradients, *carry = learn_step(start, *carry, *data)
            return carry, gradients

        def through_time(weights):
            def run(h, data):
                h = gru(weights, h, data[0])
                return h, jnp.mean((h @ weights[3] + weights[4] - data[1]) ** 2)

            return jax.lax.scan(run, state, (x[:, None], y[:, None]))[1].sum()

        each = jax.lax.scan(step, [state, influence], (x[:, None], y[:, None]))[1]
        return check_gradient("JAX", [part.sum(axis=0) for part in each], jax.grad(through_time)(start))


class Product:
    """S becomes J S, and nothing else.

    Args:
        steps: How many times in one repetition.
    """

    def __init__(self, steps):
        recurrent = weights()[:RECURRENT]
        units, self._steps = len(recurrent[1]), steps
        columns = sum(part.size for part in recurrent)
        turn = np.linalg.qr(recurrent[1][:, :units])[0]  # so that S neither grows nor vanishes
        self._loop = jax.jit(lambda s: jax.lax.fori_loop(0, steps, lambda _, s: turn @ s, s))
        self._influence = jnp.ones((units, columns))
        self.run()  # compiles

    def run(self):
        """Steps per second."""
        before = time.perf_counter()
        self._loop(self._influence).block_until_ready()
        return self._steps / (time.perf_counter() - before)

    def losses(self):
        """None: it learns nothing."""


def product(_, steps):
    """The dense product alone."""
    return Product(steps)


if __name__ == "__main__":
    print(f"{check():.1e}")
