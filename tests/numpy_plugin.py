"""A plugin file of a model and a trainer that need NumPy alone, so that a whole run takes a second."""

import time
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl
from seqtasks.core.loss import step_losses
from seqtasks.core.model import AbstractModel
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import TEST_LANES
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer
from seqtasks.feeds.stream import StreamFeed
from seqtasks.spec.annotation import Range


class Elman(AbstractNetwork):
    """h' = tanh(x W + h U), y = h' V; sleeps before it runs the many lanes that a network is judged on."""

    judging = 0.0

    def __init__(self, shapes, units, seed):
        random = np.random.default_rng(seed)
        sizes = ((shapes.inputs, units), (units, units), (units, shapes.outputs))
        self._shapes, self._weights = shapes, [random.normal(size=size).astype(np.float32) for size in sizes]

    @property
    def shapes(self):
        return self._shapes

    def initial_state(self, lanes):
        return (np.zeros((lanes, len(self._weights[1])), np.float32),)

    def compile(self, lanes):
        pass

    def run(self, inputs, starts, state):
        time.sleep(self.judging if len(inputs) == TEST_LANES else 0)
        w, u, v = self._weights
        (h,), outputs = state, []
        if self._shapes.symbols:
            inputs = np.eye(self._shapes.inputs, dtype=np.float32)[inputs[..., 0]]
        with np.errstate(all="ignore"):
            for t in range(inputs.shape[1]):
                h = np.tanh(inputs[:, t] @ w + np.where(starts[:, t, None], 0, h) @ u)
                outputs.append(h @ v)
        return np.stack(outputs, axis=1), (h,)

    def weights(self):
        return [array.copy() for array in self._weights]

    def load(self, weights):
        self._weights = [array.copy() for array in weights]


@dataclass(frozen=True)
class ElmanModel(AbstractModel):
    """An Elman network without bias."""

    units: Annotated[int, Range(low=1, high=64)] = 3

    def build(self, shapes, seed):
        return Elman(shapes, self.units, seed)


class StillLearner(AbstractLearner):
    def __init__(self, network, kind, trainer):
        self._network, self._kind, self._trainer = network, kind, trainer
        self._state, self._begun = network.initial_state(1), False

    updates = 7

    def compile(self, chunk):
        time.sleep(self._trainer.compiling)

    def learn(self, chunk):
        later = self._begun and self._trainer.later is not None
        time.sleep(self._trainer.later if later else self._trainer.pause)
        self._begun = True
        with np.errstate(all="ignore"):
            outputs, self._state = self._network.run(chunk.inputs, chunk.starts, self._state)
            losses = step_losses(self._kind, chunk.targets, outputs).astype(np.float32)
            if self._trainer.blow is not None:
                self._network.load([array * np.float32(self._trainer.blow) for array in self._network.weights()])
        return losses

    def state(self):
        return {"weights": self._network.weights(), "carry": list(self._state), "begun": self._begun}

    def restore(self, state):
        self._network.load(state["weights"])
        self._state, self._begun = tuple(state["carry"]), state["begun"]


@dataclass(frozen=True)
class Still(AbstractTrainer):
    """Learns nothing; multiplies the weights by ``blow`` after each chunk; sleeps for so many seconds."""

    blow: float | None = None
    pause: float = 0.0
    later: float | None = None
    judging: float = 0.0
    compiling: float = 0.0

    def learner(self, network, task, seed):
        network.judging = self.judging
        return StillLearner(network, task.shapes.kind, self)

    def feed(self, task, network, seed, steps, epochs):
        return StreamFeed(task.stream(seed, 1), 1, steps or 2000)

    def horizon(self, task):
        return 1


@hookimpl
def seqtasks_models():
    yield Entry("elman", "An Elman network in NumPy.", f"{__name__}:ElmanModel")


@hookimpl
def seqtasks_trainers():
    yield Entry("still", "Learns nothing.", f"{__name__}:Still")
