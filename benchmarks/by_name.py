"""Networks and a trainer by their names in the catalogue, learning prev-bit, side by side if there are several."""

import resource
import time

from seqtasks.catalogue.host import Host
from seqtasks.errors import SeqtasksError
from seqtasks.feeds.side_by_side import SideBySide

ADAM = "clip=none,optimizer=adam,optimizer.learning_rate=0.001"
ENDLESS = 10**12
LONG_ENOUGH = 0.5  # seconds


class ByName:
    """One model and trainer, made when first asked for.

    Args:
        model: The model's spec.
        trainer: The trainer's spec.
        count: How many networks learn side by side, each from a stream of its own.
    """

    def __init__(self, model, trainer, count=1):
        self._specs = {"tasks": "prev-bit", "models": model, "trainers": trainer}
        self._seeds = range(count)
        self._steps = 1
        self.networks, self._before = [], 0.0

    def made(self):
        """None when everything is made and compiled, or a sentence that says why it cannot be."""
        try:
            host = Host.start()
            task, model, trainer = (host.make(shelf, host.spec(shelf, text)) for shelf, text in self._specs.items())
            self.networks = [model.build(task.shapes, seed) for seed in self._seeds]
            self._before = peak()
            self._learner = trainer.replicas(self.networks, task.objective, list(self._seeds))
            feeds = [
                trainer.feed(task, network, seed, ENDLESS, None)
                for network, seed in zip(self.networks, self._seeds, strict=True)
            ]
        except SeqtasksError as error:
            return str(error)
        self._feed = SideBySide(feeds)
        self._learn(1)
        return None

    def _learn(self, steps):
        self._learner.learn(self._feed.take(steps))

    def rate(self):
        """Steps per second of all networks together, over at least half a second, the making of the data included."""
        return self._rate(time.perf_counter)

    def processor_rate(self):
        """The same by seconds of a processor, which other programs on the machine do not change."""
        return self._rate(time.process_time)

    def _rate(self, clock):
        while True:
            before = clock()
            self._learn(self._steps)
            took = clock() - before
            if took >= LONG_ENOUGH:
                return self._steps * len(self._seeds) / took
            self._steps *= 2

    def sizes(self):
        """Of one network: the numbers of its state, the arrays that they are, and the recurrent weights."""
        state = self.networks[0].initial_state(batch_size=1)
        *recurrent, _, _ = self.networks[0].weights()  # then the readout's matrix and offset
        return sum(array.size for array in state), len(state), sum(array.size for array in recurrent)

    def memory(self):
        """The peak resident size so far in MiB, and what of it came after the networks were made: the learner's."""
        return peak(), peak() - self._before


def peak():
    """The largest resident size of this process so far in MiB (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
