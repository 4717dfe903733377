"""Tasks that break one promise each, and the task they would be: the previous bit, drawn for each lane and step."""

import random
from dataclasses import dataclass, replace

import numpy as np

from seqtasks.core.task import AbstractStream, AbstractTask, Chunk, Encoding, Shapes, Yardsticks

FAULTS = {
    "inputs of another type": "form",
    "weights for each output": "form",
    "not a number where nothing counts": "ranges",
    "no start": "episodes",
    "a negative weight": "episodes",
    "nothing counts": "episodes",
    "sequences unlike streams": "sequences",
    "sequences of no seed": "sequences",
    "two columns": "encoding",
    "a scale of zero": "encoding",
    "no seed": "seeding",
    "one seed": "seeding",
    "global random numbers": "seeding",
    "memory of a piece": "chunks",
    "a start in each piece": "chunks",
    "half a state": "resuming",
    "a state of objects": "resuming",
    "a state that moves on": "resuming",
    "lanes drawn together": "lanes",
    "one lane many times": "lanes",
    "judged on what was learned": "fresh-data",
    "another law than declared": "law",
    "a law along time": "law",
    "the next bit": "causality",
    "a hidden coin": "causality",
    "memoryless worse than chance": "ordered",
    "nothing to learn": "ordered",
    "chance too high": "chance",
    "chance too low": "chance",
    "memoryless too low": "memoryless",
    "memoryless too high": "memoryless",
    "optimum too high": "optimum-unbeaten",
    "optimum too low": "optimum-reached",
    "depth too small": "depth",
    "depth too large": "depth",
}
STICKS = {
    "memoryless worse than chance": Yardsticks(0.25, 0.3, 0.0),
    "nothing to learn": Yardsticks(0.25, 0.25, 0.25),
    "chance too high": Yardsticks(0.3, 0.25, 0.0),
    "chance too low": Yardsticks(0.2, 0.2, 0.0),
    "memoryless too low": Yardsticks(0.25, 0.15, 0.0),
    "optimum too high": Yardsticks(0.25, 0.25, 0.05),
    "optimum too low": Yardsticks(0.25, 0.25, 0.02),
}


@dataclass(frozen=True)
class PreviousBit(AbstractTask):
    """y[t] = x[t - 1], but for a fault."""

    fault: str = ""
    shapes = Shapes(1, 1)

    @property
    def depth(self):
        return {"depth too small": 1, "depth too large": 3}.get(self.fault, 2)

    @property
    def encoding(self):
        plain = Encoding.plain(self.shapes)
        columns = {"columns": ("a", "b"), "means": (0.0, 0.0), "scales": (1.0, 1.0)}
        faulty = {"two columns": columns, "a scale of zero": {"scales": (0.0,)}}
        return replace(plain, **faulty.get(self.fault, {}))

    def yardsticks(self):
        if self.fault == "memoryless too high":
            return Yardsticks(0.25, 0.25, 0.0)
        return STICKS.get(self.fault, Yardsticks(0.25, 0.25, 0.0))

    def stream(self, seed, lanes):
        return Bits(self.fault, seed, lanes)

    def sample(self, seed, sequences, length):
        if self.fault == "sequences of no seed":
            return self.stream(fresh(), sequences).take(length)
        chunk = super().sample(seed, sequences, length)
        return replace(chunk, starts=chunk.starts & False) if self.fault == "sequences unlike streams" else chunk

    def test(self, seed):
        if self.fault == "judged on what was learned":
            return self.stream(seed, 64).take(1600)
        return super().test(seed)


@dataclass(frozen=True)
class Declared(PreviousBit):
    """The same, telling its law."""

    lags = (1,)

    def law(self, x):
        match self.fault:
            case "another law than declared":
                return 1 - x[1]
            case "a law along time":
                return x[1][:, ::-1].cumsum(axis=1)[:, ::-1]
        return x[1]

    def stream(self, seed, lanes):
        return Applied(self, seed, lanes) if self.fault == "a law along time" else super().stream(seed, lanes)


class Real(Declared):
    """The same of numbers that are not whole."""

    def stream(self, seed, lanes):
        return Numbers(self, seed, lanes)


