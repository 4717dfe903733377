"""A table is put in order and completed, and every input is a column of numbers."""

import numpy as np
import pandas as pd
import pytest

from seqtasks.errors import DataError, UsageError
from seqtasks.tables.arrangement import Settings
from seqtasks.tables.cleaning import clean
from seqtasks.tables.frame import columns_of

HOURS = pd.date_range("2020-01-01", periods=20, freq="h")
LOAD = np.arange(20.0) ** 2
MEAN = np.delete(LOAD[:16], [0, 3, 4]).mean()  # of what the training part knows


def cleaned(frame, **settings):
    return clean(columns_of("f.csv", pd.DataFrame(frame)), Settings(**{"targets": ("load",), **settings}))


def inputs(frame, **settings):
    found = cleaned(frame, **settings)
    return {name: found.columns.numbers(name).tolist() for name in found.inputs}


def refusal(frame, **settings):
    with pytest.raises((DataError, UsageError)) as caught:
        cleaned(frame, **settings)
    return caught.value.message, caught.value.hint


def gappy(*rows):
    load = LOAD.copy()
    load[list(rows)] = np.nan
    return load


FILL = (
    "To fill them in, choose one: missing=forward fills each with the last known value; missing=interpolate, mask and "
    "drop are alternatives."
)


def test_missing_values_are_counted_by_column_before_anything_stops():
    """With the first rows of each, and what to type."""
    frame = {
        "load": gappy(3, 4, 9, 12),
        "wind": [1.0] * 19 + [None],
        "day": ["a", "", "b", ""] * 5,
        "other": [None] * 20,
    }
    assert refusal(frame, inputs=("wind", "day")) == (
        "f.csv: 15 values are missing: 1 in column wind (row 20), 10 in column day (rows 2, 4, 6, ...), "
        "4 in column load (rows 4, 5, 10, ...).",
        FILL,
    )


@pytest.mark.parametrize(
    ("how", "filled"),
    [
        ("forward", [MEAN, 1, 4, 4, 4, 25]),
        ("interpolate", [MEAN, 1, 4, 4, 4, 25]),
        (
            "mask",
            [MEAN, 1, 4] + [MEAN] * 2 + [25],
        ),
        ("drop", [1, 4, 25, 36, 49, 64]),
    ],
)
def test_missing_values_are_filled(how, filled):
    """Forward, by the training part's mean, or not at all; a filled target does not count."""
    found = cleaned({"load": gappy(0, 3, 4)}, missing=how)
    np.testing.assert_allclose(found.columns.numbers("load")[:6], filled)
    assert found.observed["load"][:6].tolist() == (
        [True] * 6 if how == "drop" else [False, True, True, False, False, True]
    )
    assert found.inputs == (("load", "missing(load)") if how == "mask" else ("load",))
    if how == "mask":
        assert found.columns.numbers("missing(load)")[:6].tolist() == [1, 0, 0, 1, 1, 0]
    if how == "drop":
        assert found.notes == ("f.csv: 3 rows with a missing value of 20 are left out.",)


def test_inputs_are_interpolated_in_the_training_part_alone():
    """In the test part no later row is looked at, as in prediction: the last known value stands in."""
    found = cleaned({"load": LOAD, "wind": gappy(3, 4, 14, 17)}, missing="interpolate").columns.numbers("wind")
    np.testing.assert_allclose(found[[3, 4, 14, 17]], [11, 18, (LOAD[13] + LOAD[15]) / 2, LOAD[16]])


def test_a_target_is_never_interpolated():
    """A line to its next value would show the network the value that it has to forecast."""
    found = cleaned({"load": gappy(3, 4, 14)}, missing="interpolate").columns.numbers("load")
    assert found[[3, 4, 14]].tolist() == [LOAD[2], LOAD[2], LOAD[13]]


def test_rows_are_dropped_before_the_rest_is_split():
    """The training part, and the labels in it, are those of the rows that are left."""
    frame = {"load": [*LOAD[:10], *[np.nan] * 10], "sky": ["a", "b"] * 4 + ["c"] * 12}
    found = cleaned(frame, missing="drop")
    assert (found.columns.rows, int(found.training.sum())) == (10, 8)
    assert found.inputs == ("load", "sky=a", "sky=b")
    assert found.notes[0] == "f.csv: 10 rows with a missing value of 20 are left out."


