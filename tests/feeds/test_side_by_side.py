"""Feeds of several replicas as one."""

import numpy as np
import pytest

from seqtasks.core.task import Chunk, FixedSets, Shapes
from seqtasks.feeds.epochs import EpochFeed
from seqtasks.feeds.side_by_side import SideBySide
from seqtasks.feeds.stream import StreamFeed
from seqtasks.tasks.prev_bit import PrevBit


def streams(seeds, lanes=2, steps=20):
    return SideBySide([StreamFeed(PrevBit().stream(seed, lanes), lanes, steps) for seed in seeds])


def epochs(seeds):
    x = np.arange(6, dtype=np.float32)[:, None, None] * np.ones((1, 2, 1), np.float32)
    chunk = Chunk(x, x, np.ones((6, 2), np.float32), np.zeros((6, 2), bool))
    return SideBySide([EpochFeed(None, FixedSets.of(chunk, 0.0), 2, 24, None, seed) for seed in seeds])


def test_lanes_stand_replica_after_replica():
    """Each as it would be fed alone; the budget is that of one."""
    feed = streams([3, 4, 5])
    chunk = feed.take(8)
    assert (feed.total, chunk.lanes, chunk.steps) == (20, 6, 4)
    for r, seed in enumerate([3, 4, 5]):
        alone = streams([seed]).take(8)
        for name in ("inputs", "targets", "weights", "starts"):
            np.testing.assert_array_equal(getattr(chunk, name)[2 * r : 2 * r + 2], getattr(alone, name))


def test_values_are_in_each_replicas_own_order():
    """Streams in the order of time, epochs sequence after sequence."""
    values = np.arange(8).reshape(4, 2)
    assert streams([0, 1]).in_order(values).tolist() == [[0, 2, 1, 3], [4, 6, 5, 7]]
    assert epochs([0, 1]).in_order(values).tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_the_end_comes_for_all_at_once():
    """Half of the budget is left, then nothing."""
    feed = streams([0, 1])
    assert feed.take(10).steps == 5
    assert feed.take(100).steps == 5
    assert feed.take(1) is None


@pytest.mark.parametrize("made", [streams, epochs])
def test_each_goes_on_where_its_state_was_taken(made):
    """The same chunk again."""
    feed, again = made([0, 7]), made([0, 7])
    feed.take(4)
    again.restore(feed.state())
    np.testing.assert_array_equal(again.take(8).inputs, feed.take(8).inputs)


def test_replicas_have_orders_of_their_own():
    """Two seeds, two orders."""
    first, second = np.split(epochs([0, 1]).take(100).inputs[:, 0, 0], 2)
    assert sorted(first) == sorted(second)
    assert first.tolist() != second.tolist()


class Fake:
    """A network whose validation loss is its number, squared."""

    shapes, value = Shapes(1, 1), 0.0

    def initial_state(self, batch_size):
        return ()

    def run(self, inputs, starts, state):
        return np.full((*starts.shape, 1), self.value), state

    def weights(self):
        return [np.array(self.value)]

    def load(self, weights):
        self.value = float(weights[0])


def test_a_replica_that_stops_keeps_its_best_weights_while_the_others_learn_on():
    """Its place in the chunk is filled with another one's data; the end comes when all have stopped."""
    x = np.zeros((6, 2, 1), np.float32)
    zeros = Chunk(x, x, np.ones((6, 2), np.float32), np.zeros((6, 2), bool))
    networks = [Fake(), Fake()]
    feeds = [EpochFeed(each, FixedSets.of(zeros, 0.5), 3, 10**6, 1, n) for n, each in enumerate(networks)]
    feed, validated = SideBySide(feeds), []
    for first, second in ((1.0, 3.0), (2.0, 2.0), (9.0, 1.0), (9.0, 4.0)):
        assert feed.take(1).lanes == 6
        networks[0].value, networks[1].value = first, second
        validated.append(feed.learned())
        assert networks[0].value == 1.0
    assert validated == [
        [{"loss": 1.0}, {"loss": 9.0}],
        [{"loss": 4.0}, {"loss": 4.0}],
        [None, {"loss": 1.0}],
        [None, {"loss": 16.0}],
    ]
    assert (feed.stopped, feed.best_epochs, networks[1].value) == ([True, True], [1, 3], 1.0)
    assert feed.take(1) is None
