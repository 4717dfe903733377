"""Predictions as a table: the time that is forecast, the horizon, the value, and its interval."""

from dataclasses import replace

import numpy as np
import pytest

from seqtasks.core.recipe import GroupRecipe, Recipe
from seqtasks.core.task import Encoding, GroupEncoding, Output
from seqtasks.errors import UsageError
from seqtasks.files.forecast import as_table
from seqtasks.files.forecast_picture import GROUPS, SHOWN, ForecastPicture
from seqtasks.files.picture import target
from seqtasks.files.prediction import Predicted, last_of_each
from seqtasks.tables.columns import Columns

HOURLY = Recipe(time="t", step=3600.0, unit="second", regular=True)
ONE = Output("load", 1, margins=((0.5, 1.0), (0.9, 4.0)))
TWO = replace(ONE, ahead=3, margins=((0.5, 2.0), (0.9, 6.0)))


def encoding(*outputs, recipe=HOURLY, classes=()):
    return Encoding(("load",), (0.0,), (1.0,), outputs, classes, recipe=recipe)


def predicted(values, first=0, units=1.0, **columns):
    values = np.asarray(values, float)
    times = np.datetime64("2020-01-01T22", "ns") + np.arange(len(values)) * np.timedelta64(1, "h")
    arrays = {"t": times, "load": np.arange(len(values)) + 1.0, **columns}
    return Predicted(Columns("f.csv", arrays, first), values, np.broadcast_to(units, values.shape))


def test_a_line_for_each_horizon_with_the_time_that_is_forecast():
    """The time of the row plus as many rows as the forecast is ahead; value -+ margin."""
    found = as_table(encoding(ONE, TWO), predicted([[10.0, 20.0], [30.0, 40.0]]), coverage=0.9)
    assert found == {
        "t": ["2020-01-01T23:00:00", "2020-01-02T01:00:00", "2020-01-02T00:00:00", "2020-01-02T02:00:00"],
        "ahead": [1, 3, 1, 3],
        "load": [10.0, 20.0, 30.0, 40.0],
        "low": [6.0, 14.0, 26.0, 34.0],
        "high": [14.0, 26.0, 34.0, 46.0],
    }


@pytest.mark.parametrize("recipe", [Recipe(), replace(HOURLY, regular=False), replace(HOURLY, time="u")])
def test_rows_without_regular_times_are_numbered(recipe):
    """From 1, as in the file; no interval where there is no margin for the coverage."""
    found = as_table(encoding(ONE, recipe=recipe), predicted([[10.0], [20.0]], first=7), coverage=0.8)
    assert found == {"row": [8, 9], "ahead": [1, 1], "load": [10.0, 20.0]}


def test_labels_of_a_table_have_times_and_probabilities():
    """The likeliest, and the probability of each."""
    found = as_table(encoding(ONE, classes=("a", "b")), predicted([[0.25, 0.75]]), coverage=0.9)
    assert found == {"t": ["2020-01-01T23:00:00"], "ahead": [1], "load": ["b"], "p(a)": [0.25], "p(b)": [0.75]}


def test_computed_columns_give_way_to_the_targets_name():
    """No value is lost."""
    for name in ("ahead", "low", "t"):
        outputs = (replace(ONE, column=name),)
        found = as_table(encoding(*outputs), predicted([[10.0]]), coverage=0.9)
        assert len(found) == 5
        assert found[name] == [10.0]
        assert f"{name}_" in found


def test_a_task_without_a_table_has_values_alone():
    """Its rows are steps."""
    plain = encoding(Output("y0"), Output("y1"), recipe=None)
    assert as_table(plain, predicted([[1.0, 2.0]]), coverage=0.9) == {"y0": [1.0], "y1": [2.0]}


@pytest.mark.parametrize("recipe", [HOURLY, Recipe()], ids=["times", "rows"])
@pytest.mark.parametrize("outputs", [(ONE,), (ONE, TWO)], ids=["one", "two"])
def test_a_picture_shows_the_last_rows(tmp_path, recipe, outputs):
    """Observed values where the file has them; the rows that it does not show do not stay in memory."""
    path = tmp_path / "f.svg"
    picture = ForecastPicture(encoding(*outputs, recipe=recipe), 0.9, target(str(path), force=False))
    pieces = [predicted(np.ones((200, len(outputs))), first) for first in range(0, 3 * SHOWN, 200)]
    assert list(picture.seen(pieces)) == pieces
    assert sum(len(piece.values) for piece in picture._pieces[""]) < SHOWN + 200
    picture.draw()
    text = path.read_text()
    assert "</svg>" in text


