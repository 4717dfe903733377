"""A plugin file of a trainer whose runs fail, hang or take their process down, as their seed asks for."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer
from seqtasks.errors import DataError
from seqtasks.feeds.stream import StreamFeed


class IdleLearner(AbstractLearner):
    """Learns nothing."""

    updates = 0

    def compile(self, chunk):
        pass

    def learn(self, chunk):
        return np.ones(chunk.weights.shape, np.float32)

    def state(self):
        return {}

    def restore(self, state):
        pass


@dataclass(frozen=True)
class Trouble(AbstractTrainer):
    """Learns nothing, and logs the seed of each run that starts.

    Args:
        log: A file that gets a line for each run.
        fails: The seed that fails.
        hangs: The seed that hangs.
        dies: The seed whose process is killed.
        once: Whether it fails or is killed only the first time.
        pause: Seconds that each run sleeps.
    """

    log: str
    fails: int | None = None
    hangs: int | None = None
    dies: int | None = None
    once: bool = False
    pause: float = 0.0

    def learner(self, network, objective, seed):
        seen = Path(self.log).read_text().split() if Path(self.log).exists() else []
        with open(self.log, "a") as file:
            file.write(f"{seed}\n")
        time.sleep(self.pause)
        good = self.once and str(seed) in seen
        if seed == self.fails and not good:
            raise DataError("There is no room.", "Make some.")
        if seed == self.hangs:
            time.sleep(1000)
        if seed == self.dies and not good:
            os.kill(os.getpid(), signal.SIGKILL)
        return IdleLearner()

    def feed(self, task, network, seed, steps, epochs):
        return StreamFeed(task.stream(seed, 1), 1, steps or 100)

    def truncation_length(self, objective):
        return None


@hookimpl
def seqtasks_trainers():
    yield Entry("trouble", "Fails, hangs, and dies.", f"{__name__}:Trouble")
