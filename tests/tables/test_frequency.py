"""Frequencies of rows whose distances vary by a rule of the calendar."""

import numpy as np
import pandas as pd
import pytest

from seqtasks.estimators.data.following import following
from seqtasks.tables.frequency import frequency_of
from seqtasks.tables.times import Spacing, later
from seqtasks.tasks.table import Table

RANDOM = np.random.default_rng(0)
RULES = ["B", "BME", "BMS", "BQE-DEC", "WOM-3FRI"]


def table(times):
    frame = pd.DataFrame({"time": times.astype(str), "y": RANDOM.normal(size=len(times)).cumsum()})
    return Table.of(frame, "y", calendar=("month",), inputs=("y",))


@pytest.mark.parametrize("rule", RULES)
def test_later_rows_are_those_of_the_rule(rule):
    """A table records the rule, and the next times are those that pandas goes on with."""
    times = pd.date_range("1990-01-01", periods=160, freq=rule)
    recipe = table(times[:150]).encoding.recipe
    assert (recipe.frequency, recipe.regular, recipe.enforced) == (rule, True, True)
    last = times[149:150].to_numpy("M8[ns]")
    spacing = Spacing(recipe.step, recipe.unit)
    found = [later(last, "", spacing, ahead, recipe.day, recipe.frequency)[0] for ahead in range(1, 11)]
    assert found == [str(day.date()) for day in times[150:]]


@pytest.mark.parametrize(
    ("rule", "day"), [("D", 0), ("W-FRI", 0), ("MS", 1), ("ME", 31), ("QS-FEB", 1), ("YE", 31), ("h", 0)]
)
def test_one_distance_needs_no_rule(rule, day):
    """Rows at one distance, in seconds or in months on one day, have no frequency."""
    recipe = table(pd.date_range("1990-01-01", periods=150, freq=rule)).encoding.recipe
    assert (recipe.frequency, recipe.regular, recipe.day) == ("", True, day)


def test_holidays_are_gaps_and_weekends_are_not():
    """A few absent days leave the frequency, and are counted; many absent days leave none."""
    days = pd.date_range("2024-01-01", periods=200, freq="B")
    few = table(days.delete([7, 90]))
    assert few.encoding.recipe.frequency == "B"
    notes = [note for note in few.notes if "gap" in note]
    assert notes == [
        "Column time: rows are 1 day apart at the frequency B, with 2 gaps; the longest, after 2024-05-03 00:00:00, is "
        "4 days. Rows are counted, not times: ahead=1 is the next row, also after a gap."
    ]
    assert not [note for note in table(days).notes if "apart" in note]
    many = table(days[RANDOM.random(200) > 0.2])
    assert (many.encoding.recipe.frequency, many.encoding.recipe.regular) == ("", False)


def test_rows_of_groups_are_neighbours_of_their_own():
    """Where a series ends and the next begins, no rule is broken."""
    days = pd.date_range("2024-01-01", periods=30, freq="B")
    clock, neighbours = days.append([days, days]), np.ones(89, bool)
    neighbours[[29, 59]] = False
    assert frequency_of(clock, neighbours) == "B"
    assert frequency_of(pd.DatetimeIndex(["2024-01-01", "2024-01-02"])) == ""


def test_forecasts_of_a_series_skip_weekends():
    """Also where the index has holidays, a zone and a time of day, and where its last row is on a weekend."""
    days = pd.date_range("2024-01-01 16:00", periods=60, freq="B", tz="Europe/Berlin").delete([7, 20])
    assert [*following(days, 3)] == [*pd.date_range("2024-03-25 16:00", periods=3, freq="B", tz="Europe/Berlin")]
    saturday = days[10:].append(pd.DatetimeIndex(["2024-03-23 16:00"], tz="Europe/Berlin"))
    assert [*following(saturday, 3)] == [*following(days, 3)]
