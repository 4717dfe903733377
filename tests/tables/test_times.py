"""The times of later rows are those that the rows will have."""

import numpy as np
import pandas as pd
import pytest

from seqtasks.errors import DataError
from seqtasks.tables.columns import Columns
from seqtasks.tables.times import Spacing, later, read_times


def stamps(index):
    """As the reader has them: UTC where a zone is named."""
    return (index.tz_convert("UTC").tz_localize(None) if index.tz is not None else index).to_numpy()


SERIES = {
    "hours": (pd.date_range("2020-03-28", periods=60, freq="h"), "", Spacing(3600, "second"), "s"),
    "days": (pd.date_range("2020-02-27", periods=20, freq="D"), "", Spacing(86400, "second"), "D"),
    "noons": (pd.date_range("2020-02-27 12:00", periods=20, freq="D"), "", Spacing(86400, "second"), "s"),
    "months": (pd.date_range("2020-01-01", periods=20, freq="MS"), "", Spacing(1, "month"), "D"),
    "month-ends": (pd.date_range("2019-11-30", periods=20, freq="ME"), "", Spacing(1, "month"), "D"),
    "quarters": (pd.date_range("2019-03-31", periods=20, freq="QE"), "", Spacing(3, "month"), "D"),
    "thirtieths": (
        pd.DatetimeIndex([f"2020-{month:02d}-{29 if month == 2 else 30}" for month in range(1, 13)]),
        "",
        Spacing(1, "month"),
        "D",
    ),
    "microseconds": (pd.date_range("2020-01-01", periods=20, freq="100us"), "", Spacing(1e-4, "second"), "us"),
    "half-seconds": (pd.date_range("2020-01-01", periods=20, freq="500ms"), "", Spacing(0.5, "second"), "ms"),
    "zone-hours": (pd.date_range("2020-03-28", periods=60, freq="h", tz="Europe/Berlin"), "Europe/Berlin", None, None),
    "zone-days": (pd.date_range("2020-10-20", periods=20, freq="D", tz="Europe/Berlin"), "Europe/Berlin", None, None),
}


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("case", SERIES.values(), ids=SERIES)
def test_later_times_are_those_of_the_series(case, rows):
    """Of every calendar: pandas's own dates, moved by some rows."""
    index, zone, spacing, unit = case
    if spacing is None:
        spacing = Spacing(3600 if index.freqstr == "h" else 86400, "second")
    found = later(stamps(index)[:-rows], zone, spacing, rows, day=int(index.day.max()))
    if zone:
        assert found.tolist() == [time.isoformat() for time in index[rows:]]
    else:
        assert found.tolist() == np.datetime_as_string(index[rows:].to_numpy(), unit=unit).tolist()


def test_an_offset_west_of_utc_has_its_minutes():
    """Of half an hour, too."""
    times = np.array(["2020-01-01T00:00"], "M8[ns]")
    assert later(times, "-03:30", Spacing(3600, "second"), 1).tolist() == ["2019-12-31T21:30:00-03:30"]


def test_a_time_that_clocks_skip_is_the_next_one():
    """Half past two does not exist on the day that summer begins."""
    times = stamps(pd.DatetimeIndex(["2020-03-28 02:30"], tz="Europe/Berlin"))
    assert later(times, "Europe/Berlin", Spacing(86400, "second"), 1).tolist() == ["2020-03-29T03:00:00+02:00"]


@pytest.mark.parametrize(
    ("texts", "zone", "first"),
    [
        (["2021-01-01 10:00", "2021-01-01 11:00"], "", "2021-01-01T10:00"),
        (["2021-01-01T10:00Z", "2021-01-01T11:00Z"], "UTC", "2021-01-01T10:00"),
        (["2021-01-01 10:00+01:00", "2021-01-01 11:00+01:00"], "+01:00", "2021-01-01T09:00"),
        (["2021-01-01 10:00-0330", "2021-01-01 11:00-0330"], "-03:30", "2021-01-01T13:30"),
        (["2021-01-01 10:00+00:00", "2021-01-01 11:00Z"], "UTC", "2021-01-01T10:00"),
    ],
    ids=["none", "utc", "east", "west", "two-names-of-utc"],
)
def test_the_zone_of_times_is_the_one_that_they_name(texts, zone, first):
    """Times that name a zone are read as UTC, an hour apart, and the zone is known."""
    times = read_times(Columns("f.csv", {"t": np.array(texts, object)}), "t")
    assert times.zone == zone
    assert times.utc[0] == np.datetime64(first)
    assert times.utc[1] - times.utc[0] == np.timedelta64(1, "h")


@pytest.mark.parametrize("word", ["now", "today", "soon"])
def test_a_word_is_not_a_time(word):
    """Pandas reads some words as the current time; in a table, each word in place of a time is an error."""
    columns = Columns("f.csv", {"t": np.array(["2021-01-01", word, "2021-01-03"], object)})
    with pytest.raises(DataError, match=f'column t has 1 cell that is not a time: row 2 is "{word}"'):
        read_times(columns, "t")
