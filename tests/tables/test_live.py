"""Rows of another file become the columns that the network was trained on, in pieces as in one."""

from dataclasses import asdict
from itertools import pairwise
from json import dumps, loads

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.core.recipe import Recipe
from seqtasks.errors import DataError
from seqtasks.tables.arrangement import Settings
from seqtasks.tables.cleaning import clean
from seqtasks.tables.columns import CellError, before_bad_cell
from seqtasks.tables.frame import columns_of
from seqtasks.tables.live import Cleaner

ROWS = 40
HOURS = pd.date_range("2020-01-01", periods=ROWS, freq="h")
RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "t": HOURS.astype(str),
        "load": np.arange(ROWS) ** 1.5,
        "sky": RNG.choice(["a", "b", "c"], ROWS),
        "temp": RNG.normal(size=ROWS),
    }
)


def recipe(frame=FRAME, **wishes):
    found = clean(columns_of("train.csv", frame), Settings(("load",), **wishes))
    return found.recipe, found.inputs


def live(frame, known, cuts=(), notes=None):
    """The clean columns of a frame that comes in pieces, and the error that ends them."""
    found, inputs = known
    edges = [0, *sorted(cuts), len(frame)]
    whole = columns_of("new.csv", frame)
    pieces = []
    for first, last in pairwise(edges):
        piece = whole.take(slice(first, last))
        pieces.append(type(piece)(piece.file, piece.arrays, first, zones=piece.zones))
    arrays, error = [], None
    try:
        cleaner = Cleaner(found, inputs, (notes if notes is not None else []).append)
        arrays.extend(np.stack([one.numbers(name) for name in inputs], axis=1) for one in cleaner.clean(pieces))
    except DataError as caught:
        error = caught.message
    return np.concatenate(arrays) if arrays else np.zeros((0, len(inputs))), error


@settings(max_examples=30)  # an example writes and reads files
@given(st.data())
def test_pieces_do_not_matter_and_the_test_part_is_as_in_training(data):
    """Whatever is missing and however rows arrive, prediction sees what the test part of training saw."""
    frame = FRAME.copy()
    for name in ("load", "sky", "temp"):
        frame.loc[data.draw(st.lists(st.integers(1, ROWS - 1), max_size=6)), name] = None
    missing = data.draw(st.sampled_from(["forward", "mask", "interpolate"]))
    known = data.draw(st.sampled_from([(), ("temp",), ("sky", "temp")]))
    wishes = {"missing": missing, "known": known, "horizons": (1, 3), "calendar": ("hour", "weekday")}
    trained = clean(columns_of("train.csv", frame), Settings(("load",), **wishes))
    cuts = data.draw(st.lists(st.integers(0, ROWS), max_size=5))
    found, error = live(frame, (trained.recipe, trained.inputs), cuts)
    assert error is None
    steps = ROWS - (3 if known else 0)
    assert len(found) == steps
    expected = np.stack([trained.columns.numbers(name) for name in trained.inputs], axis=1)[:steps]
    first = 33 if missing == "interpolate" else 0
    if missing == "interpolate":
        first = 33 if frame.loc[31:33].notna().all(axis=None) else ROWS  # what the training part ends with is known
    np.testing.assert_allclose(found[first:], expected[first:steps])


def test_other_columns_and_another_order_do_not_matter():
    """Columns are found by their names."""
    known = recipe(calendar=("hour",))
    frame = FRAME[["temp", "sky", "t", "load"]].assign(other="x")
    np.testing.assert_array_equal(live(frame, known)[0], live(FRAME, known)[0])


def test_a_recipe_comes_back_from_its_fields():
    """As a network file holds them."""
    known, _ = recipe(missing="mask", calendar=("hour",), known=("temp",), inputs=("load", "sky"))
    assert Recipe.from_fields(loads(dumps(asdict(known)))) == known
    fields = asdict(known)
    for wrong in ({"missing": "maybe"}, {"derived": [{"name": "a", "column": "b", "part": "code"}]}, {"unit": "week"}):
        with pytest.raises(ValueError, match="its recipe"):
            Recipe.from_fields({**fields, **wrong})


def test_an_unknown_label_is_noted_once():
    """All its inputs are 0."""
    frame, notes = FRAME.copy(), []
    frame.loc[[5, 7], "sky"] = ["hail", "snow"]
    found, error = live(frame, recipe(), range(ROWS), notes)
    assert error is None
    assert notes == ['new.csv: column sky, row 6 is "hail", which the training part does not have; its inputs are 0.']
    assert found[5, 1:4].tolist() == [0, 0, 0]


def test_rows_with_missing_values_get_no_prediction_where_training_dropped_them():
    """With a note."""
    frame, notes = FRAME.copy(), []
    frame.loc[[5, 7], "temp"] = None
    found, error = live(frame, recipe(missing="drop"), [6], notes)
    assert (len(found), error) == (ROWS - 2, None)
    assert notes == ["new.csv: rows with a missing value get no prediction; the first is row 6."]


