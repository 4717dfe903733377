"""Predictions for the rows of several series in one file, whatever their order among each other."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.catalogue.host import Host
from seqtasks.errors import DataError
from seqtasks.files.forecast import as_table
from seqtasks.files.prediction import last_of_each, predictions
from seqtasks.files.store import Stored
from seqtasks.tables.frame import columns_of
from seqtasks.tasks.table import Table

PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
RNG = np.random.default_rng(0)
SIZES, SCALES = {"A": 30, "B, 1": 20, "10": 25}, {"A": 1.0, "B, 1": 1e3, "10": 1e6}


def group(label, rows):
    return pd.DataFrame(
        {
            "shop": label,
            "day": pd.date_range("2020-01-01", periods=rows).astype(str),
            "sales": SCALES.get(label, 1.0) * (10 + RNG.normal(size=rows).cumsum()),
            "sky": RNG.choice(["wet", "dry"], rows),
        }
    )


FRAME = pd.concat([group(label, rows) for label, rows in SIZES.items()], ignore_index=True)
WISHES = {
    "plain": {"ahead": "1-2"},
    "seasonal": {"ahead": "2", "reference": "seasonal", "period": 3},
    "forward": {"missing": "forward", "inputs": ("sales", "sky")},
    "mask": {"missing": "mask", "reference": "last", "calendar": ("weekday",)},
    "known": {"known": ("sky",), "ahead": "1-2", "missing": "forward"},
    "label": {"inputs": ("sales", "shop")},
}


def with_holes(frame):
    holes = frame.copy()
    holes.loc[[3, 35, 36, 50, 60], "sales"] = np.nan
    holes.loc[[0, 40], "sky"] = None
    return holes


def stored(wishes, frame=FRAME):
    """A network that was not trained: its weights are drawn."""
    task = Table.of(frame, "sales", group="shop", **wishes)
    host = Host.start([PLUGIN])
    network = host.make("models", host.spec("models", "elman:units=4")).build(task.shapes, 5)
    return task, Stored(network, task.encoding, "elman:units=4", "t")


def pieces(frame, cuts=()):
    whole = columns_of("new.csv", frame)
    for first, last in pairwise([0, *sorted(cuts), len(frame)]):
        piece = whole.take(slice(first, last))
        yield type(piece)(piece.file, piece.arrays, first, zones=piece.zones)


def lines(network, frame, cuts=(), notes=None):
    """What is printed, and the error that ends it."""
    found, error = [], None
    try:
        for one in predictions(network, pieces(frame, cuts), (notes if notes is not None else []).append):
            found += zip(*as_table(network.encoding, one, 0.9).values(), strict=True)
    except DataError as caught:
        error = caught.message
    return found, error


@pytest.mark.parametrize("name", WISHES)
def test_forecasts_are_the_outputs_of_the_test_in_the_unit_of_each_group(name):
    """A file in the order of time has the predictions of the whole series of each group, which the test runs over."""
    frame = with_holes(FRAME) if "missing" in WISHES[name] else FRAME
    task, network = stored(WISHES[name], frame)
    test, encoding = task.test(0), task.encoding
    outputs, _ = network.network.run(test.inputs, test.starts, network.network.initial_state(3))
    shuffled = frame.assign(n=RNG.permutation(len(frame))).sort_values(["day", "n"])
    found, error = lines(network, shuffled)
    assert error is None
    horizons = len(encoding.outputs)
    for lane, one in enumerate(encoding.groups):
        own = frame[frame["shop"] == one.label].sales.ffill().to_numpy(copy=True)
        if np.isnan(own[0]):
            own[np.isnan(own)] = dict(one.recipe.fills)["sales"]
        got = np.array([line[3] for line in found if line[0] == one.label]).reshape(-1, horizons)
        steps = SIZES[one.label] - encoding.outputs[-1].ahead
        for n, output in enumerate(encoding.outputs):
            known = 0.0 if output.reference is None else own[np.maximum(np.arange(steps) - output.reference, 0)]
            if WISHES[name].get("missing") == "mask":
                hole = frame[frame["shop"] == one.label].sales.isna().to_numpy()
                known = np.where(hole, dict(one.recipe.fills)["sales"], own)[:steps]
            raw = outputs[lane, -steps:, n].astype(float)
            expected = raw * one.output_scales[n] + one.output_means[n] + known
            np.testing.assert_allclose(got[:steps, n], expected, rtol=1e-4, atol=1e-4 * one.output_scales[n])


@settings(max_examples=30)
@given(st.data())
def test_the_order_of_groups_and_the_cut_into_pieces_do_not_matter(data):
    """Row by row, or all at once: the same lines in the same order; other interleavings have the same forecasts."""
    _, network = STORED[data.draw(st.sampled_from(sorted(STORED)))]
    frame = with_holes(FRAME)
    order = data.draw(st.permutations(["A"] * 30 + ["B, 1"] * 20 + ["10"] * 25))
    rows = {label: iter(frame.index[frame["shop"] == label]) for label in SIZES}
    mixed = frame.loc[[next(rows[label]) for label in order]]
    cuts = data.draw(st.lists(st.integers(0, len(frame)), max_size=8))
    found, error = lines(network, mixed, cuts)
    assert (found, error) == lines(network, mixed, range(1, len(frame)))
    assert error is None
    expected, _ = lines(network, frame)
    by_group = [{label: [line for line in each if line[0] == label] for label in SIZES} for each in (found, expected)]
    for label in SIZES:
        ones, others = (each[label] for each in by_group)
        assert [line[:3] for line in ones] == [line[:3] for line in others]
        np.testing.assert_allclose([line[3] for line in ones], [line[3] for line in others], rtol=1e-6)


STORED = {name: stored(WISHES[name], with_holes(FRAME)) for name in ("forward", "mask", "known")}


def test_rows_of_unknown_groups_get_no_prediction():
    """With one note, which names the first."""
    _, network = stored({})
    frame, notes = FRAME.copy(), []
    frame.loc[[5, 6, 70], "shop"] = ["new", "other", "new"]
    found, error = lines(network, frame, [6, 20], notes)
    assert error is None
    assert {line[0] for line in found} == set(SIZES)
    assert len(found) == len(FRAME) - 3
    assert [note for note in notes if "group" in note] == [
        'new.csv: column shop, row 6 is "new", a group that the network was not trained on; rows of such groups get no '
        "prediction."
    ]


def test_a_file_of_unknown_groups_is_an_error():
    """Which names some that are known."""
    _, network = stored({})
    with pytest.raises(DataError) as caught:
        list(predictions(network, pieces(FRAME.assign(shop="C")), lambda _: None))
    assert caught.value.message == ("new.csv: column shop names none of the 3 groups that the network was trained on.")
    assert caught.value.hint == 'These groups are "10", "A", "B, 1".'


@pytest.mark.parametrize("cuts", [(), (40,), range(1, 75)])
def test_rows_before_a_bad_cell_are_predicted_in_all_groups(cuts):
    """The first bad row of the file ends the predictions, whatever group it is in."""
    _, network = stored({})
    mixed = FRAME.sort_values("day", kind="stable", ignore_index=True)
    broken = mixed.astype({"sales": object})
    broken.loc[[47, 60], "sales"] = ["oops", "worse"]
    whole, _ = lines(network, mixed)
    found, error = lines(network, broken, cuts)
    assert len(found) == 47
    np.testing.assert_allclose([line[3] for line in found], [line[3] for line in whole[:47]], rtol=1e-6)
    assert error == 'new.csv: column sales, row 48 is "oops", not a finite number.'


@pytest.mark.parametrize("cuts", [(), range(1, 75)])
def test_the_order_of_time_is_judged_within_a_group(cuts):
    """An earlier day of another group is no error, and one of the same group is."""
    _, network = stored({})
    assert lines(network, FRAME, cuts)[1] is None
    swapped = FRAME.loc[[*range(35), 36, 35, *range(37, 75)]]
    found, error = lines(network, swapped, cuts)
    assert len(found) == 36
    assert error == "new.csv: column day, row 37 is 2020-01-06, earlier than the row of the same shop before."


def test_a_missing_label_or_column_of_groups_is_named():
    """In one sentence with the row, or with the columns that are there."""
    _, network = stored({})
    frame = FRAME.copy()
    frame.loc[9, "shop"] = None
    found, error = lines(network, frame)
    assert (len(found), error) == (9, "new.csv: column shop, row 10 is empty, not a label.")
    with pytest.raises(DataError, match="has no column shop, which the network was trained on"):
        list(predictions(network, pieces(FRAME.drop(columns="shop")), lambda _: None))


def test_rows_that_need_later_rows_of_their_group_wait_for_them():
    """A file that ends too soon says so."""
    _, network = STORED["known"]
    few = FRAME.groupby("shop").head(2)
    with pytest.raises(DataError) as caught:
        list(predictions(network, pieces(few), lambda _: None))
    assert caught.value.message == (
        "new.csv holds 6 rows; inputs that are known in advance need 2 later rows of the same group."
    )


def test_several_targets_of_groups_are_predicted_in_their_own_units():
    """As the outputs of the test, which runs over the whole series of each group."""
    frame = FRAME.assign(visits=FRAME.sales**0.5)
    task = Table.of(frame, ["sales", "visits"], group="shop", ahead="1-2")
    host = Host.start([PLUGIN])
    network = host.make("models", host.spec("models", "elman:units=4")).build(task.shapes, 5)
    whole = Stored(network, task.encoding, "elman:units=4", "t")
    test = task.test(0)
    outputs, _ = network.run(test.inputs, test.starts, network.initial_state(3))
    tables = [as_table(task.encoding, one, 0.9) for one in predictions(whole, pieces(frame, [40]), lambda _: None)]
    labels = np.concatenate([table["shop"] for table in tables])
    for lane, one in enumerate(task.encoding.groups):
        for place, name in enumerate(("sales", "visits")):
            got = np.concatenate([table[name] for table in tables])[labels == one.label].reshape(-1, 2)
            own = frame[name][frame["shop"] == one.label].to_numpy()
            for ahead in (0, 1):
                n = 2 * place + ahead
                output, steps = task.encoding.outputs[n], len(own) - 2
                known = 0.0 if output.reference is None else own[np.arange(steps) - output.reference]
                raw = outputs[lane, -steps:, n].astype(float)
                expected = raw * one.output_scales[n] + one.output_means[n] + known
                np.testing.assert_allclose(got[:steps, ahead], expected, rtol=1e-4, atol=1e-4 * one.output_scales[n])


def test_rows_of_each_group_are_as_far_apart_as_in_training():
    """Weeks after days are no error, and the time of a forecast is one step of the group later."""
    weekly = FRAME[FRAME["shop"] == "A"].assign(shop="weekly")
    weekly["day"] = pd.date_range("2020-01-01", periods=len(weekly), freq="7D").astype(str)
    frame = pd.concat([FRAME, weekly], ignore_index=True)
    _, network = stored({}, frame)
    notes = []
    found, error = lines(network, frame.sort_values("day", kind="stable"), [50], notes)
    assert (error, notes) == (None, [])
    last = {label: [line[1] for line in found if line[0] == label][-1] for label in ("A", "weekly")}
    assert last == {"A": "2020-01-31", "weekly": "2020-07-29"}
    wrong = frame.assign(day=frame.day.where(frame["shop"] != "A", [*weekly.day, *frame.day[30:]][: len(frame)]))
    assert lines(network, wrong.iloc[:30])[1] == (
        "new.csv: column day, row 4 is 7 days after the row before, and the network was trained on rows 1 day apart."
    )


@pytest.mark.parametrize("days", [(7, 7, 7), (7, 7, 7, 1, 2, 3), (7,) * 9 + (1,) * 11])
def test_a_table_is_never_refused_by_its_own_network(days):
    """A few rows at another distance than those of all, rows without a usual one, and weeks before days."""
    dates = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.cumsum([0, *days]), unit="D")
    frame = pd.concat([FRAME, group("uneven", len(days) + 1).assign(day=dates.astype(str))], ignore_index=True)
    task, network = stored({}, frame)
    own = {one.label: (one.recipe.step, one.recipe.enforced) for one in task.encoding.groups}
    assert own == dict.fromkeys(SIZES, (86400.0, True)) | {"uneven": (86400.0, False)}
    for cuts in ([], range(1, len(frame))):
        notes = []
        found, error = lines(network, frame, cuts, notes)
        assert (len(found), error) == (len(frame), None)
        assert notes == ["new.csv: column day has a gap before row 77; rows are counted, not times."]


def test_a_few_rows_at_the_distance_of_all_are_held_to_it():
    """Four days after days are as regular as many."""
    frame = pd.concat([FRAME, group("short", 4)], ignore_index=True)
    _, network = stored({}, frame)
    weekly = group("short", 4).assign(day=pd.date_range("2020-01-01", periods=4, freq="7D").astype(str))
    assert lines(network, weekly)[1] == (
        "new.csv: column day, row 4 is 7 days after the row before, and the network was trained on rows 1 day apart."
    )


def test_the_last_forecast_of_each_group():
    """One piece for each group, with all its horizons."""
    _, network = stored({"ahead": "1-2"})
    found = last_of_each(network.encoding, predictions(network, pieces(FRAME, [40]), lambda _: None))
    tables = [as_table(network.encoding, one, 0.9) for one in found]
    assert [table["shop"] for table in tables] == [[label] * 2 for label in ("10", "A", "B, 1")]
    assert [table["day"] for table in tables] == [
        ["2020-01-26", "2020-01-27"],
        ["2020-01-31", "2020-02-01"],
        ["2020-01-21", "2020-01-22"],
    ]
