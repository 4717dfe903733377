"""Fixed sets of sequences as a task."""

from math import log

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import seqtasks
from seqtasks.core.task import Shapes
from seqtasks.errors import DataError, SeqtasksError, UsageError
from seqtasks.feeds.epochs import EpochFeed
from seqtasks.tasks.sequences import Sequences
from seqtasks.trainers.batch import Batch

RNG = np.random.default_rng(0)
X = RNG.normal(3, 2, (20, 6, 2))
LABELS = np.array(["no", "yes"])[(X[:, 0, 0] > 3).astype(int)]
SETS = {name: (X + shift, LABELS) for name, shift in (("train", 0), ("validation", 1), ("test", 2))}


def task(**settings):
    return Sequences.of(SETS["train"], SETS["validation"], SETS["test"], **settings)


def file(tmp_path, **arrays):
    np.savez(tmp_path / "s.npz", **arrays)
    return str(tmp_path / "s.npz")


def test_sets_are_those_of_the_user_standardised_by_the_training_set():
    """One target a sequence, at its last step."""
    made = task()
    mean, scale = X.mean(axis=(0, 1)), X.std(axis=(0, 1))
    for chunk, shift in ((made.sets.training, 0), (made.sets.validation, 1), (made.test(5), 2)):
        np.testing.assert_allclose(chunk.inputs, (X + shift - mean) / scale, rtol=1e-5, atol=1e-6)
        assert chunk.weights.tolist() == [[0, 0, 0, 0, 0, 1]] * 20
        assert chunk.starts.tolist() == [[True, *[False] * 5]] * 20
        np.testing.assert_array_equal(chunk.targets[:, -1, 0], LABELS == "yes")
    assert made.shapes == Shapes(2, 1, "binary")
    assert made.encoding.classes == ("no", "yes")
    assert (made.sequences, made.objective.sequence_length) == (20, 6)


def test_a_file_is_the_same_task(tmp_path):
    """Its arrays are named by their sets."""
    arrays = {f"{part}_{name}": array for name, pair in SETS.items() for part, array in zip("Xy", pair, strict=True)}
    made = Sequences(file(tmp_path, **arrays))
    for one, other in ((made.sets.training, task().sets.training), (made.test(0), task().test(1))):
        np.testing.assert_array_equal(one.inputs, other.inputs)
        np.testing.assert_array_equal(one.targets, other.targets)
    assert made.yardsticks() == task().yardsticks()


def test_chance_is_the_best_constant_of_the_training_set():
    """Frequencies for labels, the mean for numbers."""
    p = np.mean(LABELS == "yes")
    assert task().yardsticks().chance == pytest.approx(-p * log(p) - (1 - p) * log(1 - p))
    y = X.sum(axis=(1, 2))
    made = Sequences.of((X, y), test=(X[:5], y[:5]), validation_share=0)
    assert made.yardsticks().chance == pytest.approx(np.mean((y[:5] - y.mean()) ** 2) / y.var())
    assert (made.encoding.outputs[0].mean, made.encoding.outputs[0].scale) == pytest.approx((y.mean(), y.std()))


def test_sequences_of_several_lengths_are_padded():
    """Padding has weight 0; the target of a sequence is at its last step, those of steps at each."""
    ragged = [X[i, : i % 5 + 2] for i in range(20)]
    lengths = np.array([len(one) for one in ragged])
    by_sequence = Sequences.of((ragged, LABELS), test=SETS["test"], validation_share=0).sets.training
    assert by_sequence.weights.argmax(axis=1).tolist() == (lengths - 1).tolist()
    assert by_sequence.weights.sum() == 20
    steps = Sequences.of((ragged, [one[:, 0] for one in ragged]), validation_share=0, test_share=0.25)
    assert steps.sets.training.weights.sum() + steps.test(0).weights.sum() == lengths.sum()


