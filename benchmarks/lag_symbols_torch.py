"""PyTorch by hand: a GRU with a linear readout, and a loop."""

import numpy as np
import torch
from lag_symbols_work import BATCH, KINDS, LAG, RATE, UNITS, drawn, orders
from torch.nn import functional


class Network(torch.nn.Module):
    """A GRU and a readout that start from weights in Keras's layout."""

    def __init__(self, weights):
        super().__init__()
        self.gru, self.readout = torch.nn.GRU(KINDS, UNITS, batch_first=True), torch.nn.Linear(UNITS, KINDS)
        kernel, recurrent, bias, readout, offset = weights
        gates = np.r_[UNITS : 2 * UNITS, :UNITS, 2 * UNITS : 3 * UNITS]  # z, r, n as r, z, n
        with torch.no_grad():
            for own, given in (
                (self.gru.weight_ih_l0, kernel[:, gates].T),
                (self.gru.weight_hh_l0, recurrent[:, gates].T),
                (self.gru.bias_ih_l0, bias[0, gates]),
                (self.gru.bias_hh_l0, bias[1, gates]),
                (self.readout.weight, readout.T),
                (self.readout.bias, offset),
            ):
                own.copy_(torch.from_numpy(np.ascontiguousarray(given)))

    def forward(self, x):
        """Logits (n, T - LAG, K)."""
        return self.readout(self.gru(x)[0][:, LAG:])


def learned(start, seed, epochs):
    """The error on fresh sequences after the epochs, and the loss of each mini-batch before its update."""
    torch.set_num_threads(1)
    network, (known, fresh) = Network(start.weights(seed)), drawn(seed)
    optimizer = torch.optim.Adam(network.parameters(), RATE, eps=start.epsilon)
    x, y, losses = torch.from_numpy(known.x), torch.from_numpy(known.y), []
    for order in orders(seed, epochs):
        for chosen in torch.from_numpy(order).split(BATCH):
            optimizer.zero_grad()
            loss = functional.cross_entropy(network(x[chosen]).flatten(0, 1), y[chosen].flatten())
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        predicted = network(torch.from_numpy(fresh.x)).argmax(dim=2).numpy()
    return fresh.error(predicted), np.array(losses)
