"""How a fixed set is fed: order, budget, validation and early stopping, with fake networks and learners."""

from itertools import chain
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import Chunk, FixedSets, Shapes
from seqtasks.feeds.epochs import EpochFeed
from seqtasks.tasks.delay import Delay

T = 5


class Constant(AbstractNetwork):
    """Predicts one number everywhere."""

    shapes = Shapes(1, 1)
    value = 0.0

    def weights(self):
        return [np.array(self.value)]

    def load(self, weights):
        self.value = float(weights[0])

    def initial_state(self, batch_size):
        return ()

    def compile(self, batch_size):
        pass

    def run(self, inputs, starts, state):
        return np.full(inputs.shape, self.value), state


def numbered(sequences):
    """Sequence n has the input n everywhere, target 0, weight 1."""
    x = np.broadcast_to(np.arange(sequences, dtype=np.float32)[:, None, None], (sequences, T, 1))
    return Chunk(x, np.zeros_like(x), np.ones((sequences, T), np.float32), np.zeros((sequences, T), bool))


def feed_of(sequences=20, validation=0.0, batch=4, steps=10**6, patience=None, seed=0):
    network = Constant()
    return EpochFeed(network, FixedSets.of(numbered(sequences), validation), batch, steps, patience, seed), network


def drained(feed, ask=1):
    """The numbers of the sequences fed, chunk by chunk, until the end."""
    fed = []
    while (chunk := feed.take(ask)) is not None:
        fed.append(chunk.inputs[:, 0, 0].astype(int).tolist())
        feed.learned()
    feed.finish()
    return fed


def test_every_epoch_has_each_sequence_once_in_an_order_of_its_own():
    """Three epochs of 18 sequences in mini-batches of four, the last of them half full."""
    feed, _ = feed_of(sequences=18, steps=3 * 18 * T)
    fed = drained(feed)
    assert [len(chunk) for chunk in fed] == [4, 4, 4, 4, 2] * 3
    epochs = np.array([*chain(*fed)]).reshape(3, 18)
    assert all(sorted(epoch) == list(range(18)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in [*epochs, range(18)]}) == 4


def test_the_order_is_the_seeds():
    """The same seed the same order, another seed another."""
    first, again, other = (drained(feed_of(steps=100, seed=seed)[0]) for seed in (0, 0, 1))
    assert first == again
    assert first != other


@pytest.mark.parametrize("ask", [1, 45, 10**9])
def test_asking_for_more_gives_whole_mini_batches_of_the_same_order(ask):
    """However much is asked for, mini-batches are the same, and none reaches over the end of an epoch."""
    small, large = (drained(feed_of(sequences=18, steps=400)[0], ask=n) for n in (1, ask))
    assert [*chain(*small)] == [*chain(*large)]
    assert all(len(chunk) % 4 == 0 or len(chunk) % 18 in (2, 10, 14, 0) for chunk in large)


@pytest.mark.parametrize(("steps", "total"), [(1, 20), (20, 20), (21, 40), (81, 90), (90, 90), (91, 110), (200, 200)])
def test_the_budget_is_whole_mini_batches_and_kept(steps, total):
    """Rounded up to mini-batches of 4 x 5 steps; an epoch of 18 sequences has 90, its last mini-batch 10."""
    feed, _ = feed_of(sequences=18, steps=steps)
    assert feed.total == total
    assert sum(len(chunk) for chunk in drained(feed)) * T == total


def test_what_is_held_back_is_the_end_and_is_never_fed():
    """A quarter of twenty: the last five."""
    feed, _ = feed_of(validation=0.25, steps=150)
    assert {*chain(*drained(feed))} == set(range(15))


def stopped_after(losses, patience, steps=10**6):
    """How many epochs were fed, and the loss gone back to, where epoch e ends with that validation loss."""
    feed, network = feed_of(sequences=8, validation=0.5, batch=4, steps=steps, patience=patience)
    for epoch, loss in enumerate(losses):
        if feed.take(1) is None:
            feed.finish()
            return epoch, network.value**2
        network.value = loss**0.5
        assert feed.learned() == {"loss": pytest.approx(loss, nan_ok=True)}
    feed.finish()
    return len(losses), network.value**2