@given(st.integers(1, 4), st.integers(0, 5), st.lists(st.integers(1, 6), min_size=3, max_size=8))
def test_streams_pass_over_every_sequence_without_its_padding(lanes, seed, lengths):
    """Each lane sees each of them once before any again."""
    ragged = [np.arange(length) * 10.0 + 100 * n for n, length in enumerate(lengths)]
    made = Sequences.of((ragged, list(ragged)), test=(ragged, ragged), validation_share=0)
    chunk = made.stream(seed, lanes).take(sum(lengths))
    column = made.encoding
    values = chunk.inputs[..., 0] * column.scales[0] + column.means[0]
    assert [sorted(np.round(lane).tolist()) for lane in values] == [sorted(np.concatenate(ragged).tolist())] * lanes
    assert (chunk.starts == (np.round(values) % 100 == 0)).all()
    assert chunk.weights.all()


def test_shares_are_drawn_at_random_and_are_apart():
    """Sorted sequences do not end up in one set by their order, and the seed of a run changes nothing."""
    y = np.arange(50.0)
    made = Sequences.of((np.repeat(y[:, None], 4, axis=1), y), validation_share=0.2, test_share=0.2)
    scale, mean = made.encoding.outputs[0].scale, made.encoding.outputs[0].mean
    chunks = (made.sets.training, made.sets.validation, made.test(0), made.test(1))
    train, validation, test, again = (np.round(chunk.targets[:, -1, 0] * scale + mean) for chunk in chunks)
    assert (len(train), len(validation), len(test)) == (32, 8, 10)
    assert sorted(np.concatenate([train, validation, test])) == y.tolist()
    np.testing.assert_array_equal(test, again)
    assert test.min() < 15
    assert test.max() > 35


@pytest.mark.parametrize("counts", [(90, 8, 2), (50, 50), (97, 1, 1, 1), (300, 30, 3), (4, 4, 4)])
def test_drawn_sets_have_the_same_share_of_every_label(counts):
    """A rare label stays in the training set, so that a network can learn it; others are drawn in proportion."""
    y = np.repeat([f"label {k}" for k in range(len(counts))], counts)
    made = Sequences.of((np.zeros((len(y), 3, 1)) + np.arange(len(y))[:, None, None], y), kind="class")
    chunks = (made.sets.training, made.sets.validation, made.test(0))
    train, validation, test = (np.bincount(c.targets[:, -1, 0], minlength=len(counts)) for c in chunks)
    assert train.all()
    np.testing.assert_array_equal(train + validation + test, counts)
    assert test.sum() == round(0.2 * len(y))
    assert np.abs(test - test.sum() * (np.array(counts) - 1) / (len(y) - len(counts))).max() <= 1


def test_labels_that_all_differ_are_drawn_as_they_come():
    """No label could stay, so the test set has labels that the training set lacks, which is refused."""
    with pytest.raises(DataError, match="The test set has the label"):
        Sequences.of((X, np.arange(20)), kind="class").test(0)


@pytest.mark.parametrize("setting", [{"sequences": 5}, {"length": 4}, {"validation": 0.2}])
def test_settings_of_drawn_sets_are_refused(setting):
    """The sets are the user's."""
    (name,) = setting
    with pytest.raises(UsageError, match=f"so that {name} cannot be set"):
        Batch(**setting).feed(task(), None, 0, None, None)


def test_an_epoch_is_the_training_set_and_the_validation_set_is_the_users():
    """Nothing is held back a second time."""
    feed = Batch(batch_size=7, patience=3).feed(task(), None, 0, None, epochs=2)
    assert isinstance(feed, EpochFeed)
    assert feed.total == 2 * 20 * 6
    chunk = feed.take(10**6)
    assert sorted(chunk.inputs[:, 0, 0].tolist()) == sorted(task().sets.training.inputs[:, 0, 0].tolist())
    np.testing.assert_array_equal(feed.sets.validation.inputs, task().sets.validation.inputs)


def test_patience_needs_a_validation_set():
    """And says so."""
    made = Sequences.of(SETS["train"], test=SETS["test"], validation_share=0)
    with pytest.raises(UsageError, match="the task has no validation set"):
        Batch(patience=3).feed(made, None, 0, None, None)


