"""Trainers that break one promise each, and the one they would be: gradient descent with momentum, in NumPy."""

import random
from dataclasses import dataclass

import numpy as np

from seqtasks.core.loss import step_losses
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer
from seqtasks.errors import UsageError
from seqtasks.feeds.stream import StreamFeed

FAULTS = {
    "chance of its own": "determinism",
    "global random numbers": "determinism",
    "nothing is written back": "determinism",
    "an update at a piece's end": "pieces",
    "compiling learns": "pieces",
    "an update for no steps": "pieces",
    "momentum left behind": "resuming",
    "a count left behind": "resuming",
    "a state of objects": "resuming",
    "updates at weight 0": "zero-weight-steps",
    "losses after the update": "losses-before",
    "one loss for all lanes": "losses-before",
    "uphill": "easiest-task",
    "one momentum for all": "side-by-side",
    "no numbers but alone": "side-by-side",
}


class Line(AbstractNetwork):
    """y = a x + b."""

    def __init__(self, shapes, seed):
        self._shapes, self.line = shapes, np.random.default_rng(seed).normal(size=2)

    @property
    def shapes(self):
        return self._shapes

    def initial_state(self, batch_size):
        return (np.zeros((batch_size, 1)),)

    def compile(self, batch_size):
        pass

    def run(self, inputs, starts, state):
        return self.line[0] * inputs + self.line[1], state

    def weights(self):
        return [self.line.copy()]

    def load(self, weights):
        self.line = np.array(weights[0])


class Descent(AbstractLearner):
    """Of lines side by side."""

    def __init__(self, fault, networks):
        self.fault, self.networks, self.count = fault, networks, 0
        self.speed = np.zeros((len(networks), 2))

    @property
    def updates(self):
        return self.count

    def compile(self, chunk):
        if self.fault == "compiling learns":
            self.learn(chunk)

    def learn(self, chunk):
        if self.fault == "global random numbers":
            random.random()
        own = [chunk.lanes_at(lanes) for lanes in np.split(np.arange(chunk.lanes), len(self.networks))]
        steps = [[self._step(r, each.between(t, t + 1)) for t in range(chunk.steps)] for r, each in enumerate(own)]
        self.count += int(np.sum([t[1] for t in steps[0]], dtype=int)) if steps[0] else 0
        if self.fault == "an update at a piece's end" or (self.fault == "an update for no steps" and not chunk.steps):
            self.networks[0].line = self.networks[0].line * 0.99
        if not chunk.steps:
            return np.zeros(chunk.weights.shape)
        losses = np.concatenate([np.concatenate([loss for loss, _ in each], axis=1) for each in steps])
        if self.fault == "no numbers but alone" and len(self.networks) > 1:
            losses = losses * np.nan
        return losses[:1] if self.fault == "one loss for all lanes" else losses

    def _step(self, r, step):
        network, place = self.networks[r], 0 if self.fault == "one momentum for all" else r
        before = network.line.copy()
        outputs, _ = network.run(step.inputs, step.starts, None)
        losses = step_losses("real", step.targets, outputs)
        counts = bool(step.weights.any()) or self.fault == "updates at weight 0"
        if counts:
            error = ((outputs - step.targets) * step.weights[..., None])[:, 0, 0]
            slope = np.array([(error * step.inputs[:, 0, 0]).mean(), error.mean()])
            slope = -np.clip(slope, -1, 1) if self.fault == "uphill" else slope  # at most so steep: no number overflows
            self.speed[place] = 0.5 * self.speed[place] - 0.05 * slope
            extra = 1e-9 * np.random.default_rng().random() if self.fault == "chance of its own" else 0
            network.line = before if self.fault == "nothing is written back" else before + self.speed[place] + extra
        if self.fault == "losses after the update":
            losses = step_losses("real", step.targets, network.run(step.inputs, step.starts, None)[0])
        return losses, counts

    def state(self):
        state = {"lines": [n.line.copy() for n in self.networks], "speed": self.speed.copy(), "count": self.count}
        if self.fault == "a state of objects":
            state["learner"] = self
        return state

    def restore(self, state):
        for network, line in zip(self.networks, state["lines"], strict=True):
            network.line = np.array(line)
        if self.fault != "momentum left behind":
            self.speed = np.array(state["speed"])
        if self.fault != "a count left behind":
            self.count = int(state["count"])


@dataclass(frozen=True)
class Descending(AbstractTrainer):
    """Learns lines with a fault, or none."""

    fault: str = ""
    lanes: int = 2

    def learner(self, network, objective, seed):
        return self.replicas([network], objective, [seed])

    def replicas(self, networks, objective, seeds):
        return Descent(self.fault, networks)

    def feed(self, task, network, seed, steps, epochs):
        return StreamFeed(task.stream(seed, self.lanes), self.lanes, steps or 4000)

    def truncation_length(self, objective):
        return 1


@dataclass(frozen=True)
class Alone(Descending):
    """One at a time, as trainers are that leave replicas as it is."""

    def learner(self, network, objective, seed):
        return Descent(self.fault, [network])

    def replicas(self, networks, objective, seeds):
        return AbstractTrainer.replicas(self, networks, objective, seeds)


@dataclass(frozen=True)
class Picky(Descending):
    """Takes no network."""

    def learner(self, network, objective, seed):
        raise UsageError("It learns nothing.", "Give it nothing.")
