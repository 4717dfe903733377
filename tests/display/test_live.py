"""The loss curve drawn with characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.display.live import BARS, chart


def test_drawn():
    """From chance at the top to a line on the floor, eighths of a row in between."""
    assert chart([1.0, 0.75, 0.5, 0.3125, 0.0], chance=1.0, optimum=0.0, width=5, height=2) == ["█▄   ", "███▅▁"]


def test_between_chance_and_optimum():
    """The floor is the optimum, not 0."""
    assert chart([0.7, 0.6, 0.5], chance=0.7, optimum=0.5, width=3, height=1) == ["█▄▁"]


def test_losses_above_chance_touch_the_top():
    """And those below the optimum the floor."""
    assert chart([9e9, -1.0], chance=1.0, optimum=0.0, width=2, height=2) == ["█ ", "█▁"]


def test_each_column_is_the_mean_of_its_share():
    """Four losses in two columns."""
    assert chart([1.0, 0.0, 0.0, 0.5], chance=1.0, optimum=0.0, width=2, height=1) == ["▄▂"]


def test_a_task_that_cannot_be_learned():
    """Chance is the optimum: nothing is divided by 0."""
    assert chart([0.5, 1.5], chance=0.5, optimum=0.5, width=2, height=1) == ["▁█"]


@given(
    losses=st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=50),
    width=st.integers(1, 70),
    height=st.integers(1, 9),
)
def test_size(losses, width, height):
    """``height`` lines of as many columns as there are losses, at most ``width``; no column is empty."""
    lines = chart(losses, chance=1.0, optimum=0.0, width=width, height=height)
    assert [len(line) for line in lines] == [min(width, len(losses))] * height
    assert set("".join(lines)) <= set(BARS)
    assert " " not in lines[-1]


def test_nothing_yet():
    """Lines without columns."""
    assert chart([], chance=1.0, optimum=0.0, width=5, height=2) == ["", ""]


@pytest.mark.parametrize("huge", [1e308, float("inf")])
def test_huge(huge):
    """Means that overflow are at the top."""
    assert chart([huge, huge], chance=1.0, optimum=0.0, width=1, height=1) == ["█"]