def test_messages_name_the_rows_of_the_file_after_sorting():
    """Row 20 of the file comes first in time."""
    order = [*range(1, 20), 0]
    frame = {"t": HOURS[order].astype(str), "load": gappy(0)[order]}
    assert refusal(frame, time="t")[0] == "f.csv: 1 value is missing: 1 in column load (row 20)."


@pytest.mark.parametrize(
    ("settings", "name", "source"),
    [({}, "sky=a", "sky"), ({"known": ("temp",)}, "temp+1", "temp"), ({"missing": "mask"}, "missing(temp)", "temp")],
)
def test_a_computed_column_overwrites_no_column(settings, name, source):
    """Its name would be that of two columns."""
    frame = {"load": LOAD, "sky": ["a", "b"] * 10, "temp": gappy(5), name: LOAD}
    message, hint = refusal(frame, **{"missing": "forward", **settings})
    assert message == f"f.csv has more than one column {name}; one is computed from column {source}."
    assert hint == f"Rename a column: {source}, or {name}."


def test_a_calendar_unit_is_an_input_once():
    """However often it is named."""
    found = cleaned({"t": HOURS, "load": LOAD}, calendar=("hour", "hour"))
    assert found.inputs == ("load", "sin(hour)", "cos(hour)")


def test_words_that_stand_for_missing_values_are_missing_numbers():
    """As they stand in files; among labels they are labels."""
    frame = {"load": [str(x) for x in LOAD[:-2]] + ["NA", " n/a"]}
    assert refusal(frame)[0] == "f.csv: 2 values are missing: 2 in column load (rows 19, 20)."
    assert cleaned(frame, missing="forward").columns.numbers("load")[-1] == LOAD[17]
    assert cleaned({"load": ["NA", "b", "c", "d"] * 5}).inputs == ("load=NA", "load=b", "load=c", "load=d")


def test_missing_labels_are_filled_with_the_last_one():
    """Of a target before the first the most frequent one, and of an input none."""
    frame = {"load": [None, "a", None, *"babb" * 4, "b"], "wind": [None, "n", "s", None, *"ns" * 8]}
    found = cleaned(frame, missing="forward")
    assert found.columns.labels("load")[:4].tolist() == ["b", "a", "a", "b"]
    assert found.columns.numbers("wind=n")[:4].tolist() == [0, 1, 0, 0]
    assert found.columns.numbers("wind=s")[:4].tolist() == [0, 0, 1, 1]


def test_texts_are_one_input_for_each_label_of_the_training_part():
    """A label that only the test part has is 0 in all of them."""
    frame = {"load": LOAD, "sky": ["dry", "wet"] * 8 + ["odd"] * 4}
    found = inputs(frame)
    assert list(found) == ["load", "sky=dry", "sky=wet"]
    assert found["sky=dry"] == [1, 0] * 8 + [0] * 4


LEFT_OUT = {
    "one-label": (["a"] * 20, 'every cell is "a". A column with a single label carries no information.'),
    "too-many": (
        [f"n{i % 6}" for i in range(20)],
        'it has 6 labels, such as "n0", and categories=5 is the bound. '
        "Join rare labels; a larger categories= raises the bound: each label is an input.",
    ),
    "percent": (["5%", "6%"] * 10, 'row 1 is "5%", not a number. Write numbers without a percent sign.'),
}


