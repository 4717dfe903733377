"""PyTorch, one update at every step: a loop as one writes it, and the package seqtasks-torch."""

import numpy as np
import torch
from online_seqtasks import learner
from online_work import UNITS, Contender, weights


def take_from_keras(layers, arrays):
    """Fill a GRU's and a readout's parameters: Keras orders the gates z, r, n, PyTorch r, z, n."""
    kernel, recurrent, bias, readout, offset = (torch.from_numpy(array) for array in arrays)
    order = torch.cat([torch.arange(len(recurrent)) + gate * len(recurrent) for gate in (1, 0, 2)])
    values = [kernel.T[order], recurrent.T[order], *bias[:, order], readout.T, offset]
    with torch.no_grad():
        for parameter, value in zip(layers.parameters(), values, strict=True):
            parameter.copy_(value)


def online(setting, steps):
    """A GRU cell, a linear readout, a fused Adam, on one thread: more do not help a batch of one."""
    torch.set_num_threads(1)
    units = weights()[1].shape[0]
    cell, readout = layers = torch.nn.ModuleList([torch.nn.GRUCell(1, units), torch.nn.Linear(units, 1)])
    take_from_keras(layers, weights())
    parameters = list(layers.parameters())
    optimizer = torch.optim.Adam(
        parameters, lr=setting.learning_rate, eps=setting.epsilon, amsgrad=setting.amsgrad, fused=True
    )
    state = torch.zeros(1, units)

    def learn(x, y):
        nonlocal state
        losses = np.empty(len(x), np.float32)
        pairs = zip(torch.from_numpy(x).view(-1, 1, 1), torch.from_numpy(y).view(-1, 1, 1), strict=True)
        for t, (xt, yt) in enumerate(pairs):
            optimizer.zero_grad()
            after = cell(xt, state)
            loss = torch.nn.functional.mse_loss(readout(after), yt)
            loss.backward()
            if setting.clip is not None:
                torch.nn.utils.clip_grad_norm_(parameters, setting.clip)
            optimizer.step()
            state = after.detach()
            losses[t] = loss.item()
        return losses

    return Contender(learn, steps)


def package(setting, steps):
    """``torch-gru`` and ``torch-online:window=1``, on one thread, too."""
    torch.set_num_threads(1)
    return learner(setting, steps, f"torch-gru:units={UNITS}", "torch-online:window=1")