def test_several_targets_have_a_column_each_and_their_own_interval():
    """One line for each horizon, whatever the order of the outputs' columns and margins."""
    each = [replace(one, column=name) for name in ("load", "wind") for one in (ONE, TWO)]
    found = as_table(encoding(*each), predicted([[10.0, 20.0, 1.0, 2.0], [30.0, 40.0, 3.0, 4.0]]), coverage=0.9)
    assert list(found) == ["t", "ahead", "load", "wind", "low(load)", "high(load)", "low(wind)", "high(wind)"]
    assert found["ahead"] == [1, 3, 1, 3]
    assert (found["load"], found["wind"]) == ([10.0, 20.0, 30.0, 40.0], [1.0, 2.0, 3.0, 4.0])
    assert (found["low(load)"], found["high(wind)"]) == ([6.0, 14.0, 26.0, 34.0], [5.0, 8.0, 7.0, 10.0])


def test_a_picture_of_several_targets_has_axes_for_each(tmp_path):
    """Named on their axes, next to what the file has of them."""
    path = tmp_path / "f.svg"
    each = [replace(one, column=name) for name in ("load", "wind") for one in (ONE, TWO)]
    picture = ForecastPicture(encoding(*each), 0.9, target(str(path), force=False))
    list(picture.seen([predicted(np.ones((5, 4)), wind=np.arange(5.0))]))
    picture.draw()
    assert all(f"<!-- {name} -->" in path.read_text() for name in ("load", "wind"))


SHOPS = replace(HOURLY, group="shop")
HOURS = GroupRecipe(step=3600.0, unit="second")
SHOP = GroupEncoding("A", (0.0,), (1.0,), (0.0,), (1.0,), HOURS)
BOTH = (SHOP, replace(SHOP, label="B", recipe=GroupRecipe(step=7200.0, unit="second")))
LABELS = np.array(["A", "B"], object)


def test_forecasts_of_groups_have_their_labels_and_margins_in_the_unit_of_each():
    """The label comes first; half the width is the margin times the scale of the group."""
    rows = predicted([[10.0], [2000.0]], units=np.array([[1.0], [100.0]]), shop=LABELS)
    found = as_table(replace(encoding(ONE, recipe=SHOPS), groups=BOTH), rows, coverage=0.9)
    assert list(found) == ["shop", "t", "ahead", "load", "low", "high"]
    assert found["shop"] == ["A", "B"]
    assert found["t"] == ["2020-01-01T23:00:00", "2020-01-02T01:00:00"]  # rows of B are two hours apart
    assert (found["low"], found["high"]) == ([6.0, 1600.0], [14.0, 2400.0])


def test_a_column_of_groups_called_as_a_computed_one_keeps_its_name():
    """The computed one gives way."""
    for name in ("row", "ahead", "low"):
        recipe = replace(SHOPS, group=name, regular=False)
        found = as_table(encoding(ONE, recipe=recipe), predicted([[10.0], [20.0]], **{name: LABELS}), coverage=0.9)
        assert found[name] == ["A", "B"]
        assert f"{name}_" in found
        assert len(found) == 6


def test_the_last_rows_of_groups_are_in_the_order_of_training():
    """Whichever piece of the file they are in."""
    groups = tuple(replace(SHOP, label=label) for label in "BCA")
    several = replace(encoding(ONE, recipe=SHOPS), groups=groups)
    pieces = [predicted([[1.0], [2.0]], shop=LABELS), predicted([[3.0]], shop=LABELS[:1])]
    assert [one.values.tolist() for one in last_of_each(several, pieces)] == [[[2.0]], [[3.0]]]
    assert [one.values.tolist() for one in last_of_each(encoding(ONE), pieces)] == [[[3.0]]]


def test_a_picture_has_axes_for_each_of_the_first_groups(tmp_path):
    """Up to six, each with its label, which may hold dollar signs."""
    path = tmp_path / "f.svg"
    labels = np.array([f"$shop {n}$" for n in range(9)], object)
    groups = tuple(replace(SHOP, label=label) for label in labels.tolist())
    several = replace(encoding(ONE, recipe=SHOPS), groups=groups)
    picture = ForecastPicture(several, 0.9, target(str(path), force=False))
    for _ in range(3):
        list(picture.seen([predicted(np.ones((9, 1)), shop=labels)]))
    assert list(picture._pieces) == labels[:GROUPS].tolist()
    assert [sum(len(one.values) for one in pieces) for pieces in picture._pieces.values()] == [3] * GROUPS
    picture.draw()
    assert all(f"<!-- $shop {n}$ -->" in path.read_text() for n in range(GROUPS))


def test_a_picture_of_labels_is_refused(tmp_path):
    """With what to do."""
    with pytest.raises(UsageError, match="the network predicts load") as caught:
        ForecastPicture(encoding(ONE, classes=("a", "b")), 0.9, target(str(tmp_path / "f.png"), force=False))
    assert caught.value.hint == "Leave out --plot."