NAN = X.copy()
NAN[3, 2, 1] = np.nan
REFUSED = {
    "nan": ((NAN, LABELS), {}, "train: X is nan in sequence 4, step 3, feature 2."),
    "count": ((X, LABELS[:9]), {}, "train: y has shape (9,) for 20 sequences."),
    "words": ((np.full((20, 6), "a"), LABELS), {}, "train: X does not hold numbers:"),
    "flat": ((np.zeros(20), LABELS), {}, "train: X does not hold sequences with equal numbers of features"),
    "features": (([np.zeros((2, 1)), np.zeros((2, 3))], LABELS[:2]), {}, "train: X does not hold"),
    "none": (([], []), {}, "train: X holds no sequences."),
    "empty": (([np.zeros((0, 1)), np.zeros((2, 1))], [0, 1]), {}, "train: X does not hold sequences"),
    "one-label": ((X, ["a"] * 20), {}, "the training set has one label, a."),
    "constant": ((X, np.ones(20)), {}, "the target is 1.0 in the whole training set."),
    "not-two": ((X, np.arange(20) % 3), {"kind": "binary"}, "the target has 3 labels, not two."),
    "weights": ((X, LABELS, np.ones(3)), {}, "train: weights has shape (3,)."),
    "negative": ((X, LABELS, -np.ones(20)), {}, "train: a weight is negative or not finite."),
    "per-step": ((X, LABELS), {"targets": "step"}, "train: y has shape (20,) for sequences of 6 steps."),
    "ragged": (([X[0], X[1, :3]], [np.ones(6), np.ones(4)]), {}, "train: y and X have sequences of different lengths."),
    "alone": ((1.0, LABELS), {}, "train: X is a single float."),
    "no-target": ((X, None), {}, "train: y is a single NoneType."),
    "mixed-labels": ((X, np.array([1, "1"] * 10, object)), {}, "train: y holds neither numbers nor texts of one type."),
    "times": ((X.astype("M8[s]"), LABELS), {}, "train: X does not hold numbers: Cannot cast"),
    "several": ((X, np.tile(LABELS[:, None], 5)), {}, "y has 5 labels for each of its steps or sequences."),
    "huge-weight": ((X, LABELS, np.full(20, 1e300)), {}, "train: a weight is negative or not finite."),
    "nan-target": ((X, np.full(20, np.nan)), {}, "a target is not a finite number."),
    "no-tuple": ([X, LABELS], {}, "The train set is not a tuple."),
}


@pytest.mark.parametrize(("train", "settings", "message"), REFUSED.values(), ids=REFUSED)
def test_arrays_that_do_not_fit_are_refused(train, settings, message):
    """One sentence with the place, and a hint."""
    with pytest.raises(SeqtasksError) as caught:
        Sequences.of(train, **settings).yardsticks()
    assert message in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("name", ["validation", "test"])
@pytest.mark.parametrize("value", [np.nan, np.inf, 1e60])
def test_numbers_that_a_network_cannot_see_are_refused_in_every_set(name, value):
    """By the set, the sequence, and the step: else a loss would not be a number."""
    y = X[:, :, 0]
    target, inputs = y.copy(), X.copy()
    target[4, 2], inputs[4, 2, 1] = value, value
    for pair, what in (((X, target), "a target"), ((inputs, y), "an input")):
        if what == "an input" and not np.isfinite(value):
            continue  # found where arrays are checked
        with pytest.raises(
            DataError, match=f"{what} of the {name} set is not finite or too large, in sequence 5, step 3"
        ):
            Sequences.of((X, y), **{name: pair}).yardsticks()