def test_a_gap_is_noted():
    """Rows are counted, not times."""
    notes = []
    found, error = live(FRAME.drop(index=[5, 6]), recipe(), [3], notes)
    assert (len(found), error) == (ROWS - 2, None)
    assert notes == ["new.csv: column t has a gap before row 6; rows are counted, not times."]


def test_one_row_at_another_time_is_noted():
    """As in training: it happens."""
    notes, late = [], HOURS.to_series().reset_index(drop=True)
    late[7] += pd.Timedelta(minutes=7)
    found, error = live(FRAME.assign(t=late.astype(str)), recipe(), [3, 8], notes)
    assert (len(found), error) == (ROWS, None)
    assert notes == ["new.csv: column t, row 8 is not 1 hour after the row before; rows are counted, not times."]


def test_rows_that_were_uneven_in_training_are_noted():
    """A daily and then a weekly part: neither is refused, nor are rows at a third distance."""
    apart = np.repeat([1, 7], [ROWS - 11, 10])
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.concatenate([[0], np.cumsum(apart)]), unit="D")
    known = recipe(FRAME.assign(t=days.astype(str)))
    assert (known[0].step, known[0].enforced) == (86400.0, False)
    for times in (days, pd.date_range("2020-01-01", periods=ROWS, freq="14D")):
        notes = []
        found, error = live(FRAME.assign(t=times.astype(str)), known, [5], notes)
        assert (len(found), error) == (ROWS, None)
        assert [note[:35] for note in notes] == ["new.csv: column t has a gap before "]
    assert recipe()[0].enforced


CALENDARS = {
    "business-days": pd.date_range("2021-01-01", periods=ROWS, freq="B"),
    "zone-days": pd.date_range("2021-03-15", periods=ROWS, freq="D", tz="Europe/Berlin"),
    "zone-hours": pd.date_range("2021-03-27", periods=ROWS, freq="h", tz="Europe/Berlin"),
    "month-ends": pd.date_range("2020-01-01", periods=ROWS, freq="ME"),
    "thirtieths": pd.DatetimeIndex([f"2020-{m:02d}-{min(30, 28 if m == 2 else 30)}" for m in range(1, 13)]),
    "offsets": pd.date_range("2021-03-27", periods=ROWS, freq="h", tz="Europe/Berlin").map(
        lambda t: t.isoformat()[:-3]
    ),
}


@pytest.mark.parametrize("times", CALENDARS.values(), ids=CALENDARS)
@pytest.mark.parametrize("written", [False, True], ids=["frame", "text"])
def test_the_rows_of_the_training_can_be_predicted(times, written):
    """In one piece and row by row, of any calendar, as a frame or as text, without a complaint."""
    texts = [str(time) for time in times]
    frame = FRAME[: len(times)].assign(t=texts if written else times)
    known_to_training = frame
    if (written or times.dtype.kind != "M") and len({text[19:] for text in texts}) > 1:
        with pytest.raises(DataError, match="in the zone"):  # of two offsets, the clock cannot be known
            recipe(frame)
        known_to_training = frame.assign(t=pd.to_datetime(texts, utc=True).tz_convert("Europe/Berlin"))
    known = recipe(known_to_training, time="t")
    whole, error = live(frame, known)
    assert (len(whole), error) == (len(times), None)
    by_row, error = live(frame, known, range(len(times)))
    assert error is None
    np.testing.assert_array_equal(by_row, whole)


def other(**columns):
    return FRAME.assign(**columns)


REFUSED = {
    "no-column": (FRAME.drop(columns="sky"), 0, "new.csv has no column sky, which the network was trained on."),
    "no-time": (FRAME.drop(columns="t"), 0, "new.csv has no column t, which the network was trained on."),
    "days": (
        other(t=pd.date_range("2020-01-01", periods=ROWS, freq="D").astype(str)),
        3,
        "new.csv: column t, row 4 is 1 day after the row before, and the network was trained on rows 1 hour apart.",
    ),
    "minutes": (
        other(t=pd.date_range("2020-01-01", periods=ROWS, freq="min").astype(str)),
        3,
        "new.csv: column t, row 4 is 1 minute after the row before, and the network was trained on rows 1 hour apart.",
    ),
    "earlier": (
        other(t=HOURS[[0, 1, 3, 2, *range(4, ROWS)]].astype(str)),
        3,
        "new.csv: column t, row 4 is 2020-01-01 02:00:00, earlier than the row before.",
    ),
    "twice": (
        other(t=HOURS[[0, 1, 1, *range(3, ROWS)]].astype(str)),
        2,
        "new.csv: column t, row 3 is 2020-01-01 01:00:00, the time of the row before.",
    ),
    "zone": (
        other(t=HOURS.astype(str) + "+01:00"),
        0,
        "new.csv: column t, row 1 is '2020-01-01 00:00:00+01:00', in the zone +01:00, and the others are in none.",
    ),
    "unparsable": (
        other(t=[*HOURS[:5].astype(str), "soon", *HOURS[6:].astype(str)]),
        5,
        'new.csv: column t has 1 cell that is not a time: row 6 is "soon".',
    ),
    "missing": (
        other(temp=[*FRAME["temp"][:7], None, *FRAME["temp"][8:]]),
        7,
        "new.csv: column temp, row 8 is empty, not a finite number.",
    ),
}