def test_early_stopping_goes_back_to_the_best():
    """Best in the second epoch; with patience 2 it ends after the fourth, with patience 3 the fifth is better."""
    losses = [5.0, 2.0, 4.0, 3.0, 1.0, 6.0, 6.0, 6.0, 6.0]
    assert stopped_after(losses, 2) == (4, pytest.approx(2.0))
    assert stopped_after(losses, 3) == (8, pytest.approx(1.0))


def test_without_patience_nothing_is_gone_back_to():
    """The last weights stay."""
    assert stopped_after([1.0, 2.0, 3.0], None) == (3, pytest.approx(3.0))


def test_the_end_of_the_budget_goes_back_to_the_best_too():
    """Two epochs of four sequences; the first was better."""
    assert stopped_after([1.0, 2.0, 9.0], 5, steps=2 * 4 * T) == (2, pytest.approx(1.0))


def test_values_are_in_the_order_of_the_sequences():
    """A curve follows the sequences, not time within them."""
    feed, _ = feed_of()
    np.testing.assert_array_equal(feed.in_order(np.arange(6).reshape(2, 3)), np.arange(6))


@pytest.mark.parametrize("last", [1.0, 3.0])
def test_a_budget_that_ends_within_an_epoch_is_validated_there_and_then(last):
    """After one epoch of two mini-batches and half another: the better of both is kept."""
    feed, network = feed_of(sequences=16, validation=0.5, batch=4, steps=3 * 4 * T, patience=9)
    values = iter([9.0, 2.0, last])
    validated = []
    while feed.take(1) is not None:
        network.value = next(values) ** 0.5
        validated.append(feed.learned())
    assert validated == [None, {"loss": pytest.approx(2.0)}, None]
    assert feed.finish() == {"loss": pytest.approx(last)}
    assert network.value**2 == pytest.approx(min(last, 2.0))


@pytest.mark.parametrize("steps", range(20, 8 * 20 + 1, 20))
@pytest.mark.parametrize("patience", [None, 1, 2])
def test_a_feed_goes_on_from_the_end_of_a_smaller_budget(steps, patience):
    """What is fed, validated and gone back to is that of one run of the larger budget, wherever the smaller ended."""

    def trained(feed, network, losses):
        fed, validated = [], []
        while (chunk := feed.take(1)) is not None:
            fed += chunk.inputs[:, 0, 0].tolist()
            network.value = next(losses) ** 0.5
            validated.append(feed.learned())
        return fed, validated, (str(feed.state()), network.value), feed.finish(), network.value, feed.best_epoch

    values = [9.0, 8.0, 5.0, 3.0, 8.0, 4.0, 7.0, 7.0, 7.0, 2.0]  # three epochs of three mini-batches, and one more
    asked = {"sequences": 14, "validation": 0.25, "batch": 4, "patience": patience}
    whole = trained(*feed_of(steps=8 * 20, **asked), iter(values))
    losses = iter(values)
    smaller, network = feed_of(steps=steps, **asked)
    first = trained(smaller, network, losses)
    feed, network = feed_of(steps=8 * 20, **asked)
    feed.restore(smaller.state())
    network.value = first[2][1]
    second = trained(feed, network, losses)
    assert (first[0] + second[0], first[1] + second[1], *second[2:]) == whole


def test_the_best_epoch_is_the_one_whose_weights_are_restored():
    """Counted from 1; none without patience; the last one may be incomplete."""
    feed, network = feed_of(sequences=16, validation=0.5, batch=4, steps=5 * 4 * T, patience=2)
    for value in (9.0, 3.0, 9.0, 2.0):
        assert feed.take(1) is not None
        network.value = value
        feed.learned()
    assert (feed.best_epoch, feed.stopped) == (2, False)
    feed.take(1)
    network.value = 1.0
    feed.finish()
    assert (feed.best_epoch, network.value) == (3, 1.0)
    network.value = 4.0
    feed.finish()
    assert (feed.best_epoch, network.value) == (2, 2.0)
    assert feed_of()[0].best_epoch is None


