"""Prediction intervals from the errors in the validation part."""

from dataclasses import replace

import numpy as np
import pytest

import seqtasks
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import Chunk, Encoding, Output, Shapes
from seqtasks.running.intervals import COVERAGES, measured, with_margins
from seqtasks.tasks.table import Table

PLAIN = Encoding(("x",), (0.0,), (1.0,), (Output("y", 1, scale=2.0),))


class Zero(AbstractNetwork):
    """A network whose outputs are 0: its errors are the targets."""

    shapes = Shapes(1, 1)

    def initial_state(self, batch_size):
        return ()

    def compile(self, batch_size):
        raise NotImplementedError  # abstract, and no margin may depend on it

    def run(self, inputs, starts, state):
        return np.zeros((*starts.shape, 1), np.float32), state

    def weights(self):
        return []

    def load(self, weights):
        raise NotImplementedError  # abstract, and no margin may depend on it


def chunk(targets, weights=1.0):
    targets = np.asarray(targets, np.float32)[..., None]
    shape = targets.shape[:2]
    return Chunk(targets, targets, np.broadcast_to(np.float32(weights), shape), np.zeros(shape, np.bool_))


NOTHING = chunk(np.full((1, 4), 1e9))


def margins(validation, training=NOTHING):
    return dict(with_margins(PLAIN, Zero(), training, validation).outputs[0].margins)


def test_a_margin_is_the_kth_smallest_error_in_the_columns_unit():
    """Of n = 100 errors 2, 4, ..., 200, with k = ceil((n + 1) c); the first halves of sequences do not count."""
    targets = np.concatenate([np.full((10, 10), 1e6), np.arange(1, 101).reshape(10, 10)], axis=1)
    assert margins(chunk(targets)) == {0.5: 102, 0.8: 162, 0.9: 182, 0.95: 192, 0.99: 200}


def test_errors_that_do_not_suffice_have_no_margin():
    """9 errors hold 90 % at most: the greatest of them."""
    targets = np.concatenate([np.zeros((3, 3)), np.arange(1, 10).reshape(3, 3)], axis=1)
    assert margins(chunk(targets)) == {0.5: 10, 0.8: 16, 0.9: 18}
    assert margins(chunk(targets, weights=0.0)) == {}


def test_a_step_of_a_training_sequence_does_not_count():
    """Windows of one series overlap, and a network has smaller errors where it has learned."""
    targets = np.concatenate([np.zeros((3, 3)), np.arange(1, 10).reshape(3, 3)], axis=1)
    assert margins(chunk(targets), training=chunk([[1, 2, 3], [4, 4, 4]])) == {0.5: 14, 0.8: 18}


def test_a_step_in_several_sequences_counts_once():
    """A hundred copies of nine errors are nine errors."""
    targets = np.tile(np.concatenate([np.zeros((3, 3)), np.arange(1, 10).reshape(3, 3)], axis=1), (100, 1))
    assert list(margins(chunk(targets))) == [0.5, 0.8, 0.9]


@pytest.mark.parametrize("coverage", COVERAGES)
def test_intervals_hold_their_share_of_later_values(coverage):
    """Of exchangeable values, within what the numbers allow."""
    rng = np.random.default_rng(0)
    found = with_margins(PLAIN, Zero(), NOTHING, chunk(rng.normal(size=(100, 80))))
    later = np.abs(2 * rng.normal(size=100_000))
    assert np.mean(later <= dict(found.outputs[0].margins)[coverage]) == pytest.approx(coverage, abs=0.015)


def test_the_coverage_in_the_test_part_is_measured():
    """Of counted steps alone; None without a margin."""
    known = replace(PLAIN, outputs=(replace(PLAIN.outputs[0], margins=((0.9, 3.0),)),))
    test = chunk([[1.0, -1.4, 2.0, 9.0]], weights=[[1, 1, 1, 0]])
    assert measured(known, Zero(), test) == {"level": 0.9, "margins": [3.0], "coverage": [pytest.approx(2 / 3)]}
    assert measured(PLAIN, Zero(), test) is None


@pytest.mark.tensorflow
def test_a_run_of_a_table_has_intervals_that_hold(tmp_path):
    """In the record, in the report, and in the encoding that the network's file has."""
    y = np.random.default_rng(0).normal(0, 3, 1500)
    for t in range(1, 1500):
        y[t] -= 0.9 * y[t - 1]
    np.savez(tmp_path / "y.npz", y=y)
    task = Table(str(tmp_path / "y.npz"), "y", ahead="1-2")
    run = seqtasks.run(task, model="gru:units=8", seed=0, epochs=4, progress=False)
    assert run.interval["level"] == 0.9
    assert all(0.8 < share < 0.97 for share in run.interval["coverage"])
    assert "is the 90% interval, which holds" in repr(run)
    assert [dict(one.margins)[0.9] for one in run.encoding.outputs] == pytest.approx(run.interval["margins"])
