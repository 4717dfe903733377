"""A user's own table as a task."""

import csv as csv_module
from dataclasses import replace
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seqtasks.catalogue.host import Host
from seqtasks.core.task import Shapes
from seqtasks.errors import DataError, SeqtasksError, UsageError
from seqtasks.files.prediction import predictions, rows_of
from seqtasks.files.store import Stored
from seqtasks.tasks.horizons import Horizons
from seqtasks.tasks.table import Table
from seqtasks.trainers.batch import Batch

ROWS = 50
LEVEL = np.sin(np.arange(ROWS)) + np.arange(ROWS) / 10
FLOW = np.cos(np.arange(ROWS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


@pytest.fixture(scope="module")
def river(folder):
    """Two columns of numbers, one of three texts."""
    path = folder / "river.npz"
    np.savez(path, level=LEVEL, flow=FLOW, weather=np.array(["dry", "wet", "icy"])[np.arange(ROWS) % 3])
    return str(path)


def csv(folder, column, name="y"):
    path = folder / "one.csv"
    path.write_text("\n".join([name, *map(str, column)]) + "\n")
    return str(path)


def test_inputs_are_every_number_and_the_target_lies_ahead(river):
    """At row t the network sees row t, standardised by the training part, and is asked for row t + ahead."""
    task = Table(river, "level", ahead=3, reference="mean")
    chunk = task.test(seed=0)
    mean, scale = LEVEL[:40].mean(), LEVEL[:40].std()
    np.testing.assert_allclose(chunk.inputs[0, :, 0], (LEVEL[:47] - mean) / scale, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(chunk.inputs[0, :, 1], (FLOW[:47] - FLOW[:40].mean()) / FLOW[:40].std(), atol=1e-6)
    np.testing.assert_allclose(chunk.targets[0, :, 0], (LEVEL[3:] - mean) / scale, rtol=1e-5, atol=1e-6)
    assert task.encoding.columns == ("level", "flow", "weather=dry", "weather=icy", "weather=wet")
    assert task.shapes == Shapes(5, 1, "real")
    assert task.depth is None


def test_the_encoding_gives_the_units_back(river):
    """Names, means and scales are those of the training part."""
    encoding = Table(river, "level", inputs=("flow",), reference="mean").encoding
    assert (encoding.columns, encoding.target, encoding.classes) == (("flow",), "level", ())
    assert encoding.means == pytest.approx((FLOW[:40].mean(),))
    assert encoding.scales == pytest.approx((FLOW[:40].std(),))
    assert (encoding.outputs[0].mean, encoding.outputs[0].scale) == pytest.approx((LEVEL[:40].mean(), LEVEL[:40].std()))


def test_the_test_is_the_whole_table_of_which_the_last_part_counts(river):
    """One lane, one start; the weights single out targets in the last ten rows."""
    chunk = Table(river, "level", ahead=2).test(seed=0)
    targets = np.arange(2, ROWS)
    np.testing.assert_array_equal(chunk.weights[0], targets >= 40)
    np.testing.assert_array_equal(chunk.starts[0], np.arange(48) == 0)


@given(st.integers(0, 5), st.floats(0.05, 0.8), st.integers(0, 99), st.integers(1, 4))
def test_training_never_sees_a_target_of_the_test(river, ahead, share, seed, lanes):
    """Neither stream nor windows reach a row of the test part."""
    task = Table(river, "level", inputs=("flow",), ahead=ahead, test_share=share)
    test = task.test(0)
    last_training = test.targets[0, test.weights[0] == 0, 0]
    for chunk in (task.stream(seed, lanes).take(2 * ROWS), task.sample(seed, lanes, len(last_training))):
        assert np.isin(chunk.targets, last_training).all()
        assert chunk.weights.all()


def test_a_stream_goes_round_the_training_part(river):
    """Lane 0 passes over rows 0..38 again and again, each pass an episode."""
    chunk = Table(river, "level").stream(seed=0, lanes=1).take(100)
    once = Table(river, "level").test(0).inputs[0, :39]
    np.testing.assert_array_equal(chunk.inputs[0], np.concatenate([once, once, once[:22]]))
    assert np.flatnonzero(chunk.starts[0]).tolist() == [0, 39, 78]


def test_lanes_start_spread_over_the_table(river):
    """0, 1/2, 1/4, 3/4 of 39 steps, and an episode starts with every lane."""
    chunk = Table(river, "level").stream(seed=0, lanes=4).take(1)
    np.testing.assert_array_equal(chunk.inputs[:, 0], Table(river, "level").test(0).inputs[0, [0, 19, 9, 29]])
    assert chunk.starts.all()


@given(st.lists(st.integers(0, 60), min_size=1, max_size=5), st.integers(1, 4), st.integers(0, 3))
def test_chunks_lanes_and_restoring_change_nothing(river, lengths, lanes, more):
    """Any cut, any number of lanes and a restored state give the same rows."""
    task = Table(river, "level")
    stream, whole = task.stream(0, lanes), task.stream(1, lanes + more).take(sum(lengths))
    done = 0
    for length in lengths:
        state = dict(stream.state())
        chunk = stream.take(length)
        other = task.stream(0, lanes)
        other.restore(state)
        for again in (other.take(length).inputs, whole.inputs[:lanes, done : done + length]):
            np.testing.assert_array_equal(chunk.inputs, again)
        np.testing.assert_array_equal(chunk.starts, whole.starts[:lanes, done : done + length])
        done += length


def test_windows_are_places_in_the_training_part_that_the_seed_moves(river):
    """Consecutive rows from random places, in the order of time, so that the last are the latest data."""
    task = Table(river, "level")
    rows = task.test(0).inputs[0, :39].tolist()
    chunk = task.sample(seed=5, sequences=30, length=6)
    first = [rows.index(window[0]) for window in chunk.inputs.tolist()]
    assert all(window == rows[f : f + 6] for f, window in zip(first, chunk.inputs.tolist(), strict=True))
    assert len(set(first)) > 10
    assert chunk.starts.sum(axis=0).tolist() == [30, 0, 0, 0, 0, 0]
    assert first == sorted(first)
    np.testing.assert_array_equal(task.sample(5, 30, 6).inputs, chunk.inputs)
    assert (task.sample(6, 30, 6).inputs != chunk.inputs).any()


def test_chance_is_the_better_of_mean_and_persistence(river, folder):
    """A trend is predicted by its last value, noise by its mean; both in units of the training part's variance."""
    expected = np.mean((LEVEL[40:] - LEVEL[38:48]) ** 2) / LEVEL[:40].var()
    baselines = Table(river, "level", ahead=2, reference="mean").yardsticks().baselines
    assert baselines["persistence"] == pytest.approx(expected)
    assert baselines["seasonal persistence"] < expected < baselines["mean"]
    noise = np.random.default_rng(0).normal(size=200)
    expected = np.mean((noise[160:] - noise[:160].mean()) ** 2) / noise[:160].var()
    yardsticks = Table(csv(folder, noise), "y").yardsticks()
    assert yardsticks.chance == pytest.approx(expected)
    assert (yardsticks.memoryless, yardsticks.optimum) == (None, None)


def test_without_looking_ahead_there_is_no_persistence(river):
    """With ahead=0 the target is not an input, and its present value is not a baseline."""
    task = Table(river, "level", ahead=0)
    assert task.encoding.columns == ("flow", "weather=dry", "weather=icy", "weather=wet")
    assert task.yardsticks().chance == pytest.approx(np.mean((LEVEL[40:] - LEVEL[:40].mean()) ** 2) / LEVEL[:40].var())


def test_texts_are_classes_in_alphabetical_order(river):
    """Three of them: three logits, and the frequencies of the training part by chance."""
    task = Table(river, "weather")
    assert task.shapes == Shapes(5, 3, "class")
    assert task.encoding.classes == ("dry", "icy", "wet")
    assert task.test(0).targets[0, :3].tolist() == [[2], [1], [0]]
    counts = {"dry": 14, "wet": 13, "icy": 13}
    tested = ["dry", "wet", "icy"] * 17
    expected = np.mean([-log(counts[tested[row]] / 40) for row in range(40, 50)])
    assert task.yardsticks().chance == pytest.approx(expected)


@pytest.mark.parametrize(
    ("column", "kind", "classes", "targets"),
    [
        (["no", "yes"] * 5, "binary", ("no", "yes"), [1, 0]),
        ([10, 9] * 5, "binary", ("9", "10"), [0, 1]),
        ([True, False] * 5, "binary", ("False", "True"), [0, 1]),
        ([0.5, -1.0] * 5, "binary", ("-1.0", "0.5"), [0, 1]),
        (["true", "FALSE"] * 5, "binary", ("FALSE", "true"), [0, 1]),
        (["1", "01"] * 5, "binary", ("01", "1"), [0, 1]),
        ([10000000000000002, 10000000000000001] * 5, "binary", ("10000000000000001", "10000000000000002"), [0, 1]),
    ],
)
def test_two_values_are_binary_and_the_second_is_one(folder, column, kind, classes, targets):
    """Numbers ascend, texts stand in alphabetical order."""
    path = folder / "two.csv"
    path.write_text("x,y\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(column)))
    task = Table(str(path), "y")
    assert task.shapes == Shapes(len(task.encoding.columns), 1, kind)
    assert task.encoding.classes == classes
    assert task.test(0).targets[0, :2, 0].tolist() == targets
    assert task.test(0).targets.dtype == np.float32


def test_the_kind_can_be_said(folder):
    """Two numbers can be real, three can be classes."""
    assert Table(csv(folder, [0, 1] * 5), "y", kind="real").shapes == Shapes(1, 1, "real")
    assert Table(csv(folder, [1, 3, 2] * 5), "y", kind="class").encoding.classes == ("1", "2", "3")
    assert Table(csv(folder, [1, 3, 2] * 5), "y", kind="class").test(0).targets.dtype == np.int32


def test_a_constant_input_is_harmless(folder):
    """It is 0 throughout."""
    path = folder / "constant.csv"
    path.write_text("x,y\n" + "".join(f"5,{i}\n" for i in range(10)))
    assert not Table(str(path), "y").test(0).inputs[..., 0].any()


FILL = (
    "To fill them in, choose one: missing=forward fills each with the last known value; missing=interpolate, mask and "
    "drop are alternatives."
)
REFUSED = {
    "constant-target": (
        [3] * 10,
        {},
        "FILE: column y is 3 in every row of the training part.",
        "Choose a target that varies, or a smaller test_share.",
    ),
    "one-row": (
        [3],
        {},
        "FILE has 1 row, of which 1 for the test; none of the other 0 has a training target 1 ahead.",
        "Add rows, or choose a smaller test_share or ahead.",
    ),
    "too-few-rows": (
        range(10),
        {"ahead": 8},
        "FILE has 10 rows, of which 2 for the test; none of the other 8 has a training target 8 ahead.",
        "Add rows, or choose a smaller test_share or ahead.",
    ),
    "unseen-class": (
        [*"ababababab", "c"],
        {},
        "FILE: column y, row 11 is c, a class the training part does not have.",
        "The training part ends with row 9: choose a smaller test_share, or join rare classes.",
    ),
    "not-two": (
        [1, 2, 3] * 4,
        {"kind": "binary"},
        "FILE: column y has 3 labels, not two.",
        "Leave kind out, or choose kind=class.",
    ),
    "nothing-to-beat": (
        [*range(8), *[7] * 4],
        {},
        "FILE: the persistence of y is without error in the test part.",
        "Choose a larger test_share or another target.",
    ),
    "no-numbers": (
        ["10%", "20%", "30%"] * 3,
        {},
        "FILE has no column to predict from.",
        'Column y is not an input, because row 1 is "10%", not a number. Write numbers without a percent sign.',
    ),
    "only-the-target": (
        range(10),
        {"ahead": 0},
        "FILE has no column to predict from.",
        "With ahead=0 the target cannot be an input.",
    ),
    "two-rows": (
        [3, 4],
        {},
        "FILE has 2 rows, of which 1 for the test; none of the other 1 has a training target 1 ahead.",
        "Add rows, or choose a smaller test_share or ahead.",
    ),
    "the-same-number-in-two-spellings": (
        ["3", "3.0", "3e0"] * 5,
        {},
        "FILE: column y is 3 in every row of the training part.",
        "Choose a target that varies, or a smaller test_share.",
    ),
    "missing-value-by-name": (
        [1, 2, "NA", 3, 5],
        {},
        "FILE: 1 value is missing: 1 in column y (row 3).",
        FILL,
    ),
    "missing-label": (
        ['""', "a", "b", "a", "b"],
        {},
        "FILE: 1 value is missing: 1 in column y (row 1).",
        FILL,
    ),
    "integer-that-no-float-equals": (
        [*range(9), 10000000000000001],
        {},
        "FILE: column y, row 10 is 10000000000000001, an integer that no double-precision number equals.",
        "Correct the cell or remove the row. For labels, choose kind=class.",
    ),
    "outlier": (
        [*range(1, 9), 1e300],
        {"reference": "mean"},
        "FILE: column y, row 9 is 1e+300, too far from the training part's mean 4 "
        "in units of its standard deviation 2.",
        "Correct the cell, or rescale the column.",
    ),
    "text-as-number": (
        [1, 2, 3, "x", 5],
        {},
        'FILE: column y, row 4 is "x", not a finite number.',
        "Correct the cell or remove the row. For labels, choose kind=class.",
    ),
}


@pytest.mark.parametrize(("column", "settings", "message", "hint"), REFUSED.values(), ids=REFUSED)
def test_data_that_cannot_be_used_is_refused(folder, column, settings, message, hint):
    """Each in one sentence that names the file, the column and the row, with a hint."""
    path = csv(folder, column)
    with pytest.raises(DataError) as caught:
        Table(path, "y", **settings).yardsticks()
    assert (caught.value.message.replace(path, "FILE"), caught.value.hint) == (message, hint)


def test_a_column_that_is_not_there_is_named(river):
    """Of the target as of an input, with the nearest one."""
    for task in (Table(river, "levle"), Table(river, "flow", inputs=("levle",))):
        with pytest.raises(UsageError) as caught:
            _ = task.shapes
        assert caught.value.message == f"{river} has no column levle."
        assert caught.value.hint == "Did you mean level? Its columns are level, flow, weather."


def test_a_sequence_longer_than_the_training_part_is_refused(river):
    """The longest one is named."""
    with pytest.raises(UsageError) as caught:
        Table(river, "level").sample(0, 2, 40)
    assert caught.value.message == (
        f"A sequence of 40 steps does not fit the rows of {river} to train on, which are 39."
    )
    assert caught.value.hint == "Choose a length of at most 39."


def test_inputs_that_cannot_be_are_refused_before_the_file_is_read():
    """Twice the same, or the answer itself."""
    with pytest.raises(UsageError, match=r"(?m)^inputs names column a twice\.$") as caught:
        Table("none.csv", "y", inputs=("a", "a"))
    assert caught.value.hint == "Name each column once."
    with pytest.raises(UsageError) as caught:
        Table("none.csv", "y", inputs=("x", "y"), ahead=0)
    assert caught.value.message == ("With ahead=0 the target y cannot be an input: the network would read the answer.")
    assert caught.value.hint == "Choose ahead=1 or more, or other inputs."


cells = st.sampled_from(
    ["0", "1", "-2.5", "1e300", "1e-320", "nan", "inf", "a", "b", "", " ", '"', "True", "é", "0x1", "1_0"]
)
lines = st.lists(st.lists(cells, min_size=1, max_size=3).map(",".join), max_size=12)


@given(lines, st.sampled_from(["auto", "real", "binary", "class"]), st.integers(0, 3), st.floats(0.01, 0.99))
def test_any_csv_is_a_finite_task_or_a_sentence(folder, rows, kind, ahead, share):
    """Whatever the cells are, a task gives finite data and a positive chance, or says why not."""
    path = folder / "any.csv"
    path.write_text("\n".join(["x,y", *rows]))
    task = Table(str(path), "y", ahead=ahead, kind=kind, test_share=share)
    try:
        chance, chunk = task.yardsticks().chance, task.test(0)
    except SeqtasksError as error:
        chance, chunk = np.inf if error.message and error.hint else 0, None
    assert chance > 0
    if chunk is not None:
        assert np.isfinite(chance)
        assert np.isfinite(chunk.inputs).all()
        assert np.isfinite(chunk.targets).all()
        assert chunk.weights.any()


LABELS = {
    "leading-zeros": (["1", "01", "2"], ("01", "1", "2")),
    "spellings": (["1", "1.0", "1e0"], ("1", "1.0", "1e0")),
    "versions": (["v1.0", "v1", "v2.0"], ("v1", "v1.0", "v2.0")),
    "large": (["10000000000000002", "10000000000000001", "-3"], ("-3", "10000000000000001", "10000000000000002")),
    "underscores": (["2000_01", "2000_02", "2001_01"], ("2000_01", "2000_02", "2001_01")),
    "words": (["nan", "NA", "inf"], ("NA", "inf", "nan")),
    "spaces": (["a", " a", "a "], (" a", "a", "a ")),
    "numbers-and-text": (["10", "9", "x"], ("10", "9", "x")),
    "numbers": (["10", "9", "-1.5"], ("-1.5", "9", "10")),
    "digits-of-another-script": (["٣", "3", "٤"], ("3", "٣", "٤")),
    "truth": (["True", "true", "False"], ("False", "True", "true")),
    "quoted": (['"a,b"', '"c ""d"""', "e"], ("a,b", 'c "d"', "e")),
}


@pytest.mark.parametrize(("column", "classes"), LABELS.values(), ids=LABELS)
def test_labels_are_as_the_file_has_them(folder, column, classes):
    """Each spelling is a class, numbers ascending where all are numbers, and targets point at them."""
    path = folder / "labels.csv"
    path.write_text("x,y\n" + "".join(f"{i},{column[i % 3]}\n" for i in range(30)), encoding="utf-8")
    task = Table(str(path), "y", kind="class", ahead=0)
    assert task.encoding.classes == classes
    written = [cell for (cell,) in csv_module.reader(column)]
    assert [classes[code] for (code,) in task.test(0).targets[0, :3]] == written


@pytest.mark.parametrize(
    ("array", "classes"),
    [
        (np.array([10000000000000001, 10000000000000002, 3] * 10), ("3", "10000000000000001", "10000000000000002")),
        (np.array([0.5, 1.0, -2.0] * 10, np.float32), ("-2.0", "0.5", "1.0")),
        (np.array(["01", "1", "b"] * 10), ("01", "1", "b")),
        (
            np.array(["2020-01-02", "2020-01-01", "2020-01-03"] * 10, "M8[D]"),
            ("2020-01-01", "2020-01-02", "2020-01-03"),
        ),
    ],
    ids=["integers", "floats", "texts", "dates"],
)
def test_labels_of_arrays_are_exact(folder, array, classes):
    """NPZ files hold typed arrays."""
    path = folder / "labels.npz"
    np.savez(path, x=np.arange(30), y=array)
    assert Table(str(path), "y", kind="class").encoding.classes == classes


def test_an_array_of_zeros_of_both_signs_is_one_class(folder):
    """-0.0 and 0.0 are one number."""
    path = folder / "zeros.npz"
    np.savez(path, x=np.arange(30), y=np.array([0.0, -0.0, 1.0] * 10))
    assert Table(str(path), "y").encoding.classes == ("0.0", "1.0")


def test_columns_that_are_left_out_are_named(folder):
    """Each with the reason and what to do, and a last note that chooses the inputs by name."""
    path = folder / "many.csv"
    rows = [f'{i},"{i + 1},000",{i}%,2020-01-0{i + 1},word,,{i},{i % 2 > 0},{i}' for i in range(9)]
    path.write_text("\n".join([",thousands,percent,date,text,none,load,dry,a b", *rows]) + "\n")
    task = Table(str(path), "load", reference="mean")
    assert task.encoding.columns == ("load", "dry", "a b")
    assert list(task.notes) == [
        "Column date holds the times of the rows; calendar=hour,weekday,month uses them as inputs.",
        'Column thousands is not an input, because row 1 is "1,000", not a number. '
        "Write numbers with a decimal point and without thousands separators, such as 1234.5.",
        'Column percent is not an input, because row 1 is "0%", not a number. Write numbers without a percent sign.',
        'Column text is not an input, because every cell is "word". A column with a single label carries '
        "no information.",
        "Column none is not an input, because every cell is empty. To use it, replace the labels by numbers.",
        "A column without a name is not an input. To use it, write a name in the first line.",
        "The inputs are load, dry, a b; inputs=load,dry,a b chooses them without these notes.",
    ]
    assert Table(str(path), "load", inputs=("load", "a b"), time="none").notes == ()


def test_truth_values_are_inputs_and_an_empty_one_is_named(folder):
    """True is 1; one empty cell does not drop the column."""
    path = folder / "truth.csv"
    path.write_text("dry,y\n" + "".join(f"{i % 2 == 0},{i}\n" for i in range(10)))
    task = Table(str(path), "y", reference="mean")
    assert (task.encoding.columns, task.notes) == (("dry", "y"), ())
    assert task.encoding.means[0] == 0.5
    path.write_text("dry,y\n" + "".join(f"{'' if i == 4 else i % 2 == 0},{i}\n" for i in range(10)))
    with pytest.raises(DataError, match=r"1 value is missing: 1 in column dry \(row 5\)"):
        _ = Table(str(path), "y").notes


def test_nothing_left_out_is_nothing_to_note(river, folder):
    """A file of numbers alone; the text column of another one is its target, whose past is not seen."""
    assert Table(csv(folder, range(10)), "y").notes == ()
    assert Table(river, "weather").notes == ()
    assert Table(river, "weather", ahead=0).notes == ()


@pytest.mark.parametrize("labels", [["01", "1", "b"], ["1", "10000000000000001", "2"]], ids=["text", "large"])
def test_labels_that_are_not_all_numbers_are_an_input_each(folder, labels):
    """The past of such a target is one input for each label."""
    path = folder / "labels.csv"
    path.write_text("x,y\n" + "".join(f"{i},{labels[i % 3]}\n" for i in range(30)))
    task = Table(str(path), "y", kind="class")
    assert task.encoding.columns == ("x", *(f"y={label}" for label in labels))
    assert task.notes == ()


SEASON = np.tile([0.0, 5.0, 2.0, 7.0, 1.0], 12) + np.arange(60) + np.random.default_rng(3).normal(0, 0.1, 60)


def forecasts(task, path, tmp_path, weights=None):
    """What a network forecasts of a file, whose outputs are made those of ``weights``."""
    host = Host.start([str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")])
    network = host.make("models", host.spec("models", "elman:units=4")).build(task.shapes, 5)
    if weights is not None:
        network.load([weights * array for array in network.weights()])
    stored = Stored(network, task.encoding, "elman:units=4", "t")
    found = list(predictions(stored, rows_of(stored, path)))
    return np.concatenate([piece.values for piece in found]), network


@pytest.mark.parametrize("ahead", ["1", "3", "5", "7", "1-7"])
@pytest.mark.parametrize("reference", ["auto", "mean", "last", "seasonal", "seasonal-change"])
def test_forecasts_of_a_file_are_the_targets_units(folder, tmp_path, ahead, reference):
    """A network's forecast of row t is that of the task: o scale + mean + reference, in pieces as in one."""
    path = csv(folder, SEASON)
    task = Table(path, "y", ahead=ahead, reference=reference)
    found, network = forecasts(task, path, tmp_path)
    chunk = task.test(0)
    outputs = network.run(chunk.inputs, chunk.starts, network.initial_state(1))[0][0].astype(float)
    first, last = Horizons.of(ahead).first, Horizons.of(ahead).last
    for n, one in enumerate(task.encoding.outputs):
        steps = np.arange(len(SEASON) - last)
        truth = SEASON[steps + first + n]
        deviation = one.scale * (outputs[:, n] - chunk.targets[0, :, n].astype(float))
        np.testing.assert_allclose(found[steps, n] - truth, deviation, atol=1e-4)


def test_a_silent_network_is_the_reference(folder, tmp_path):
    """With outputs of 0 the forecast is the value a season ago plus the mean deviation from it."""
    path = csv(folder, SEASON)
    task = Table(path, "y", ahead=2, reference="seasonal")
    found, _ = forecasts(task, path, tmp_path, weights=0)
    drift = np.mean(SEASON[5:48] - SEASON[:43])
    np.testing.assert_allclose(found[3:, 0], SEASON[:-3] + task.encoding.outputs[0].mean, atol=1e-9)
    assert task.encoding.outputs[0].mean == pytest.approx(drift, rel=0.2)
    assert task.encoding.outputs[0].reference == 3


def test_baselines_are_those_of_the_test_part(folder):
    """Mean, persistence and seasonal persistence, each by its name; chance is the best."""
    task = Table(csv(folder, SEASON), "y", ahead=2)
    scale = task.encoding.outputs[0].scale
    test = np.arange(48, 60)
    wanted = {
        "mean": SEASON[test] - SEASON[:48].mean(),
        "persistence": SEASON[test] - SEASON[test - 2],
        "seasonal persistence": SEASON[test] - SEASON[test - 5],
    }
    found = task.yardsticks()
    assert found.baselines == pytest.approx({k: np.mean(v**2) / scale**2 for k, v in wanted.items()})
    assert found.chance == min(found.baselines.values())


def test_the_level_is_an_input_only_where_it_stays(folder):
    """A trend moves it: then the network sees changes alone."""
    assert Table(csv(folder, SEASON), "y").encoding.lags == (1, 5)
    stays = SEASON - np.arange(60)
    assert Table(csv(folder, np.cumsum(stays - stays.mean())), "y").encoding.lags == (0, 1, 5)
    assert Table(csv(folder, stays), "y", reference="mean").encoding.lags == (0,)


@pytest.mark.parametrize("ahead", ["", "x", "-1", "2-1", "0-3", "1.5", "1-", "99999999999"])
def test_horizons_that_are_none_are_refused(river, ahead):
    """With both ways to write them."""
    with pytest.raises(UsageError) as caught:
        Table(river, "level", ahead=ahead)
    assert caught.value.message == f"ahead is {ahead!r}."
    assert "such as 24" in caught.value.hint
    assert "1-24" in caught.value.hint


def test_labels_have_one_horizon(river):
    """Several are for numbers."""
    with pytest.raises(UsageError, match="ahead=1-3 is for numbers, and weather is a column of labels"):
        _ = Table(river, "weather", ahead="1-3").shapes


def test_training_sequences_fit_the_series(folder):
    """Two periods, a hundredth of the rows or 32 steps, at most half of the training part; four views of each row."""
    walk = np.cumsum(np.random.default_rng(0).normal(size=20_000))
    task = Table(csv(folder, walk), "y")
    assert (task.objective.sequence_length, task.sequences) == (159, 4 * 15_999 // 159)
    hourly = np.tile(np.random.default_rng(0).normal(size=168), 60)
    task = Table(csv(folder, hourly + np.random.default_rng(1).normal(0, 0.1, len(hourly))), "y")
    assert (task.objective.sequence_length, task.sequences) == (336, 200)
    assert Table(csv(folder, SEASON), "y").objective.sequence_length == 23


def test_an_exact_repetition_is_no_yardstick(folder):
    """Nothing could be better than it; a note says so, and a period that is set is one all the same."""
    path = csv(folder, np.sin(np.arange(80) * np.pi / 4))
    task = Table(path, "y")
    assert list(task.yardsticks().baselines) == ["mean", "persistence"]
    assert task.notes == (
        "Column y repeats itself exactly every 8 rows, so the value 8 rows ago is no yardstick; period=8 makes it one.",
    )
    assert Table(path, "y", period=8).yardsticks().chance < 1e-20


def test_a_period_as_long_as_the_training_part_is_refused(folder):
    """No value a period ago would be known."""
    path = csv(folder, SEASON)
    with pytest.raises(UsageError, match=r"^period is 48, and the training part of .*one.csv has 48 rows\."):
        _ = Table(path, "y", period=48).shapes
    assert Table(path, "y", period=47).shapes.outputs == 1


def test_the_test_part_does_not_decide_on_the_reference(folder):
    """A repetition that ends where the test part begins is exact in training, and only training decides."""
    values = np.sin(np.arange(80) * np.pi / 4)
    changed = values.copy()
    changed[64:] += np.arange(16)
    tasks = [Table(csv(folder, column), "y") for column in (values, changed)]
    assert len({(task.encoding, task.notes) for task in tasks}) == 1


@pytest.mark.parametrize("missing", ["forward", "mask", "interpolate"])
@pytest.mark.parametrize(("part", "gone"), [("test", slice(40, None)), ("training", slice(None, 40))])
def test_a_part_without_a_known_target_is_refused(folder, missing, part, gone):
    """A filled target does not count, so nothing would be learned, or judged."""
    values = list(map(str, LEVEL))
    values[gone] = [""] * len(values[gone])
    path = folder / "gone.csv"
    path.write_text("x,y\n" + "".join(f"{n},{value}\n" for n, value in enumerate(values)))
    with pytest.raises(DataError, match=f"column y has no known value to forecast in the {part} part"):
        _ = Table(str(path), "y", missing=missing).shapes


@pytest.mark.parametrize("missing", ["forward", "mask", "interpolate"])
@pytest.mark.parametrize("reference", ["mean", "last", "auto"])
def test_filled_values_count_in_no_statistic(missing, reference):
    """Mean, scale and chance are those of the known values alone, however many others are filled in."""
    y = np.where(np.arange(100) % 2 == 0, 5.0, -3.0)
    y[30:70] = np.nan
    y[[0, 1]] = 9.0, 2.0
    task = Table.of({"y": y}, "y", missing=missing, reference=reference, period=1, test_share=0.4)
    output, known = task.encoding.outputs[0], y[:30]
    if output.reference is None:
        assert (output.mean, output.scale) == pytest.approx((known.mean(), known.std()))
    else:
        changes = np.diff(known)
        assert abs(changes.mean()) < 2 * changes.std() / 29**0.5  # not a drift
        assert (output.mean, output.scale) == pytest.approx((0.0, changes.std()))
    assert task.encoding.outputs[0].reference == (0 if reference == "last" else None)
    errors = y[70:] - known.mean()
    assert task.yardsticks().baselines["mean"] == pytest.approx(np.mean(np.square(errors / output.scale)))


def test_frequencies_are_those_of_known_labels():
    """Labels that are filled in repeat the last one."""
    y = np.array(["a", "b", "b", *[""] * 50, *"ab" * 10], object)
    task = Table.of({"y": y, "x": np.arange(73.0)}, "y", missing="forward", test_share=20 / 73)
    assert task.yardsticks().chance == pytest.approx(-0.5 * log(1 / 3) - 0.5 * log(2 / 3))


def test_a_season_is_found_among_missing_values():
    """Values that are filled in do not hide it."""
    y = np.tile([0.0, 3.0, 5.0, 1.0, 2.0, 7.0], 20) + np.random.default_rng(0).normal(0, 0.1, 120)
    y[[7, 8, 20, 33, 34, 35, 60]] = np.nan
    assert Table.of({"y": y}, "y", missing="forward").encoding.outputs[0].reference == 5


def test_a_cell_too_far_away_is_named_by_its_row_in_the_file():
    """The target of step t lies ahead of it."""
    y = np.arange(40.0) % 7
    y[33] = 1e300
    with pytest.raises(DataError, match=r"column y, row 34 is 1e[+]300, too far from the training part's mean"):
        Table.of({"y": y, "x": np.arange(40.0)}, "y", inputs=("x",), ahead=3).test(0)


def test_targets_are_known_as_many_rows_later_as_they_lie_ahead(river):
    """A network that learns on must not learn them before."""
    delays = [Table(river, "level", ("flow",), ahead=ahead).target_delay for ahead in (0, 1, 24, "1-24")]
    assert delays == [1, 1, 24, 24]


@given(
    groups=st.lists(st.integers(12, 60), min_size=1, max_size=3),
    ahead=st.sampled_from(["1", "3", "1-2", "0"]),
    validation=st.floats(0.05, 0.6),
    share=st.floats(0.1, 1.0),
    seed=st.integers(0, 9),
)
def test_no_row_of_the_validation_is_trained_on(groups, ahead, validation, share, seed):
    """The last rows of the training part of each group count once in the validation; no training window holds one."""
    values = np.sin(np.arange(sum(groups)))
    task = Table.of(
        {"y": values, "x": -values, "g": np.repeat([*"abc"][: len(groups)], groups)}, "y", ahead=ahead, group="g"
    )
    data = task._data
    task.__dict__["_data"] = replace(data, inputs=np.arange(len(data.inputs), dtype=np.float32)[:, None])
    begins, ends = data.panel.firsts, data.training
    firsts = ends - np.round(validation * ends).astype(int)
    assume((firsts < ends).any())
    horizons = Horizons.of(ahead)
    rows = np.maximum(firsts - (horizons.last - horizons.first), 1)
    length = max(1, int(share * rows.max()))
    sets = task.split(seed, 20, length, validation)
    trained, held = (chunk.inputs[..., 0].astype(int) for chunk in (sets.training, sets.validation))
    learned, counted = sets.training.weights > 0, sets.validation.weights > 0
    free = [np.arange(begin, begin + first) for begin, first in zip(begins, rows, strict=True)]
    assert set(trained[learned]) <= set(np.concatenate(free))
    seen, judged = (
        {step + h for step in steps for h in horizons} for steps in (set(trained[learned]), set(held[counted]))
    )
    targets_of_groups = [
        (seen & set(range(begin, begin + n)), judged & set(range(begin, begin + n)))
        for begin, n in zip(begins, ends, strict=True)
    ]
    assert not any(a & b for a, b in targets_of_groups)
    kept = [np.arange(begin + a, begin + b) for begin, a, b in zip(begins, firsts, ends, strict=True)]
    assert sorted(held[counted]) == np.concatenate(kept).tolist()
    for windows, counts in ((trained, learned), (held, counted)):
        assert (np.diff(windows, axis=1)[counts[:, 1:]] == 1).all()
    assert sets.training.lanes == 20 - round(validation * 20)
    if length > 1 and firsts.min() >= length // 2:  # the state has a past before the first that counts
        assert (counted.argmax(axis=1) >= length // 2).all()


def test_without_a_validation_part_all_windows_are_trained_on(river):
    """A share of 0 leaves the validation out, and the windows are those of ``sample``."""
    task = Table(river, "level")
    sets = task.split(3, 10, 5, 0.0)
    assert sets.validation is None
    assert sets.training.digest() == task.sample(3, 10, 5).digest()


def test_patience_needs_a_row_that_is_held_back(river):
    """A share of fewer than half a row holds none back."""
    batch = Batch(sequences=60, length=4, validation=0.0125, patience=2)
    with pytest.raises(UsageError, match="patience needs a validation loss, and no row is held back") as caught:
        batch.feed(Table(river, "level"), None, 0, None, None)
    assert caught.value.hint == "Raise validation."


@pytest.mark.parametrize(("slope", "drifts"), [(0.0, False), (0.1, False), (0.5, True), (-0.5, True)])
@pytest.mark.parametrize("ahead", [1, 4])
def test_a_drift_counts_if_it_is_two_standard_errors(slope, drifts, ahead):
    """Over several rows, differences overlap: of n of them, n / ahead are independent."""
    noise = np.random.default_rng(0).normal(size=200).cumsum()
    y = noise - np.linspace(0, noise[-1], 200) + slope * np.arange(200)
    output = Table.of({"y": y}, "y", ahead=str(ahead), reference="last", period=1).encoding.outputs[0]
    changes = (y[ahead:] - y[:-ahead])[: 160 - ahead]
    error = changes.std() / (len(changes) / ahead) ** 0.5
    assert (abs(changes.mean()) >= 2 * error) == drifts
    assert output.mean == pytest.approx(changes.mean() if drifts else 0.0)
    assert output.scale == pytest.approx(changes.std())
