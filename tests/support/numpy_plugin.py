"""A plugin file of a model and a trainer that need NumPy alone, so that a whole run takes a second."""

import time
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl
from seqtasks.core.dtype import check_dtype
from seqtasks.core.loss import step_losses
from seqtasks.core.model import AbstractModel
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import TEST_LANES, FixedSets
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer
from seqtasks.feeds.epochs import EpochFeed
from seqtasks.feeds.stream import StreamFeed
from seqtasks.spec.parameter import Range


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

    def initial_state(self, batch_size):
        return (np.zeros((batch_size, len(self._weights[1])), np.float32),)

    def compile(self, batch_size):
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

    libraries = ()

    units: Annotated[int, Range(low=1, high=64)] = 3

    def build(self, shapes, seed, *, dtype="float32"):
        check_dtype(dtype, ["float32"], "elman")
        return Elman(shapes, self.units, seed)


class StillLearner(AbstractLearner):
    def __init__(self, network, kind, trainer):
        self._network, self._kind, self._trainer = network, kind, trainer
        self._state, self._started = network.initial_state(1), False

    updates = 7

    def compile(self, chunk):
        time.sleep(self._trainer.compiling)

    def learn(self, chunk):
        later = self._started and self._trainer.later is not None
        time.sleep(self._trainer.later if later else self._trainer.pause)
        self._started = True
        with np.errstate(all="ignore"):
            outputs, self._state = self._network.run(chunk.inputs, chunk.starts, self._state)
            losses = step_losses(self._kind, chunk.targets, outputs).astype(np.float32)
            if self._trainer.blow is not None:
                self._network.load([array * np.float32(self._trainer.blow) for array in self._network.weights()])
        return losses

    def state(self):
        return {"weights": self._network.weights(), "carry": list(self._state), "started": self._started}

    def restore(self, state):
        self._network.load(state["weights"])
        self._state, self._started = tuple(state["carry"]), state["started"]


@dataclass(frozen=True)
class Still(AbstractTrainer):
    """Learns nothing; multiplies the weights by ``blow`` after each chunk; sleeps for so many seconds."""

    blow: float | None = None
    pause: float = 0.0
    later: float | None = None
    judging: float = 0.0
    compiling: float = 0.0

    def learner(self, network, objective, seed):
        network.judging = self.judging
        return StillLearner(network, objective.shapes.kind, self)

    def feed(self, task, network, seed, steps, epochs):
        return StreamFeed(task.stream(seed, 1), 1, steps or 2000)

    def truncation_length(self, objective):
        return 1


class ReadoutLearner(AbstractLearner):
    """Of R networks side by side, each as if it were alone."""

    def __init__(self, networks, trainer, seeds):
        self._networks, self._trainer, self._seeds = networks, trainer, seeds
        self._states = [network.initial_state(trainer.lanes) for network in networks]
        self._speeds = [np.zeros_like(network.weights()[-1]) for network in networks]
        self._updates = 0

    @property
    def updates(self):
        return self._updates

    def compile(self, chunk):
        pass

    def learn(self, chunk):
        lanes = chunk.lanes // len(self._networks)
        before, losses = self._updates, []
        for r in range(len(self._networks)):
            self._updates = before
            own = chunk.lanes_at(slice(r * lanes, (r + 1) * lanes))
            if self._trainer.sequences is None:
                pieces = [self._step(r, own.between(t, t + 1), None) for t in range(own.steps)]
                losses.append(np.concatenate(pieces, axis=1))
            else:
                fresh = self._networks[r].initial_state(4)
                pieces = [self._step(r, own.lanes_at(slice(n, n + 4)), fresh) for n in range(0, lanes, 4)]
                losses.append(np.concatenate(pieces))
        return np.concatenate(losses)

    def _step(self, r, piece, state):
        network, rate = self._networks[r], self._trainer.rate
        if self._trainer.fails == self._seeds[r] and self._updates >= 50:
            rate = 1e30
        carried = self._states[r] if state is None else tuple(array[: piece.lanes] for array in state)
        with np.errstate(all="ignore"):
            outputs, after = network.run(piece.inputs, piece.starts, carried)
            losses = step_losses("real", piece.targets, outputs).astype(np.float32)
            error = (outputs - piece.targets)[:, -1] * piece.weights[:, -1:]
            if piece.weights.any():
                self._speeds[r] = np.float32(0.9) * self._speeds[r] + after[0].T @ error / np.float32(len(error))
                *others, readout = network.weights()
                network.load([*others, readout - np.float32(rate) * self._speeds[r]])
                self._updates += 1
        if state is None:
            self._states[r] = after
        return losses

    def state(self):
        return {
            "weights": [network.weights() for network in self._networks],
            "carry": [list(state) for state in self._states],
            "speeds": [speed.copy() for speed in self._speeds],
            "updates": self._updates,
        }

    def restore(self, state):
        for network, weights in zip(self._networks, state["weights"], strict=True):
            network.load(weights)
        self._states = [tuple(carry) for carry in state["carry"]]
        self._speeds, self._updates = list(state["speeds"]), state["updates"]


@dataclass(frozen=True)
class Readout(AbstractTrainer):
    """Learns the readout by gradient descent with momentum: a stream, or mini-batches of four of ``sequences``.

    The network of the seed ``fails`` blows up after 50 updates.
    """

    rate: float = 0.03
    lanes: int = 2
    sequences: int | None = None
    patience: int | None = None
    fails: int | None = None

    def learner(self, network, objective, seed):
        return ReadoutLearner([network], self, [seed])

    def replicas(self, networks, objective, seeds):
        return ReadoutLearner(list(networks), self, list(seeds))

    def feed(self, task, network, seed, steps, epochs):
        if self.sequences is None:
            return StreamFeed(task.stream(seed, self.lanes), self.lanes, steps or 2000)
        chunk = task.sample(seed, self.sequences, 8)
        return EpochFeed(network, FixedSets.of(chunk, 0.25), 4, steps or 2000, self.patience, seed)

    def truncation_length(self, objective):
        return None


@hookimpl
def seqtasks_models():
    yield Entry("elman", "An Elman network in NumPy.", f"{__name__}:ElmanModel")


@hookimpl
def seqtasks_trainers():
    yield Entry("still", "Learns nothing.", f"{__name__}:Still")
    yield Entry("readout", "Learns the readout alone.", f"{__name__}:Readout")