def test_a_feed_that_has_stopped_keeps_the_best_weights():
    """Whatever happens to the network, and after the feed is restored; one that has not stopped keeps nothing."""
    feed, network = feed_of(sequences=8, validation=0.5, batch=4, patience=1)
    for value, stopped in ((2.0, False), (3.0, True)):
        assert feed.take(1) is not None
        network.value = value
        feed.learned()
        assert feed.stopped is stopped
        feed.keep()
        assert network.value == 2.0
    network.value = 5.0
    feed.keep()
    assert (network.value, feed.take(1)) == (2.0, None)
    again, other = feed_of(sequences=8, validation=0.5, batch=4, patience=1)
    again.restore(feed.state())
    assert (other.value, again.best_epoch, again.take(1)) == (2.0, 1, None)


class Scores:
    """A metric f1 that grows with the network's number, is 1 for all negative numbers, and is not defined for 7."""

    def __call__(self, chunk, outputs):
        value = float(outputs[0, 0, 0])
        return {"f1": np.nan if value == 7 else 1.0 if value < 0 else value / 10}

    def check(self, chunk, part):
        assert (chunk.lanes, part) == (4, "validation")


def best_by_score(values, patience=2):
    """The validation of each epoch, and the epoch and the number that were restored."""
    network = Constant()
    feed = EpochFeed(network, FixedSets.of(numbered(8), 0.5), 4, 10**6, patience, 0, metrics=Scores())
    validated = []
    for value in values:
        if feed.take(1) is None:
            break
        network.value = value
        validated.append(feed.learned())
    feed.finish()
    return validated, feed.best_epoch, network.value


def test_the_best_epoch_is_that_of_the_highest_score():
    """Whatever the loss is; both are returned."""
    validated, epoch, value = best_by_score([1.0, 3.0, 2.0, 1.0, 9.0])
    assert validated[0] == {"loss": pytest.approx(1.0), "f1": pytest.approx(0.1)}
    assert (len(validated), epoch, value) == (4, 2, 3.0)


def test_the_loss_decides_between_equal_scores():
    """A metric of few labels stays the same for epochs in which the loss falls."""
    validated, epoch, value = best_by_score([-4.0, -3.0, -2.0, -5.0, -5.0])
    assert (len(validated), epoch, value) == (5, 3, -2.0)


def test_a_score_that_is_not_defined_is_the_worst():
    """It is never preferred to one that is."""
    assert best_by_score([7.0, 1.0, 7.0, 7.0, 5.0])[1:] == (2, 1.0)


@given(
    st.integers(1, 13), st.integers(1, 6), st.integers(1, 200), st.integers(1, 200), st.sampled_from([0.0, 0.1, 0.5])
)
def test_mini_batches_of_any_size_feed_whole_epochs(sequences, batch, steps, ask, validation):
    """Every epoch has each training sequence once, and the budget is kept, whatever divides what."""
    feed, _ = feed_of(sequences, validation, batch, steps)
    left = sequences - round(validation * sequences)
    assume(left > 0)
    fed = [*chain(*drained(feed, ask))]
    assert len(fed) * T == feed.total
    assert steps <= feed.total < steps + batch * T
    epochs = [fed[first : first + left] for first in range(0, len(fed), left)]
    assert all(sorted(epoch) == list(range(left)) for epoch in epochs[:-1])
    assert len(set(epochs[-1])) == len(epochs[-1])


@pytest.mark.parametrize(("patience", "more", "passes"), [(None, False, 20), (5, False, 200), (5, True, 267)])
def test_budget_where_none_is_set(patience, more, passes):
    """Twenty epochs, or at most two hundred where patience ends them, and a third of them for a quarter of the data."""

    def split(seed, sequences, length, validation):
        return FixedSets.of(numbered(sequences), validation)

    def whole(seed, sequences, length, lanes):
        return numbered(lanes)

    task = SimpleNamespace(shapes=Shapes(1, 1), depth=1, sequences=40, split=split, whole=whole)
    feed = EpochFeed.drawn(
        task,
        Constant(),
        sequences=None,
        length=T,
        batch=4,
        steps=None,
        epochs=None,
        seed=0,
        validation=0.25,
        learn_validation=more,
        patience=patience,
    )
    assert feed.total == passes * 30 * T


LOSSES = [5.0, 4.0, 3.0, 2.0, 9.0, 9.0]  # of epochs; patience 2 stops after the last one, and the fourth is the best


