"""PyTorch on whole sequences: its GRU in a loop written by hand, and the package seqtasks-torch."""

import os

import torch
from batch_seqtasks import learner
from batch_work import BATCH, LEARNING_RATE, Contender, sequences
from online_torch import take_from_keras
from online_work import weights


def loop():
    """A GRU with a linear readout at every step, a fused Adam, and mini-batches by a random order."""
    return _on_faster_threads(_loop)


def package():
    """``torch-gru`` and ``torch-batch``."""
    return _on_faster_threads(lambda: learner("torch-gru", "torch-batch"))


def _on_faster_threads(make):
    """A contender, on one thread or all, whichever is faster now."""

    def rate(threads):
        torch.set_num_threads(threads)
        return make().run()

    torch.set_num_threads(max((1, os.cpu_count()), key=rate))
    return make()


def _loop():
    units = weights()[1].shape[0]
    gru, readout = layers = torch.nn.ModuleList([torch.nn.GRU(1, units, batch_first=True), torch.nn.Linear(units, 1)])
    take_from_keras(layers, weights())
    optimizer = torch.optim.Adam(layers.parameters(), lr=LEARNING_RATE, eps=1e-7, fused=True)
    (x, y), (held_x, held_y) = (map(torch.from_numpy, part) for part in sequences())

    def loss(x, y):
        return torch.nn.functional.mse_loss(readout(gru(x)[0]), y)

    def learn(epochs):
        for _ in range(epochs):
            for chosen in torch.randperm(len(x)).split(BATCH):
                optimizer.zero_grad()
                loss(x[chosen], y[chosen]).backward()
                optimizer.step()
            with torch.no_grad():
                validation = loss(held_x, held_y).item()
        return validation

    return Contender(learn)