class Bits(AbstractStream):
    """A bit for each lane and step."""

    def __init__(self, fault, seed, lanes):
        self.fault, self.lanes, self.t, self.before = fault, lanes, 0, np.zeros((lanes, 1))
        self.seed = {"no seed": fresh(), "one seed": 0}.get(fault, seed)
        self.moving = np.zeros(1, np.int64)

    def take(self, steps):
        x = self._bits(0, steps + 1)
        if self.fault == "global random numbers":
            random.random()
        y = np.concatenate([self.before, x[:, :-2]], axis=1)[:, :steps]
        if self.fault == "memory of a piece":
            y[:, :1] = 0
        if self.fault == "the next bit":
            y = x[:, 1:]
        if self.fault in ("a hidden coin", "optimum too low"):
            y = np.abs(y - (self._bits(1, steps, 0.1) if self.fault == "optimum too low" else self._bits(1, steps)))
        x = x[:, :steps]
        if self.fault == "memoryless too high":
            y = x
        self.before = x[:, -1:] if steps else self.before
        weights, starts = np.ones(x.shape, np.float32), np.zeros(x.shape, bool)
        weights[:, : max(0, 1 - self.t)] = 0
        starts[:, : int(self.t == 0 or self.fault == "a start in each piece")] = True
        self.t += steps
        self.moving += steps
        return self._spoilt(Chunk(x[..., None].astype(np.float32), y[..., None].astype(np.float32), weights, starts))

    def _spoilt(self, chunk):
        if self.fault == "inputs of another type":
            return replace(chunk, inputs=chunk.inputs.astype(np.float64))
        if self.fault == "weights for each output":
            return replace(chunk, weights=chunk.weights[..., None])
        if self.fault == "not a number where nothing counts":
            return replace(chunk, targets=np.where(chunk.weights[..., None] > 0, chunk.targets, np.float32("nan")))
        if self.fault == "no start":
            return replace(chunk, starts=chunk.starts & False)
        if self.fault == "a negative weight":
            return replace(chunk, weights=chunk.weights - np.float32(0.5))
        return replace(chunk, weights=chunk.weights * np.float32(self.fault != "nothing counts"))

    def _bits(self, series, steps, p=0.5):
        """Of the steps from now on, drawn again from the start."""
        if self.fault == "lanes drawn together":
            numbers = np.random.default_rng([self.seed, series]).random((self.t + steps, self.lanes)).T
        else:
            lanes = np.arange(self.lanes) * (self.fault != "one lane many times")
            numbers = np.stack(
                [np.random.default_rng([self.seed, series, lane]).random(self.t + steps) for lane in lanes]
            )
        return (numbers[:, self.t :] < p).astype(float)

    def state(self):
        if self.fault == "a state of objects":
            return {"t": self.t, "before": self.before.copy(), "stream": self}
        if self.fault == "half a state":
            return {"t": self.t}
        if self.fault == "a state that moves on":
            return {"t": self.moving, "before": self.before.copy()}
        return {"t": self.t, "before": self.before.copy()}

    def restore(self, state):
        self.t = int(np.sum(state["t"]))
        self.moving[:] = self.t
        self.before = np.array(state.get("before", np.zeros((self.lanes, 1))))


class Applied(AbstractStream):
    """What the law makes of all bits of a piece at once."""

    def __init__(self, task, seed, lanes):
        self.task, self.bits = task, Bits("", seed, lanes)

    def take(self, steps):
        chunk = self.bits.take(steps)
        x = chunk.inputs[..., 0].astype(int)
        y = self.task.law({1: x[:, :-1]})
        return replace(chunk, targets=np.concatenate([y[:, :1], y], axis=1)[..., None].astype(np.float32))

    def state(self):
        return self.bits.state()

    def restore(self, state):
        self.bits.restore(state)


class Numbers(Applied):
    """A bit and a quarter, and what the law makes of them."""

    def take(self, steps):
        chunk = self.bits.take(steps)
        x = chunk.inputs[..., 0] + np.float32(0.25)
        y = x[:, :-1] if self.task.fault == "another law than declared" else self.task.law({1: x[:, :-1]})
        y = np.concatenate([y[:, :1], y], axis=1)[..., None].astype(np.float32)
        return replace(chunk, inputs=x[..., None], targets=y)


def fresh():
    """A seed that nobody can know."""
    return int(np.random.SeedSequence().generate_state(1)[0])
