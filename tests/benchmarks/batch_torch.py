"""PyTorch's GRU on whole sequences, in mini-batches by a random order."""

import os
import time

import torch
from batch_work import BATCH, LEARNING_RATE, Contender, sequences
from online_torch import take_from_keras
from online_work import weights


def loop():
    """A GRU with a linear readout at every step, and a fused Adam, on one thread or all, whichever is faster now."""
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

    def seconds(threads):
        torch.set_num_threads(threads)
        learn(1)
        before = time.perf_counter()
        learn(1)
        return time.perf_counter() - before

    torch.set_num_threads(min((1, os.cpu_count()), key=seconds))
    return Contender(learn, epochs=4)