def continuing(steps=10**6):
    """A feed of eight sequences, half of them for validation, and of four that are numbered from 100."""
    network, whole = Constant(), numbered(4)
    whole = Chunk(whole.inputs + 100, whole.targets, whole.weights, whole.starts)
    sets = FixedSets.of(numbered(8), 0.5)
    return EpochFeed(network, sets, 2, steps, 2, 0, whole=whole, share=0.2), network


def epochs_fed(feed, network, first=0):
    """The numbers fed in each chunk. The validation losses of epochs are LOSSES, later weights are -1, -2,..."""
    fed, chunks = [], first
    while (chunk := feed.take(1)) is not None:
        fed.append(chunk.inputs[:, 0, 0].astype(int).tolist())
        chunks += 1
        epoch = -(-chunks // 2) - 1
        network.value = LOSSES[epoch] ** 0.5 if epoch < len(LOSSES) else float(len(LOSSES) - 1 - epoch)
        feed.learned()
    feed.finish()
    return fed


def test_the_validation_data_are_learned_after_the_best_epoch_was_chosen():
    """A fifth for validation and a best epoch 4 give one more epoch; its weights stay, those before it are known."""
    feed, network = continuing()
    fed = epochs_fed(feed, network)
    assert {*chain(*fed[:12])} == set(range(4))
    assert sorted(chain(*fed[12:])) == [100, 101, 102, 103]
    assert (network.value, feed.best_epoch, feed.stopped) == (-1.0, 4, True)
    assert float(feed.held_out_weights[0]) == pytest.approx(2.0**0.5)
    assert feed.sets.training.lanes == feed.sets.validation.lanes == 4
    network.value = 7.0  # another replica learned on
    feed.keep()
    assert network.value == -1.0


@pytest.mark.parametrize("cut", range(15))
def test_a_feed_that_learns_the_validation_data_goes_on_where_it_was(cut):
    """Cut anywhere, the rest is that of the feed which was not cut."""
    feed, network = continuing()
    whole = epochs_fed(feed, network)
    cut_feed, cut_network = continuing(steps=max(1, cut) * 2 * T)
    before_cut = epochs_fed(cut_feed, cut_network)
    again, resumed = continuing()
    again.restore(cut_feed.state())
    assert before_cut + epochs_fed(again, resumed, first=len(before_cut)) == whole
    assert (resumed.value, again.best_epoch) == (network.value, feed.best_epoch)
    np.testing.assert_array_equal(again.held_out_weights, feed.held_out_weights)


def test_the_validation_data_are_learned_after_200_epochs_at_the_latest(monkeypatch):
    """Here after three: the third is the best so far."""
    monkeypatch.setattr("seqtasks.feeds.epochs.MOST_EPOCHS", 3)
    feed, network = continuing()
    fed = epochs_fed(feed, network)
    assert [len({*chain(*fed[:6])}), sorted(chain(*fed[6:]))] == [4, [100, 101, 102, 103]]
    assert (feed.best_epoch, feed.stopped) == (3, True)
    assert float(feed.held_out_weights[0]) == pytest.approx(3.0**0.5)


def test_a_budget_that_ends_before_patience_learns_no_validation_data():
    """The best weights so far are restored."""
    feed, network = continuing(steps=8 * 2 * T)
    fed = epochs_fed(feed, network)
    assert {*chain(*fed)} == set(range(4))
    assert network.value == pytest.approx(2.0**0.5)
    assert feed.held_out_weights is None


def test_a_validation_loss_that_is_not_a_number_is_never_the_best():
    """The best epoch before it stays, and patience runs out."""
    assert stopped_after([2.0, float("nan"), float("nan"), 1.0], 2) == (3, pytest.approx(2.0))


def test_the_data_of_both_sets_are_every_nth_of_all_that_were_drawn():
    """A task that divides what it draws has some of its validation sequences among them."""
    task = Delay(lag=1)
    sets, whole = task.split(0, 40, 6, 0.25), task.whole(0, 40, 6, 30)
    keys = [{one.tobytes() for one in chunk.inputs} for chunk in (sets.training, sets.validation, whole)]
    assert whole.lanes == 30
    assert keys[2] <= keys[0] | keys[1]
    assert keys[2] & keys[1]
    assert keys[2] & keys[0]
