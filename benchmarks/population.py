"""Many seeds of one network in one program: what they learn, what their optimizer holds, and what is left of it.

Nothing is printed here; `stays_learned.py` and `why_it_falls_apart.py` do.
"""

from collections.abc import Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.catalogue.host import Host
from seqtasks.core.loss import evaluate
from seqtasks.core.task import AbstractTask
from seqtasks.core.trainer import AbstractLearner
from seqtasks.feeds.side_by_side import SideBySide
from seqtasks.feeds.stream import StreamFeed
from seqtasks.running.result import SOLVED

GRU = "gru:recurrent_initializer=orthogonal"  # Keras's own initial weights
CHUNK = 5_000
ENDLESS = 2**40


@final
class Population:
    """One network for each seed, fed side by side.

    Args:
        task: Its spec, or a task.
        model: Its spec, or a model.
        seeds: Of weights and streams.
    """

    def __init__(self, task: str | AbstractTask, model: Any, seeds: Sequence[int]) -> None:
        self.host = Host.start()
        self.task: Any = self._make("tasks", task)
        self.seeds = list(seeds)
        built = self._make("models", model)
        self.networks = [built.build(self.task.shapes, seed) for seed in self.seeds]
        self.learner: AbstractLearner | None = None
        self.steps = 0

    def use(self, trainer: str) -> None:
        """Learn with this trainer from here on, with new optimizer slots, and from the streams' start at first."""
        made = self._make("trainers", trainer)
        if len(self.seeds) == 1:  # a trainer may know nothing else
            self.learner = made.learner(self.networks[0], self.task.objective, self.seeds[0])
        else:
            self.learner = made.replicas(self.networks, self.task.objective, self.seeds)
        if not self.steps:
            streams = [self.task.stream(seed, made.lanes) for seed in self.seeds]
            self.feed = SideBySide([StreamFeed(stream, made.lanes, ENDLESS) for stream in streams])
            self.lanes = made.lanes

    def become(self, model: Any) -> None:
        """Go on as networks of another model with the same weights, to be given a trainer."""
        new = [model.build(self.task.shapes, seed) for seed in self.seeds]
        for old, network in zip(self.networks, new, strict=True):
            network.load(old.weights())
        self.networks = new

    def learn(self, until: int) -> NDArray[Any]:
        """Learn until so many steps are behind: the loss before each of the updates, (R, steps)."""
        found = [np.zeros((len(self.seeds), 0))]
        while self.steps < until:
            chunk = self.feed.take(min(CHUNK, until - self.steps) * self.lanes)
            assert self.learner is not None
            assert chunk is not None
            losses = self.learner.learn(chunk)
            self.steps += chunk.steps
            found.append(losses.reshape(len(self.seeds), self.lanes, -1).mean(axis=1))
        return np.concatenate(found, axis=1)

    def losses(self) -> NDArray[Any]:
        """Each network's loss on fresh data."""
        return np.array(
            [evaluate(each, self.task.test(s)).loss for each, s in zip(self.networks, self.seeds, strict=True)]
        )

    def solved(self) -> int:
        """How many have solved the task."""
        sticks = self.task.yardsticks()
        return sum(bool(np.isfinite(loss) and sticks.skill(loss) >= SOLVED) for loss in self.losses())

    def slots(self) -> list[NDArray[Any]]:
        """What Adam holds of each weight, (R, n) each: mean gradient, mean square, and with AMSGrad its maximum."""
        assert self.learner is not None
        held = [array for array in self.learner.state()["slots"] if np.ndim(array) > 0]
        count = len(self.networks[0].architecture.trainable)
        groups = [held[0 : 2 * count : 2], held[1 : 2 * count : 2], held[2 * count :]]
        return [self._flat(group) for group in groups if group]

    def weights(self) -> NDArray[Any]:
        """All weights, (R, n)."""
        return self._flat([np.stack(arrays) for arrays in zip(*(each.arrays for each in self.networks), strict=True)])

    def _flat(self, arrays: list[NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate([array.reshape(len(self.seeds), -1) for array in arrays], axis=1)

    def _make(self, shelf: str, what: Any) -> Any:
        return self.host.make(shelf, self.host.spec(shelf, what)) if isinstance(what, str) else what
