"""Arrays of a user as series: which rows continue which, what is padding, and what targets mean."""

import numpy as np
import pytest

from seqtasks.diagnosis.keras_model.arrays import aligned
from seqtasks.diagnosis.keras_model.continuity import gain_of_earlier_rows
from seqtasks.diagnosis.keras_model.data import Data
from seqtasks.diagnosis.objective import Objective
from seqtasks.diagnosis.padding import Padding
from seqtasks.errors import DataError


def data(X, y, outputs=(None, 1), kind="real"):
    return Data.of(X, y, kind, outputs, symbols=False, steps=True)


def test_rows_of_batches_are_joined():
    """Row b of each batch follows row b of the batch before; a batch that is not full is left out."""
    rows = np.arange(14.0).reshape(7, 2, 1)
    series = data(rows, rows, (None, 2, 1)).joined_series(3)
    assert series.inputs[..., 0].tolist() == [[0, 1, 6, 7], [2, 3, 8, 9], [4, 5, 10, 11]]
    assert series.counted.all()


def test_only_the_last_step_of_a_row_has_its_target():
    """One target for a row belongs to the last step, or to the last one that is not padded."""
    X = np.arange(1.0, 41.0).reshape(10, 4, 1)
    X[::2, 2:] = 0
    series = data(X, np.arange(10.0)).rows_as_series()
    assert series.counted[:2].tolist() == [[False, True, False, False], [False, False, False, True]]
    assert series.target_rows(np.flatnonzero(series.counted))[:, 0].tolist() == list(range(10))


def test_sliding_rows_are_windows_of_one_series():
    """The series is found, and each target belongs to the end of its window."""
    x = np.arange(10.0) ** 2
    found = data(np.lib.stride_tricks.sliding_window_view(x, 4)[:, :, None], x[3:])
    assert found.sliding
    series = found.underlying_series()
    assert series.inputs[0, :, 0].tolist() == x.tolist()
    assert np.array_equal(series.targets[series.counted], series.inputs[series.counted])
    assert series.counted.sum() == 7


@pytest.mark.parametrize("side", ["front", "end"])
def test_padding_is_found_at_either_end(side):
    """Lengths and mask are those that the rows were made with."""
    lengths = np.random.default_rng(0).integers(3, 10, 50)
    real = np.arange(16) < lengths[:, None]
    real = real if side == "end" else real[:, ::-1]
    found = Padding.of(np.random.default_rng(1).normal(size=(50, 16, 2)) * real[..., None])
    assert (found.side, found.value.tolist()) == (side, [0.0, 0.0])
    assert np.array_equal(found.lengths, lengths)
    assert np.array_equal(found.mask(), real)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_runs_of_equal_bits_are_no_padding(p):
    """A bit that ends a row is as frequent elsewhere."""
    assert Padding.of((np.random.default_rng(0).random((500, 12, 1)) < p).astype(float)) is None


@pytest.mark.parametrize(
    ("targets", "kind", "outputs", "expected"),
    [
        (np.zeros(6), "real", (None, 1), (6, 1)),
        (np.zeros((6, 4)), "real", (None, 4, 1), (6, 4, 1)),
        (np.zeros((6, 3)), "real", (None, 3), (6, 3)),
        (np.zeros(6, int), "class", (None, 5), (6, 1)),
        (np.zeros((6, 4), int), "class", (None, 4, 5), (6, 4, 1)),
        (np.eye(5)[[0, 1, 2, 3, 4, 0]], "class", (None, 5), (6, 1)),
    ],
    ids=["row", "step", "columns", "class", "class of steps", "one-hot"],
)
def test_targets_have_the_axes_of_rows_steps_and_outputs(targets, kind, outputs, expected):
    """Whatever form ``fit`` received."""
    assert aligned(targets, kind, outputs, steps=4).shape == expected


def test_one_hot_targets_are_their_classes():
    """The place of the one."""
    assert aligned(np.eye(3)[[2, 0]], "class", (None, 3), steps=4)[:, 0].tolist() == [2, 0]


@pytest.mark.parametrize(("distance", "helps"), [(1, True), (8, False)])
def test_earlier_rows_help_where_rows_continue_one_another(distance, helps):
    """Consecutive rows of a series, whose targets are the inputs of two steps before."""
    x = (np.random.default_rng(0).random(960) < 0.5).astype(float)
    rows = data(x.reshape(-1, 2, 1), np.roll(x, 2).reshape(-1, 2, 1), (None, 2, 1))
    gain = gain_of_earlier_rows(Objective("real"), rows, distance)
    assert gain.helps == helps
    assert gain.without == pytest.approx(0.25, abs=0.02)  # the variance of a bit
    assert gain.with_earlier == pytest.approx(0.0 if helps else 0.25, abs=0.05)


def test_too_few_rows_say_nothing():
    """The error names the number."""
    with pytest.raises(DataError, match="cannot be tested with 5 rows"):
        gain_of_earlier_rows(Objective("real"), data(np.zeros((5, 2, 1)), np.zeros((5, 2, 1)), (None, 2, 1)), 1)


def test_a_silence_that_all_rows_have_is_no_padding():
    """Bits to remember, followed by the steps in which they are asked for."""
    X = np.zeros((200, 20, 1))
    X[:, :5] = np.random.default_rng(0).random((200, 5, 1)) < 0.5
    assert Padding.of(X) is None


def test_targets_of_other_steps_than_those_of_the_inputs_are_named():
    """A forecast of three steps from four belongs to no step of the inputs."""
    found = data(np.random.default_rng(0).normal(size=(9, 4, 1)), np.zeros((9, 3, 1)), (None, 3, 1))
    with pytest.raises(DataError, match="A row of y has 3 steps, and a row of X 4"):
        found.rows_as_series()


def test_equal_steps_behind_the_only_target_of_a_row_are_padding():
    """All rows have eight steps and then zeros: with one target for each row, nothing is to be done there."""
    X = np.zeros((200, 20, 1))
    X[:, :8] = np.random.default_rng(0).normal(size=(200, 8, 1))
    found = data(X, np.zeros(200)).padding
    assert (found.side, set(found.lengths)) == ("end", {8})
    assert data(X, np.zeros((200, 20, 1)), (None, 20, 1)).padding is None
    X[:, 8:18] = np.random.default_rng(1).normal(size=(200, 10, 1))  # a cue of two steps
    assert data(X, np.zeros(200)).padding is None
