"""The overview of a table: its rows, times, columns, and parts."""

import numpy as np
import pandas as pd
import pytest

from seqtasks.core.overview import ColumnOverview, Part, TimeOverview
from seqtasks.errors import DataError, UsageError
from seqtasks.tasks.prev_bit import PrevBit
from seqtasks.tasks.table import Table

ROWS = 96
TIMES = pd.date_range("2024-01-01", periods=ROWS + 5, freq="h").delete(slice(40, 45))


def frame(**columns):
    """Hourly rows with a daily cycle, of which five are absent after row 40."""
    level = 10 + np.sin(2 * np.pi * np.arange(ROWS) / 24)
    level[[3, 4, 90]] = np.nan
    return pd.DataFrame(
        {
            "time": TIMES,
            "load": level,
            "temp": np.where(np.arange(ROWS) % 10 == 7, np.nan, np.arange(ROWS)),
            "sky": ["dry", "wet", "", "wet"] * (ROWS // 4),
            "remark": [f"r{n}" for n in range(ROWS)],
            "nothing": [""] * ROWS,
            **columns,
        }
    )


def overview(data=None, target="load", **settings):
    return Table.of(frame() if data is None else data, target, **settings).overview()


def columns(found):
    return {column.name: column for column in found.columns}


def test_columns_are_described_although_values_are_missing():
    """Content, labels, missing cells, uses, and why a column is left out; none of it needs missing=."""
    found = columns(overview())
    bound = 'it has 77 labels, such as "r0", and categories=20 is the bound'
    assert list(found.values()) == [
        ColumnOverview("time", "times", None, 0, ("time",)),
        ColumnOverview("load", "numbers", None, 3, ("target", "input")),
        ColumnOverview("temp", "numbers", None, 9, ("input",)),
        ColumnOverview("sky", "labels", 2, 24, ("input",)),
        ColumnOverview("remark", "labels", 77, 0, (), bound),
        ColumnOverview("nothing", "empty", None, 96, (), "every cell is empty"),
    ]


def test_times_gaps_and_parts():
    """The first and the last time, the usual distance, the one gap, and where the test part begins."""
    found = overview()
    assert found.time == TimeOverview(
        "time", "", str(TIMES[0]), str(TIMES[-1]), "1 hour", 1, "6 hours", "2024-01-02 15:00:00"
    )
    assert found.rows == ROWS
    assert found.training == Part(77, "2024-01-01 00:00:00", str(TIMES[76]))
    assert found.test == Part(19, str(TIMES[77]), "2024-01-05 04:00:00")


def test_period_and_reference():
    """The period is found without filling in; which reference is best is known once missing values are filled."""
    assert (overview().period, overview().period_in_time, overview().references) == (24, "1 day", ())
    filled = overview(missing="forward", inputs=("load",))
    assert (filled.period, filled.period_is_set) == (24, False)
    assert filled.references == ("persistence",)  # the values repeat exactly, so a day ago is no yardstick
    chosen = overview(missing="forward", period=12, ahead="1-12", reference="seasonal")
    assert (chosen.period, chosen.period_is_set, chosen.period_in_time) == (12, True, "12 hours")
    assert chosen.references == ("seasonal persistence",)


def test_uses_follow_the_settings():
    """Inputs that are named, known in advance, or that ahead=0 leaves out."""
    named = columns(overview(inputs=("temp",), known=("sky",), missing="forward"))
    assert [(name, one.uses, one.reason) for name, one in named.items()] == [
        ("time", ("time",), ""),
        ("load", ("target",), ""),
        ("temp", ("input",), ""),
        ("sky", ("input", "known"), ""),
        ("remark", (), "inputs= does not name it"),
        ("nothing", (), "inputs= does not name it"),
    ]
    assert columns(overview(ahead=0))["load"].uses == ("target",)
    assert columns(overview(calendar=("hour",)))["time"].uses == ("time", "input")


def test_rows_that_are_dropped_are_counted():
    """The columns describe the file; the parts are those of the rows that are left."""
    found = overview(missing="drop", inputs=("temp", "load"))
    assert (found.rows, found.dropped) == (84, 12)
    assert (found.training.rows, found.test.rows) == (67, 17)
    assert columns(found)["temp"].missing == 9


def test_rows_without_times_are_numbered():
    """Also where columns hold times that do not order the rows."""
    found = overview(time="none")
    assert found.time is None
    assert (found.training, found.test) == (Part(77, "1", "77"), Part(19, "78", "96"))
    assert columns(found)["time"].reason == "it holds times; time=time orders the rows by them"
    assert (found.series.axis, found.series.at.tolist()) == ("row", list(range(1, ROWS + 1)))
    assert found.period_in_time == ""


def test_series_of_numbers_has_holes_where_values_are_missing():
    """The values as in the file, NaN where they are missing, at the times of the rows."""
    data = frame()
    series = overview(data).series
    np.testing.assert_array_equal(series.values, data["load"])
    np.testing.assert_array_equal(series.at, TIMES.to_numpy())
    assert (series.name, series.labels, series.axis) == ("load", (), "time")


def test_series_of_labels_are_places_in_order():
    """Numbers ascending, a missing label is NaN; a label has neither period nor reference."""
    found = overview(frame(grade=["10", "9", "", "9"] * 24), "grade", kind="class", missing="forward")
    assert found.series.labels == ("9", "10")
    np.testing.assert_array_equal(found.series.values[:4], [1, 0, np.nan, 0])
    assert (found.period, found.period_in_time, found.references) == (None, "", ())
    assert columns(found)["grade"].labels == 2


def test_a_wrong_cell_does_not_hide_the_others(tmp_path):
    """It is an error of the steps, and neither a number nor missing in the overview."""
    path = tmp_path / "t.csv"
    path.write_text("y,x\n" + "".join(f"{n % 7},{'oops' if n == 4 else n}\n" for n in range(40)))
    task = Table(str(path), "y")
    with pytest.raises(DataError, match="oops"):
        task.yardsticks()
    assert columns(task.overview())["x"] == ColumnOverview("x", "numbers", None, 0, ("input",))


def test_unsorted_rows_are_drawn_in_order_and_zones_are_named(tmp_path):
    """The first time is the earliest, and columns without a name are counted."""
    path = tmp_path / "t.csv"
    hours = [*range(10, 20), *range(10)]
    path.write_text(",y,at\n" + "".join(f"{n},{n},2024-01-01T{n:02}:00Z\n" for n in hours))
    found = overview(str(path), "y")
    assert (found.time.first, found.time.last, found.time.zone) == ("2024-01-01 00:00:00", "2024-01-01 19:00:00", "UTC")
    assert found.series.values.tolist() == list(range(20))
    assert found.unnamed == 1


def test_errors_of_files_and_settings_are_raised():
    """A column that does not exist, and rows at one time."""
    with pytest.raises(UsageError, match="has no column loud") as caught:
        overview(target="loud")
    assert "Did you mean load?" in caught.value.hint
    with pytest.raises(DataError, match="the same time in rows 1 and 2") as raised:
        overview(frame(time=[TIMES[0], *TIMES[:-1]]))
    assert raised.value.hint.startswith("Keep one row for each time")


def test_a_record_holds_plain_values():
    """All but the series."""
    record = overview().record()
    assert record["training"] == {"rows": 77, "first": "2024-01-01 00:00:00", "last": str(TIMES[76])}
    assert record["columns"][1]["uses"] == ("target", "input")
    assert "series" not in record


def test_a_law_has_no_overview():
    """Its data are made."""
    assert PrevBit().overview() is None
