"""Models of NumPy networks that break one promise each, and the one they would be: an Elman network."""

import random
from dataclasses import dataclass

import numpy as np

from seqtasks.core.model import AbstractModel
from seqtasks.core.network import AbstractNetwork

FAULTS = {
    "not finite": "outputs",
    "one output for three classes": "outputs",
    "other shapes": "outputs",
    "a step forgets": "stepping",
    "the state is not returned": "carrying",
    "no memory": "carrying",
    "centred over time": "future",
    "starts are passed over": "resetting",
    "a start resets all lanes": "resetting",
    "centred over lanes": "lanes",
    "no seed": "seeding",
    "one seed": "seeding",
    "global random numbers": "seeding",
    "a weight of its own": "weight-access",
    "no copies of weights": "weight-access",
    "parameters by hand": "weight-access",
}


class Elman(AbstractNetwork):
    """h' = tanh(x W + h U), y = h' V."""

    def __init__(self, fault, shapes, seed):
        numbers = np.random.default_rng({"no seed": None, "one seed": 0}.get(fault, seed))
        self.fault, self._shapes = fault, shapes
        wide = 1 if fault == "one output for three classes" else shapes.outputs
        self.arrays = [numbers.normal(size=size).astype(np.float32) for size in ((shapes.inputs, 4), (4, 4), (4, wide))]
        self.own = numbers.normal() if fault == "a weight of its own" else 0.0

    @property
    def shapes(self):
        return None if self.fault == "other shapes" else self._shapes

    @property
    def parameters(self):
        return 7 if self.fault == "parameters by hand" else super().parameters

    def initial_state(self, batch_size):
        return (np.zeros((batch_size, 4), np.float32),)

    def compile(self, batch_size):
        pass

    def step(self, inputs, state):
        y, after = super().step(inputs, state)
        return y, state if self.fault == "a step forgets" else after

    def run(self, inputs, starts, state):
        w, u, v = self.arrays
        (h,), outputs = state, []
        x = np.eye(self._shapes.inputs)[inputs[..., 0]] if self._shapes.symbols else inputs
        if self.fault == "centred over time":
            x = x - x.mean(axis=1, keepdims=True)
        if self.fault == "centred over lanes":
            x = x - x.mean(axis=0, keepdims=True)
        for t in range(x.shape[1]):
            start = starts[:, t, None]
            if self.fault == "a start resets all lanes":
                start = start.any(keepdims=True)
            if self.fault != "starts are passed over":
                h = np.where(start, 0, h)
            h = np.tanh(x[:, t] @ w + (0 if self.fault == "no memory" else h @ u) + self.own)
            outputs.append(h @ v)
        y = np.stack(outputs, axis=1) * (np.nan if self.fault == "not finite" else 1)
        return y.astype(np.float32), self.initial_state(len(x)) if self.fault == "the state is not returned" else (h,)

    def weights(self):
        return self.arrays if self.fault == "no copies of weights" else [array.copy() for array in self.arrays]

    def load(self, weights):
        self.arrays = [np.array(array) for array in weights]


@dataclass(frozen=True)
class ElmanModel(AbstractModel):
    """Elman networks with a fault, or none."""

    fault: str = ""

    def build(self, shapes, seed, *, dtype="float32"):
        if self.fault == "global random numbers":
            random.random()
        return Elman(self.fault, shapes, seed)


class Forgetful(ElmanModel):
    """Networks that keep what no file holds: the seed they were built with."""

    def build(self, shapes, seed, *, dtype="float32"):
        network = Elman("a weight of its own", shapes, seed)
        network.own = float(seed)
        return network
