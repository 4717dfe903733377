"""The update rules of optimizers, compiled: the same as those of Keras.

Axis letters: P weights.
"""

from typing import Final, NamedTuple

import numpy as np

from seqtasks_native.compiled import inner

SLOTS: Final = 3  # vectors (P,) that an optimizer stores between updates, at most
SGD, ADAM, RMSPROP = range(3)


class Law(NamedTuple):
    """The settings of an optimizer, in the precision of the weights.

    Attributes:
        kind: SGD, ADAM or RMSPROP.
        variant: 1 for Nesterov's momentum, AMSGrad, or a centred RMSprop; else 0.
        rate: The learning rate.
        first: The momentum, or beta_1.
        second: beta_2, or rho.
        epsilon: The constant in the denominator.
        decay: The weight decay of AdamW.
        clip: The maximum norm of a gradient; infinite for no limit.
    """

    kind: int
    variant: int
    rate: np.floating
    first: np.floating
    second: np.floating
    epsilon: np.floating
    decay: np.floating
    clip: np.floating


@inner
def update(law, w, g, slots, count):  # type: ignore[no-untyped-def]
    """Clip the gradient g (P,) by its norm, and change the weights w (P,) and the slots (3, P); ``count`` is from 1."""
    if law.clip < np.inf:
        _clip(law.clip, g)
    if law.kind == SGD:
        _sgd(law, w, g, slots)
    elif law.kind == ADAM:
        _adam(law, w, g, slots, count)
    else:
        _rmsprop(law, w, g, slots)


@inner
def _clip(clip, g):  # type: ignore[no-untyped-def]
    """Scale the gradient: g <- g clip / max(clip, |g|)."""
    square = g[0] - g[0]
    for p in range(g.shape[0]):
        square += g[p] * g[p]
    norm = np.sqrt(square)
    if not norm <= clip:
        scale = clip / norm
        for p in range(g.shape[0]):
            g[p] *= scale


@inner
def _sgd(law, w, g, slots):  # type: ignore[no-untyped-def]
    """Descend: v <- momentum v - rate g; w <- w + v, or w + momentum v - rate g (Nesterov)."""
    for p in range(w.shape[0]):
        step = law.rate * g[p]
        v = law.first * slots[0, p] - step
        slots[0, p] = v
        w[p] += law.first * v - step if law.variant else v


@inner
def _adam(law, w, g, slots, count):  # type: ignore[no-untyped-def]
    """Adam before section 2.1 of its paper, with AMSGrad and decoupled weight decay.

    m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2,  u <- max(u, v) or v
    w <- w - rate decay w - rate sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(u) + epsilon)
    """
    rate = law.rate
    corrected = type(rate)(float(rate) * np.sqrt(1 - float(law.second) ** count) / (1 - float(law.first) ** count))
    less, fewer = type(rate)(1) - law.first, type(rate)(1) - law.second
    kept = type(rate)(1) - rate * law.decay
    if law.variant:
        for p in range(w.shape[0]):
            a = slots[0, p] + less * (g[p] - slots[0, p])
            b = slots[1, p] + fewer * (g[p] * g[p] - slots[1, p])
            u = slots[2, p] if slots[2, p] > b else b
            slots[0, p], slots[1, p], slots[2, p] = a, b, u
            w[p] = kept * w[p] - corrected * a / (np.sqrt(u) + law.epsilon)
    else:
        for p in range(w.shape[0]):
            a = slots[0, p] + less * (g[p] - slots[0, p])
            b = slots[1, p] + fewer * (g[p] * g[p] - slots[1, p])
            slots[0, p], slots[1, p] = a, b
            w[p] = kept * w[p] - corrected * a / (np.sqrt(b) + law.epsilon)


@inner
def _rmsprop(law, w, g, slots):  # type: ignore[no-untyped-def]
    """Divide by the root mean square.

    r <- rho r + (1 - rho) g^2;  v <- momentum v + rate g / sqrt(r + epsilon);  w <- w - v

    Centred: a <- rho a + (1 - rho) g, and r - a^2 in place of r.
    """
    fewer = type(law.rate)(1) - law.second
    for p in range(w.shape[0]):
        r = law.second * slots[0, p] + fewer * g[p] * g[p]
        a = law.second * slots[1, p] + fewer * g[p]
        slots[0, p], slots[1, p] = r, a
        spread = r - a * a if law.variant else r
        v = law.first * slots[2, p] + law.rate * g[p] / np.sqrt(spread + law.epsilon)
        slots[2, p] = v
        w[p] -= v
