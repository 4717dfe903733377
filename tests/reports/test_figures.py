"""Pictures as SVG: places of values, and names of strangers."""

import re
from xml.etree import ElementTree

import pytest
from support.made_up_results import SCRIPT

from seqtasks.reports.figures import HEIGHT, Line, horizon_curves, learning_curves, strip, thinned


def path_of(svg, kind):
    """The points of the first path of a class."""
    data = re.search(rf'<path class="{kind}" d="M([^"]*)"', svg)[1]
    return [tuple(map(float, point.split())) for point in data.split("L")]


def test_shares_are_drawn_at_their_height():
    """A share of 1 is at the top, of 0 at the bottom, and of a half in the middle."""
    svg = horizon_curves(
        [Line(0, "gru", [(0, 1.0), (1, 0.5), (2, 0.0)], [(0.8, 1), (0.3, 0.7), (0, 0.2)])], [1, 2, 4], 0.9, ""
    )
    (_, top), (_, middle), (_, bottom) = path_of(svg, "l s0")
    assert (top, bottom) == (12, HEIGHT - 34)
    assert middle == pytest.approx((top + bottom) / 2)
    assert [text for text in re.findall(r">([^<>]+)</text>", svg) if text.isdigit()] == ["0", "1", "1", "2", "4"]


def test_chance_and_optimum_are_drawn():
    """Both have a line and a label; labels of equal losses stand below one another."""
    svg = learning_curves(
        [Line(0, "gru", [(100, 0.2), (500, 0.1)])], [("chance", 0.2), ("memoryless", 0.2), ("optimum", 0.0)], ""
    )
    labels = dict(reversed(each) for each in re.findall(r'y="([\d.]+)">(chance|memoryless|optimum)<', svg))
    assert svg.count('class="y"') == 3
    assert float(labels["chance"]) + 11 == float(labels["memoryless"]) < float(labels["optimum"])


def test_a_loss_far_above_chance_stays_in_the_picture():
    """A curve that explodes is cut at the edge, and does not flatten the rest."""
    svg = learning_curves([Line(0, "gru", [(1, 1e9), (2, 0.1)])], [("chance", 0.2), ("optimum", 0.0)], "")
    (_, high), (_, low) = path_of(svg, "l s0")
    assert high >= 12
    assert 90 < low < HEIGHT - 34


@pytest.mark.parametrize("losses", [[0.5], [0.0, 0.0], [1e-12, 1e-12], [3e8, 1e8]])
def test_odd_scales(losses):
    """One point, zeros, tiny and huge losses make a picture without a number that is none."""
    svg = learning_curves([Line(0, "gru", list(enumerate(losses)))], [], "")
    assert "nan" not in svg
    assert "inf" not in svg
    ElementTree.fromstring(svg)


def test_names_are_escaped():
    """A name with markup in it is text."""
    line = Line(0, SCRIPT, [(0, 0.5), (1, 0.2)], [(0.1, 0.6), (0.1, 0.3)])
    for svg in (horizon_curves([line], [1, 2], 0.9, SCRIPT), learning_curves([line], [(SCRIPT, 0.5)], SCRIPT)):
        assert "<script" not in svg
        assert ElementTree.fromstring(svg).get("aria-label") == SCRIPT


def test_strip():
    """The number and its interval on a scale from 0 to 1; there may be no interval."""
    assert 'cx="60"' in strip(0.5, 0.25, 0.75, 0.0)
    assert 'd="M32 7H88"' in strip(0.5, 0.25, 0.75, 0.0)
    assert 'class="w"' not in strip(0.5, None, None, 0.0)


def test_thinned_keeps_the_mean_and_the_end():
    """1000 points become 80 at most; the mean of equal blocks is that of all, and the last step stays."""
    points = [(step, float(step % 7)) for step in range(1, 1001)]
    thin = thinned(points, 100)
    assert len(thin) == 100
    assert thin[-1][0] == 1000
    assert sum(y for _, y in thin) / 100 == pytest.approx(sum(y for _, y in points) / 1000)
    assert thinned(points[:5], 80) == points[:5]