@pytest.mark.parametrize(("column", "reason"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_texts_that_are_not_inputs_are_named(column, reason):
    """By default with a note, and with an error where they are asked for."""
    frame = {"load": LOAD, "sky": column}
    assert cleaned(frame, categories=5).notes[0] == f"Column sky is not an input, because {reason}"
    assert refusal(frame, inputs=("sky",), categories=5)[0] == f"f.csv: column sky cannot be an input: {reason}"


def test_a_million_labels_are_counted_not_made_inputs():
    """In seconds, in one sentence."""
    frame = {"load": np.arange(1_000_000.0), "who": [f"id{i}" for i in range(1_000_000)]}
    assert cleaned(frame).notes[0] == (
        'Column who is not an input, because it has 800000 labels, such as "id0", and categories=20 is the bound. '
        "Join rare labels; a larger categories= raises the bound: each label is an input."
    )


def test_calendar_features_are_sines_and_cosines():
    """Of the hour of the day, the day of the week and the month of the year."""
    found = inputs({"t": HOURS, "load": LOAD}, calendar=("hour", "weekday", "month"))
    assert list(found) == ["load", *(f"{f}({u})" for u in ("hour", "weekday", "month") for f in ("sin", "cos"))]
    np.testing.assert_allclose(found["sin(hour)"], np.sin(2 * np.pi * np.arange(20) / 24), atol=1e-12)
    np.testing.assert_allclose(found["cos(weekday)"], np.cos(2 * np.pi * 2 / 7))
    np.testing.assert_allclose(found["cos(month)"], 1)


def test_the_calendar_is_that_of_the_time_zone():
    """Noon in Berlin is noon, winter and summer; order and distance are those of UTC."""
    times = pd.date_range("2020-03-28 12:00", periods=20, freq="D", tz="Europe/Berlin")
    found = cleaned(pd.DataFrame({"load": LOAD}, index=times), calendar=("hour",))
    np.testing.assert_allclose(found.columns.numbers("cos(hour)"), -1)
    assert found.recipe.zone == "Europe/Berlin"


def test_an_index_of_times_is_the_time():
    """Named or not."""
    for name in (None, "when"):
        frame = pd.DataFrame({"load": LOAD}, index=HOURS.rename(name))
        assert cleaned(frame).recipe.time == (name or "time")


def test_rows_are_sorted_by_time_and_that_is_noted():
    """With the first rows that are out of order."""
    order = [0, 2, 1, *range(3, 20)]
    found = cleaned({"t": HOURS[order].astype(str), "load": LOAD[order]}, time="t")
    assert found.columns.numbers("load").tolist() == LOAD.tolist()
    assert found.notes == ("f.csv: in column t, row 3 is earlier than the row before; the rows are sorted by time.",)
    assert cleaned({"t": HOURS[order].astype(str), "load": LOAD[order]}, time="none").notes[-1].startswith("The inputs")


def test_gaps_are_noted():
    """How many, and the longest."""
    times = HOURS.delete([5, 6, 12])
    found = cleaned({"t": times.astype(str), "load": LOAD[:17]})
    assert found.notes[1] == (
        "Column t: rows are 1 hour apart, with 2 gaps; the longest, after 2020-01-01 04:00:00, is 3 hours. Rows are "
        "counted, not times: ahead=1 is the next row, also after a gap."
    )
    assert (found.recipe.step, found.recipe.unit) == (3600.0, "second")


def test_months_are_a_distance():
    """Though they have 28 to 31 days."""
    found = cleaned({"t": pd.date_range("2020-01-31", periods=20, freq="ME").astype(str), "load": LOAD})
    assert (found.recipe.step, found.recipe.unit, len(found.notes)) == (1.0, "month", 1)


TIMES = {
    "unparsable": (
        [*HOURS[:17].astype(str), "x", "yesterday", "2020-13-01"],
        'f.csv: column t has 3 cells that are not times: row 18 is "x", row 19 is "yesterday", row 20 is "2020-13-01".',
    ),
    "missing": ([*HOURS[:18].astype(str), "", ""], "f.csv: column t, row 19 is empty, not a time; 2 cells are."),
    "twice": (
        HOURS[[0, 1, 1, *range(3, 20)]].astype(str),
        "f.csv: column t has the same time in rows 2 and 3 (2020-01-01 01:00:00).",
    ),
    "zones": (
        [*(HOURS[:15].astype(str) + "+01:00"), *(HOURS[15:].astype(str) + "+02:00")],
        "f.csv: column t, row 16 is '2020-01-01 15:00:00+02:00', in the zone +02:00, and the others are in +01:00.",
    ),
    "zone-and-none": (
        [*(HOURS[:15].astype(str) + "Z"), *HOURS[15:].astype(str)],
        "f.csv: column t, row 16 is '2020-01-01 15:00:00', in the zone none, and the others are in UTC.",
    ),
    "day-or-month": (
        [f"{i % 10 + 1:02d}/{i % 10 + 1:02d}/20{i:02d}" for i in range(20)],
        'f.csv: column t, row 1 is "01/01/2000", which may have the day or the month first.',
    ),
}


@pytest.mark.parametrize(("times", "message"), TIMES.values(), ids=TIMES)
def test_times_that_cannot_be_used_are_refused(times, message):
    """Found by themselves or named, in one sentence with the column and the first rows."""
    frame = {"t": np.array(times, object), "load": LOAD}
    for how in ("t", "auto"):
        assert refusal(frame, time=how)[0] == message


FORMATS = {
    "iso": "%Y-%m-%d %H:%M:%S",
    "iso-t": "%Y-%m-%dT%H:%M:%SZ",
    "iso-minutes": "%Y-%m-%d %H:%M",
    "german": "%d.%m.%Y %H:%M",
    "slashes": "%d/%m/%Y %H:%M",
    "american": "%m/%d/%Y %H:%M",
    "japanese": "%Y/%m/%d %H:%M:%S",
    "unix": "%s",
}


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_times_are_read_as_people_write_them(form):
    """Day first or month first is decided by all rows."""
    times = pd.date_range("2020-01-10", periods=20, freq="D")
    texts = [str(int(t.timestamp())) if form == "%s" else t.strftime(form) for t in times]
    column = [int(t) for t in texts] if form == "%s" else texts
    found = cleaned({"t": column, "load": LOAD}, time="t", calendar=("weekday",))
    np.testing.assert_allclose(
        found.columns.numbers("sin(weekday)"), np.sin(2 * np.pi * times.day_of_week / 7), atol=1e-9
    )
    assert found.recipe.step == 86400


def test_years_and_days_as_numbers_are_times_where_they_are_named():
    """They stay inputs where they are not."""
    frame = {"year": np.arange(1900, 1920), "load": LOAD}
    assert cleaned(frame).inputs == ("year", "load")
    assert cleaned(frame, time="year").recipe.time == "year"
    assert refusal({"t": LOAD, "load": LOAD}, time="t")[0] == (
        'f.csv: column t has 1 cell that is not a time: row 1 is "0.0".'
    )


def test_two_columns_of_times_are_named():
    """Neither orders the rows without being asked."""
    frame = {"t": HOURS, "u": HOURS[::-1], "load": LOAD}
    found = cleaned(frame)
    assert found.notes[0] == "Columns t, u hold times; time=t orders the rows by the first."
    assert (found.recipe.time, found.inputs) == ("", ("load",))


SETTINGS = {
    "no-times": (
        {"calendar": ("hour",)},
        ("f.csv: calendar=hour needs a column of times.", "Name it: time=COLUMN."),
    ),
    "unit": (
        {"calendar": ("hours",)},
        ("calendar has no unit hours.", "Its units are minute, hour, weekday, day, yearday, month."),
    ),
    "known-target": (
        {"known": ("load",)},
        ("The target load cannot be known in advance.", "Leave it out of known."),
    ),
    "known-now": (
        {"known": ("wind",), "horizons": (0,)},
        ("With ahead=0 every input is known in advance.", "Leave known out, or choose ahead=1 or more."),
    ),
    "known-drop": (
        {"known": ("wind",), "missing": "drop"},
        (
            "missing=drop and known cannot be used together: rows are counted ahead, and rows would be left out.",
            "Choose missing=forward, interpolate or mask.",
        ),
    ),
    "far-ahead": (
        {"horizons": (16,)},
        (
            "f.csv has 20 rows, of which 4 for the test; none of the other 16 has a training target 16 ahead.",
            "Add rows, or choose a smaller test_share or ahead.",
        ),
    ),
}


@pytest.mark.parametrize(("settings", "outcome"), SETTINGS.values(), ids=SETTINGS)
def test_settings_that_cannot_be_are_refused(settings, outcome):
    """One sentence, and the next step."""
    assert refusal({"load": LOAD, "wind": LOAD}, **settings) == outcome


def test_a_target_without_a_value_is_refused():
    """Whatever is done about missing values."""
    for missing in ("error", "forward", "drop"):
        assert refusal({"load": [np.nan] * 20, "x": LOAD}, missing=missing)[0] == (
            "f.csv: column load is empty in every row."
        )


def test_what_is_known_in_advance_is_seen_in_advance():
    """The input at row t is the value at row t + ahead, of each horizon and each label."""
    frame = {"load": LOAD, "temp": np.arange(20.0), "sky": ["a", "b", "b", "a"] * 5}
    found = inputs(frame, known=("temp", "sky"), horizons=(1, 3))
    assert list(found) == ["load", "temp+1", "temp+3", "sky=a+1", "sky=a+3", "sky=b+1", "sky=b+3"]
    assert found["temp+3"][:17] == list(range(3, 20))
    assert found["sky=b+1"][:4] == [1, 1, 0, 0]
