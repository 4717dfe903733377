"""How sequences are put together for learners: each step once, in order, and padding without weight."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.estimators.data.sequence_dataset import SequenceDataset, concatenate, pad
from seqtasks.estimators.data.sequences import PaddedSequences
from seqtasks.estimators.training.fitted_network import BATCH_SIZE, outputs_at

LENGTHS = st.lists(st.integers(1, 5), min_size=1, max_size=12)


def dataset_of(lengths, weights=None):
    """Sequences whose input at each step is a number of its own, from 1."""
    lengths = np.array(lengths)
    given = PaddedSequences(np.zeros((len(lengths), lengths.max(), 1)), lengths)
    numbers = np.arange(1.0, lengths.sum() + 1)
    given.values[given.mask] = numbers[:, None]
    weights = np.ones(len(numbers)) if weights is None else np.repeat(weights, lengths)
    return SequenceDataset.from_rows(given, given.mask, 10 * numbers[:, None], weights)


def counted(chunk, lane):
    return chunk.inputs[lane, chunk.weights[lane] > 0, 0].tolist()


@given(LENGTHS, st.integers(1, 6), st.randoms(use_true_random=False))
def test_lanes_hold_the_sequences_one_after_another(lengths, lanes, random):
    """Lane b holds sequences b, b + B, ... of the order, each from an episode start; nothing else has weight."""
    dataset = dataset_of(lengths)
    order = list(range(len(lengths)))
    random.shuffle(order)
    chunk = dataset.stream(np.array(order), lanes)
    assert chunk.lanes == lanes
    for lane in range(lanes):
        own = order[lane::lanes]
        assert counted(chunk, lane) == [x for n in own for x in dataset.inputs[n, : lengths[n], 0]]
        begins = [dataset.inputs[n, 0, 0] for n in own]
        assert chunk.inputs[lane, chunk.starts[lane] & (chunk.weights[lane] > 0), 0].tolist() == begins
    there = chunk.weights > 0
    np.testing.assert_array_equal(chunk.targets[there], 10 * chunk.inputs[there])


@given(LENGTHS, st.integers(0, 3))
def test_padding_adds_lanes_without_weight(lengths, more):
    """The given lanes are as they were, and the others are zeros."""
    chunk = dataset_of(lengths).chunk(np.arange(len(lengths)))
    filled = pad(chunk, chunk.lanes + more)
    for name in ("inputs", "targets", "weights", "starts"):
        np.testing.assert_array_equal(getattr(filled, name)[: chunk.lanes], getattr(chunk, name))
    assert filled.lanes == chunk.lanes + more
    assert not filled.weights[chunk.lanes :].any()
    assert not filled.inputs[chunk.lanes :].any()


def test_joined_chunks_follow_one_another():
    """In lanes, and in time."""
    first, second = (dataset_of([3, 3]).chunk(np.array(order)) for order in ([0, 1], [1, 0]))
    assert concatenate([first, second], axis=0).inputs[:, 0, 0].tolist() == [1, 4, 4, 1]
    assert concatenate([first, second], axis=1).inputs[0, :, 0].tolist() == [1, 2, 3, 4, 5, 6]


@given(LENGTHS, st.data())
def test_a_dataset_has_only_sequences_that_count(lengths, data):
    """Those of weight 0 are left out, the mean weight of the others' steps is 1, and no row is added."""
    weights = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(lengths), max_size=len(lengths))))
    weights[data.draw(st.integers(0, len(lengths) - 1))] = 2
    dataset = dataset_of(lengths, weights)
    assert len(dataset) == (weights > 0).sum()
    assert dataset.mask.any(axis=1).all()
    np.testing.assert_allclose(dataset.weights[dataset.mask].mean(), 1)
    last = len(dataset) - 1
    assert len(dataset.subset(np.array([last, last]))) == 2


class Sum:
    """A network whose output is the sum of its inputs so far, and which counts its calls."""

    def initial_state(self, batch_size):
        return np.zeros((batch_size, 1))

    def run(self, inputs, starts, state):
        assert len(inputs) == len(starts) == len(state) == BATCH_SIZE
        return state[:, None] + np.cumsum(inputs, axis=1), state


@pytest.mark.parametrize("n", [1, 2, 63, 64, 65, 127, 128, 129])
@pytest.mark.parametrize("asked", ["last", "ragged", "of few sequences"])
def test_outputs_of_any_number_of_sequences(n, asked):
    """At every edge of a block, and of blocks in which no step is asked for."""
    inputs = np.random.default_rng(n).normal(size=(n, 4, 1))
    places = np.zeros((n, 4), bool)
    if asked == "last":
        places[:, -1] = True
    elif asked == "ragged":
        places[np.arange(n), np.arange(n) % 4] = True
    else:
        places[n - 1, 2] = True
    np.testing.assert_allclose(outputs_at(Sum(), inputs, places), np.cumsum(inputs, axis=1)[places])