@pytest.mark.parametrize(("frame", "rows", "message"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("cuts", [(), range(ROWS), (2, 5)], ids=["file", "rows", "pieces"])
def test_rows_that_do_not_fit_are_refused_after_those_before_them(frame, rows, message, cuts):
    """A file and a pipe that brings row after row give the same rows and the same error."""
    known, inputs = recipe(calendar=("hour",))
    found: list[int] = []
    edges = [0, *cuts, len(frame)]
    whole = columns_of("new.csv", frame)
    error = None
    try:
        pieces = (type(whole)("new.csv", whole.take(slice(a, b)).arrays, a) for a, b in pairwise(edges) if a < b)
        for piece in Cleaner(known, inputs, lambda _: None).clean(pieces):
            if message.endswith("not a finite number."):
                bad = np.flatnonzero(np.isnan(piece.values("temp")))
                found.append(int(bad[0]) if bad.size else piece.rows)
                piece.numbers("temp")
            else:
                found.append(piece.rows)
    except DataError as caught:
        error = caught.message
    assert (sum(found), error) == (rows, message)


def test_a_file_without_later_rows_has_no_inputs_that_are_known_in_advance():
    """It is named how many are needed."""
    found, error = live(FRAME[:3], recipe(known=("temp",), horizons=(5,)))
    assert len(found) == 0
    assert error == "new.csv holds 3 rows; inputs that are known in advance need 5 later rows."


def test_later_rows_need_only_what_is_known_in_advance():
    """The other cells of the last rows may be empty."""
    frame = FRAME.copy()
    frame.loc[ROWS - 5 :, ["load", "sky"]] = None
    known = recipe(known=("temp",), horizons=(5,))
    expected = live(FRAME, known)[0]
    np.testing.assert_array_equal(live(frame, known, range(0, ROWS, 7))[0], expected)


EMPTY = "new.csv: column sky, row 8 is empty, not a label."


@pytest.mark.parametrize("cuts", [(), range(ROWS), (8,)], ids=["file", "rows", "pieces"])
@pytest.mark.parametrize("known", [(), ("temp",)], ids=["none", "known"])
def test_an_empty_label_is_refused_where_training_refused_it(cuts, known):
    """All its inputs would be 0, as for no label of the training."""
    found, error = live(other(sky=[*FRAME["sky"][:7], None, *FRAME["sky"][8:]]), recipe(known=known), cuts)
    assert (len(found), error) == (7, EMPTY)


@pytest.mark.parametrize("cuts", [(), range(ROWS), (8,)], ids=["file", "rows", "pieces"])
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"temp": [*FRAME["temp"][:7], None, *FRAME["temp"][8:]]}, REFUSED["missing"][2]),
        ({"sky": [*FRAME["sky"][:7], None, *FRAME["sky"][8:]]}, EMPTY),
    ],
    ids=["number", "label"],
)
def test_what_is_known_in_advance_is_refused_as_it_comes(cuts, columns, message):
    """Row 8 is the last one that a row before it needs: rows 1 to 4 look at rows 4 to 7."""
    found, error = live(other(**columns), recipe(known=("temp", "sky"), horizons=(3,)), cuts)
    assert (len(found), error) == (4, message)


def test_labels_are_filled_across_pieces():
    """Also where a piece holds none."""
    frame = pd.DataFrame({"load": np.arange(ROWS) ** 1.5, "code": ["m", "n", "x", "n"] * (ROWS // 4)})
    known = recipe(frame, missing="forward")
    gone = frame.copy()
    gone.loc[[2, 3, 9], "code"] = None
    whole = live(gone, known)[0]
    for cuts in (range(ROWS), (2, 4), (9,)):
        np.testing.assert_array_equal(live(gone, known, cuts)[0], whole)
    np.testing.assert_array_equal(whole[2:4, 1:], [[0, 1, 0]] * 2)  # after row 2, an n


def test_an_error_that_no_fewer_rows_avoid_is_raised():
    """Not looked for again and again."""
    piece = columns_of("f.csv", FRAME)

    def use(rows):
        raise rows.bad_cell("temp", 99, "is odd", "Correct it.")

    with pytest.raises(CellError, match="row 100 is odd"):
        before_bad_cell(piece, use)
