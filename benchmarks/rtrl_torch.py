"""RTRL as one writes it in PyTorch: the cell's Jacobians by ``torch.func.jacrev``, a fused Adam update at every step.

    python benchmarks/rtrl_torch.py

prints how far its gradient is from that of backpropagation through time.
"""

import numpy as np
import torch
from online_work import Contender, weights
from rtrl_work import check_gradient, frozen

RECURRENT = 3  # of the weights; the others are the readout's


def gru(recurrent, h, x):
    """Keras's cell: input (1,), state (H,)."""
    kernel, matrix, bias = recurrent
    xz, xr, xn = (x @ kernel + bias[0]).chunk(3)
    hz, hr, hn = (h @ matrix + bias[1]).chunk(3)
    z = torch.sigmoid(xz + hz)
    return z * h + (1 - z) * torch.tanh(xn + torch.sigmoid(xr + hr) * hn)


def _after(recurrent, h, x):
    h = gru(recurrent, h, x)
    return h, h


jacobians = torch.func.jacrev(_after, argnums=(0, 1), has_aux=True)


def rtrl(setting, steps):
    """The loop, on one thread: more do not help."""
    torch.set_num_threads(1)
    check()
    # the fused Adam walks through memory, and is wrong where a weight lies there in another order than its gradient
    parameters = [torch.from_numpy(array).contiguous() for array in weights()]
    adam = torch.optim.Adam(parameters, lr=setting.learning_rate, eps=setting.epsilon, fused=True)
    state, influence = nothing_yet(parameters)

    def learn(x, y):
        nonlocal state, influence
        losses = np.empty(len(x), np.float32)
        for t, (xt, yt) in enumerate(zip(torch.from_numpy(x)[:, None], torch.from_numpy(y)[:, None], strict=True)):
            loss, gradients, state, influence = learn_step(parameters, state, influence, xt, yt)
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient
            adam.step()
            losses[t] = loss.item()
        return losses

    return Contender(learn, steps)


def nothing_yet(weights):
    """The state (H,) and the influence of each weight on it, (H, ...), before the first step."""
    units, dtype = len(weights[1]), weights[1].dtype
    influence = [torch.zeros((units, *part.shape), dtype=dtype) for part in weights[:RECURRENT]]
    return torch.zeros(units, dtype=dtype), influence


def learn_step(weights, h, influence, x, y):
    """One step of one lane.

        S' = J S + I,  gradient = q S' with q = dl/dh', and the readout's own

    Args:
        weights: Of :func:`online_work.weights`, as tensors.
        h: The state (H,).
        influence: S, (H, ...) for each recurrent weight.
        x: The input (1,).
        y: The target (1,).

    Returns:
        The loss, its gradients, the new state and influence.
    """
    (immediate, jacobian), h = jacobians(tuple(weights[:RECURRENT]), h, x)
    influence = [torch.tensordot(jacobian, old, 1) + new for old, new in zip(influence, immediate, strict=True)]
    matrix, offset = weights[RECURRENT:]
    error = h @ matrix + offset - y
    q = 2 * matrix @ error
    gradients = [torch.tensordot(q, part, 1) for part in influence]
    return (error**2).sum(), [*gradients, torch.outer(h, 2 * error), 2 * error], h, influence


def check():
    """How far the gradient of a few steps' losses, with weights as they are, is from the one through time."""
    drawn, x, y = frozen()
    start = [torch.from_numpy(array) for array in drawn]
    data = list(zip(torch.from_numpy(x)[:, None], torch.from_numpy(y)[:, None], strict=True))

    def through_time(weights):
        h, total = nothing_yet(weights)[0], torch.zeros((), dtype=torch.float64)
        for xt, yt in data:
            h = gru(weights[:RECURRENT], h, xt)
            total = total + ((h @ weights[3] + weights[4] - yt) ** 2).sum()
        return total

    state, influence = nothing_yet(start)
    sums = [torch.zeros_like(part) for part in start]
    for xt, yt in data:
        _, gradients, state, influence = learn_step(start, state, influence, xt, yt)
        sums = [total + part for total, part in zip(sums, gradients, strict=True)]
    return check_gradient("PyTorch", sums, torch.func.grad(through_time)(start))


if __name__ == "__main__":
    print(f"{check():.1e}")
