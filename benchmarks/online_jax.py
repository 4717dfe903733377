"""A loop as one writes it in JAX: a GRU cell by hand, optax, one compiled scan over many steps."""

import jax
import jax.numpy as jnp
import optax
from online_work import Contender, weights


def gru(weights, h, x):
    """Keras's cell: inputs (B, I), state (B, H)."""
    kernel, recurrent, bias, *_ = weights
    xz, xr, xn = jnp.split(x @ kernel + bias[0], 3, axis=-1)
    hz, hr, hn = jnp.split(h @ recurrent + bias[1], 3, axis=-1)
    z = jax.nn.sigmoid(xz + hz)
    return z * h + (1 - z) * jnp.tanh(xn + jax.nn.sigmoid(xr + hr) * hn)


def online(setting, steps):
    """One update at every step of a scan."""
    adam = (optax.amsgrad if setting.amsgrad else optax.adam)(setting.learning_rate, eps=setting.epsilon)
    optimizer = adam if setting.clip is None else optax.chain(optax.clip_by_global_norm(setting.clip), adam)

    def step_loss(weights, h, x, y):
        h = gru(weights, h, x)
        return jnp.mean((h @ weights[3] + weights[4] - y) ** 2), h

    def step(carry, data):
        weights, slots, h = carry
        (loss, h), gradients = jax.value_and_grad(step_loss, has_aux=True)(weights, h, *data)
        updates, slots = optimizer.update(gradients, slots, weights)
        return (optax.apply_updates(weights, updates), slots, h), loss

    scan = jax.jit(lambda carry, x, y: jax.lax.scan(step, carry, (x, y)))
    start = [jnp.asarray(array) for array in weights()]
    carry = (start, optimizer.init(start), jnp.zeros((1, len(start[1]))))

    def learn(x, y):
        nonlocal carry
        carry, losses = scan(carry, x.reshape(-1, 1, 1), y.reshape(-1, 1, 1))
        return jax.device_get(losses)

    return Contender(learn, steps)
