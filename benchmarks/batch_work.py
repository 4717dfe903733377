"""The work of every contender of batch.py: epochs over the same sequences, from the same weights, with validation."""

import time

from seqtasks.tasks.prev_bit import PrevBit

SEQUENCES, LENGTH, BATCH = 10_000, 32, 512
HELD = SEQUENCES // 10
EPOCHS = 2  # of a repetition
LEARNING_RATE = 0.01


def sequences():
    """Inputs and targets (B, T, 1) of training and of validation."""
    chunk = PrevBit().sample(seed=0, sequences=SEQUENCES, length=LENGTH)
    x, y, trained = chunk.inputs, chunk.targets, SEQUENCES - HELD
    return (x[:trained], y[:trained]), (x[trained:], y[trained:])


class Contender:
    """One way to learn.

    Args:
        learn: Learns so many epochs, each with its validation; returns the last validation loss.
    """

    def __init__(self, learn):
        self._learn = learn
        self._learn(1)  # compiles
        self._epochs, self._loss = 1, 0.0

    def run(self):
        """A repetition: sequence steps learned per second, in a time that includes validation."""
        before = time.perf_counter()
        self._loss = self._learn(EPOCHS)
        self._epochs += EPOCHS
        return EPOCHS * (SEQUENCES - HELD) * LENGTH / (time.perf_counter() - before)

    def losses(self):
        """The last validation loss, and after how many epochs."""
        return float(self._loss), self._epochs
