"""Depth, by going through episodes: so many of the last inputs decide the targets, and one less does not."""

import numpy as np
import pytest
from seqtasks_classic_tasks.sequential_digits import SequentialDigits

from seqtasks.catalogue.host import Host

HOST = Host.start(environ={})
DRAWN, LEVELS = 20_000, 8
BEFORE = -1.0  # seen where there is no step yet

DECIDED = [  # so small that many episodes share what is seen of them
    "adding:length=2",
    "adding:length=4",
    "associative-recall:vocabulary=6,pairs=1,length=4",
    "associative-recall:vocabulary=6,pairs=1,length=6",
    "associative-recall:vocabulary=6,pairs=2,length=8",
    "copy-memory:delay=1,pattern=1,symbols=2",
    "copy-memory:delay=2,pattern=3,symbols=2",
    "copy-memory:delay=3,pattern=1,symbols=2,recall_only=true",
    "delayed-match:noise=0,fixation=0,first=1,delay=0,second=1,decision=1",
    "delayed-match:noise=0,fixation=0,delay=0",
    "delayed-match:noise=0,fixation=2,first=3,delay=4,second=2,decision=3",
    "majority:length=3",
    "majority:length=7",
    "modular-arithmetic:modulus=2,operations=1",
    "modular-arithmetic:modulus=3,operations=2",
    "multiplication:length=2",
    "multiplication:length=4",
    "parity:length=2",
    "parity:length=5",
    "selective-copy:length=3,tokens=1,symbols=2",
    "selective-copy:length=5,tokens=2,symbols=2",
    "selective-copy:length=8,tokens=2,symbols=2",
]


def levels(task):
    """Random numbers of many episodes, of eight levels."""
    return np.random.default_rng(0).integers(LEVELS, size=(DRAWN, task.numbers)) / LEVELS


def drawn(task, u):
    """Inputs (E, L, I), targets and weights (E, L)."""
    x, y, w = task.episodes(u)
    return x.reshape(DRAWN, task.length, -1), y, np.broadcast_to(w, y.shape)


def decides(x, y, w, depth):
    """Whether no two steps that count have the same last inputs and different targets."""
    padded = np.pad(x.astype(float), ((0, 0), (depth - 1, 0), (0, 0)), constant_values=BEFORE)
    seen = [(padded[e, t : t + depth].tobytes(), float(y[e, t])) for e, t in np.argwhere(w)]
    windows = {window for window, _ in seen}
    assert len(windows) < 0.9 * len(seen)  # else there would be none to compare
    return len(windows) == len(set(seen))


@pytest.mark.parametrize("spec", DECIDED)
def test_depth_is_the_least_that_decides(spec):
    """Among twenty thousand episodes."""
    task = HOST.make("tasks", HOST.spec("tasks", spec))
    x, y, w = drawn(task, levels(task))
    assert decides(x, y, w, task.depth)
    assert not decides(x, y, w, task.depth - 1)


@pytest.mark.parametrize("spec", ["temporal-order:length=20", "temporal-order:marks=3,length=45"])
def test_temporal_order_s_depth(spec):
    """The same where all distracting symbols are alike."""
    task = HOST.make("tasks", HOST.spec("tasks", spec))
    u = levels(task)
    u[:, : task.length] = 0
    x, y, w = drawn(task, u)
    assert decides(x, y, w, task.depth)
    assert not decides(x, y, w, task.depth - 1)


def test_a_pixel_that_is_black_in_every_image_tells_nothing():
    """The first is, and the second is not; of the rows, the first tells something."""
    task = SequentialDigits("pixel")
    x = np.concatenate([task.test(0).inputs, task.sample(0, 5000, 64).inputs])[..., 0]
    assert not x[:, 0].any()
    assert np.unique(x[:, 1]).size > 1
    assert task.depth == 63
    assert SequentialDigits("row").depth == 8
