"""How a stream is fed."""

import numpy as np
import pytest

from seqtasks.feeds.stream import StreamFeed
from seqtasks.tasks.prev_bit import PrevBit


@pytest.mark.parametrize(("steps", "total"), [(1, 3), (3, 3), (7, 9), (300, 300)])
@pytest.mark.parametrize("ask", [1, 5, 10**6])
def test_the_budget_is_whole_steps_of_every_lane_and_kept(steps, total, ask):
    """Rounded up to three lanes, however it is asked for, and what is fed is the stream."""
    feed = StreamFeed(PrevBit().stream(0, 3), 3, steps)
    assert feed.total == total
    chunks = []
    while (chunk := feed.take(ask)) is not None:
        chunks.append(chunk.inputs)
        assert feed.learned() is None
    whole = PrevBit().stream(0, 3).take(total // 3)
    np.testing.assert_array_equal(np.concatenate(chunks, axis=1), whole.inputs)


def test_values_are_in_the_order_of_time():
    """Both lanes of a step, then the next step."""
    feed = StreamFeed(PrevBit().stream(0, 2), 2, 10)
    np.testing.assert_array_equal(feed.in_order(np.array([[0, 2, 4], [1, 3, 5]])), np.arange(6))


@pytest.mark.parametrize("first", [0, 3, 7, 20])
def test_a_feed_goes_on_from_the_end_of_a_smaller_budget(first):
    """The stream's next steps, up to the larger one; a smaller one than was fed already gives no more."""
    feed = StreamFeed(PrevBit().stream(0, 3), 3, max(first, 1) * 3)
    if first:
        feed.take(3 * first)
    later = StreamFeed(PrevBit().stream(0, 3), 3, 60)
    later.restore(feed.state())
    chunk = later.take(10**6)
    if first == 20:
        assert chunk is None
    else:
        np.testing.assert_array_equal(chunk.inputs, PrevBit().stream(0, 3).take(20).inputs[:, first:])
    smaller = StreamFeed(PrevBit().stream(0, 3), 3, 1)
    smaller.restore(feed.state())
    assert (smaller.take(1) is None) == (first > 0)
