"""The picture of a table's target: parts, gaps, missing values, and labels."""

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from seqtasks.files import picture, series_picture
from seqtasks.tasks.table import Table

ROWS = 50
TIMES = pd.date_range("2024-01-01", periods=ROWS, freq="D")
VALUES = np.sin(np.arange(ROWS))


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """``drawn(data, target)`` is the figure that was saved as an SVG file."""
    figures = []

    def draw(data, target, name="a.svg", **settings):
        original = series_picture._FIGURE.load()

        def figure(**words):
            figures.append(original(**words))
            return figures[-1]

        monkeypatch.setattr(series_picture, "_FIGURE", figure)
        file = picture.target(str(tmp_path / name), force=False)
        series_picture.draw(Table.of(data, target, **settings).overview(), file)
        monkeypatch.undo()
        return figures[-1]

    return draw


def points(line):
    """X as written, and y, of a line."""
    return line.get_xdata(orig=True), np.asarray(line.get_ydata(orig=True))


def test_the_two_parts_are_two_lines(drawn):
    """Forty rows of training and ten of test, in two colors, with a mark between them."""
    axes = drawn(pd.DataFrame({"y": VALUES}), "y").axes[0]
    training, test, mark = axes.lines
    np.testing.assert_array_equal(points(training)[1], VALUES[:40])
    np.testing.assert_array_equal(points(test)[1], VALUES[40:])
    assert points(test)[0].tolist() == list(range(41, 51))
    assert training.get_color() != test.get_color()
    assert mark.get_xdata()[0] == 41
    assert [line.get_label() for line in (training, test)] == ["training part, 40 rows", "test part, 10 rows"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("row", "y")


def test_each_of_the_first_groups_has_axes_of_its_own(drawn):
    """In the order of their labels, each with its own parts and mark."""
    frame = pd.DataFrame({"y": np.tile(VALUES, 8), "g": np.repeat([f"g{n}" for n in range(8)], ROWS)})
    figure = drawn(frame, "y", group="g")
    assert [axes.get_title() for axes in figure.axes] == [f"g{n}" for n in range(series_picture.GROUPS)]
    for axes in figure.axes:
        training, test, _ = axes.lines
        np.testing.assert_array_equal(points(training)[1], VALUES[:40])
        np.testing.assert_array_equal(points(test)[1], VALUES[40:])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["training part", "test part"]


def test_each_target_has_axes_of_its_own(drawn):
    """Named on its axis."""
    figure = drawn(pd.DataFrame({"y": VALUES, "z": VALUES**2}), ["y", "z"])
    assert [axes.get_ylabel() for axes in figure.axes] == ["y", "z"]
    np.testing.assert_array_equal(points(figure.axes[1].lines[0])[1], VALUES[:40] ** 2)


def test_gaps_and_missing_values_interrupt_the_line(drawn):
    """Where five days are absent, and where a value is."""
    values = VALUES.copy()
    values[20] = np.nan
    data = pd.DataFrame({"day": TIMES, "y": values}).drop(range(5, 10))
    training = drawn(data, "y").axes[0].lines[0]
    at, shown = points(training)
    assert np.flatnonzero(np.isnan(shown)).tolist() == [5, 16]
    assert at[4:7].tolist() == [TIMES[4].value, TIMES[10].value, TIMES[10].value]
    np.testing.assert_array_equal(shown[:5], values[:5])


def test_dates_are_written_without_what_they_share(drawn):
    """Days and months, and the year once."""
    figure = drawn(pd.DataFrame({"day": TIMES, "y": VALUES}), "y")
    axis = figure.axes[0].xaxis
    figure.canvas.draw()
    assert [label.get_text() for label in axis.get_ticklabels()] == [
        "01 Jan",
        "08 Jan",
        "15 Jan",
        "22 Jan",
        "01 Feb",
        "08 Feb",
        "15 Feb",
    ]
    assert axis.get_offset_text().get_text() == "2024"


def test_labels_are_written_on_the_axis(drawn):
    """As they are, dollar signs included."""
    axes = drawn(pd.DataFrame({"$x$": np.arange(ROWS), "y": ["$a$", "b"] * 25}), "y").axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["$a$", "b"]
    assert set(points(axes.lines[0])[1].tolist()) == {0, 1}
    assert not axes.get_yticklabels()[0].get_parse_math()


@pytest.mark.parametrize("name", ["a.svg", "a.png"])
def test_a_file_of_its_kind_is_written(drawn, tmp_path, name):
    """A light one, of the size of the figure."""
    drawn(pd.DataFrame({"day": TIMES, "y": VALUES}), "y", name=name)
    path = tmp_path / name
    assert 2_000 < path.stat().st_size < 100_000
    if name == "a.svg":
        assert ElementTree.parse(path).getroot().tag.endswith("svg")
    else:
        assert imread(path).shape[:2] == (360, 900)