def test_targets_of_several_lengths_have_the_type_of_all():
    """Whole numbers in the first sequence do not cut those of the second, and short labels not long ones."""
    ragged = [X[0, :2], X[1, :3]]
    numbers = Sequences.of((ragged, [np.array([1, 2]), np.array([1.5, 2.5, 4])]), test=(ragged, [[1, 2], [1, 2, 3]]))
    assert numbers._sets["train"].targets[1].tolist() == [1.5, 2.5, 4]
    labels = Sequences.of((ragged, [["a", "b"], ["aa", "ab", "b"]]), test=(ragged, [["a", "b"], ["aa", "ab", "b"]]))
    assert labels._sets["train"].targets[1].tolist() == ["aa", "ab", "b"]


@pytest.mark.parametrize(
    "y",
    [pd.Series(LABELS), pd.Series(LABELS).astype("category"), LABELS.astype(object), LABELS[:, None], list(LABELS)],
    ids=["series", "categories", "objects", "column", "list"],
)
def test_labels_are_those_of_any_container(y):
    """Of pandas, too."""
    made = Sequences.of((X, y), test=SETS["test"])
    assert made.encoding.classes == ("no", "yes")
    assert made.shapes.kind == "binary"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "foo"}, "sequences: kind=foo is not one of its choices."),
        ({"test_share": 0}, "sequences: test_share=0 is out of range."),
        ({"path": "x"}, "sequences has no setting path."),
    ],
)
def test_settings_from_python_are_checked(settings, message):
    """As those of a spec."""
    with pytest.raises(UsageError) as caught:
        seqtasks.sequences(SETS["train"], **settings)
    assert caught.value.message == message


def test_a_label_of_the_test_set_alone_is_refused():
    """The network has no output for it."""
    test = (X, np.array(["maybe", *LABELS[1:]]))
    with pytest.raises(DataError, match="The test set has the label maybe, and the training set does not"):
        Sequences.of(SETS["train"], test=test).yardsticks()


FILES = {
    "other": ({"a": X}, "has an array a."),
    "no-y": ({"X": X}, "has no array y."),
    "mixed": ({"X": X, "y": LABELS, "X_test": X, "y_test": LABELS}, "has arrays with and without the name of a set."),
    "no-train": ({"X_test": X, "y_test": LABELS}, "has no training set."),
    "lengths": ({"X": X, "y": LABELS, "lengths": [6] * 19 + [9]}, "the length of sequence 20 is 9."),
    "half-lengths": ({"X": X, "y": LABELS, "lengths": [4.7] * 20}, "the length of sequence 1 is 4.7."),
    "scalars": ({"X": 1.0, "y": 2.0}, "X is a single ndarray."),
    "no-number": ({"X": X, "y": LABELS, "weights": ["a"] * 20}, "weights does not hold numbers"),
}


@pytest.mark.parametrize(("arrays", "message"), FILES.values(), ids=FILES)
def test_files_that_hold_no_sets_are_refused(tmp_path, arrays, message):
    """One sentence, and what arrays are called."""
    with pytest.raises(DataError) as caught:
        Sequences(file(tmp_path, **arrays)).yardsticks()
    assert message in caught.value.message
    assert caught.value.hint


def test_a_file_that_is_none_is_refused(tmp_path):
    """By its name, absent, or damaged."""
    (tmp_path / "a.npz").write_bytes(b"PK\3\4damaged")
    for name in ("a.csv", "b.npz", "a.npz"):
        with pytest.raises(DataError):
            Sequences(str(tmp_path / name)).yardsticks()


@pytest.mark.tensorflow
def test_a_network_learns_sequences_of_its_user():
    """The first of five to nine numbers, by the best epoch on the validation set; from a run of a few seconds."""
    rng = np.random.default_rng(1)
    X = [rng.normal(0, 30, (rng.integers(3, 6), 1)) for _ in range(400)]
    y = np.array([5000 + one[0, 0] for one in X])
    made = seqtasks.sequences((X, y))
    run = seqtasks.run(made, model="gru:units=16", seed=0, epochs=60, progress=False)
    assert run.skill > 0.9
    assert run.trainer.startswith("batch")
    assert len(run.history["validation"]["loss"]) > 5
    with pytest.raises(UsageError, match="sequences has no setting kin"):
        seqtasks.sequences((X, y), kin="real")
