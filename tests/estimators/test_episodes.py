"""Where episodes start, from the groups of rows."""

from itertools import groupby

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.estimators.data.episodes import episodes


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.integers(0, 24))
def test_however_rows_are_cut_episodes_start_where_groups_change(lengths, cut):
    """In two calls as in one, wherever the cut is."""
    groups = np.repeat(np.arange(len(lengths)), lengths)
    starts = np.concatenate([[True], groups[1:] != groups[:-1]])
    whole, began = episodes(groups, len(groups), None)
    np.testing.assert_array_equal(whole, starts)
    assert began == list(range(len(lengths)))
    first, known = episodes(groups[:cut], len(groups[:cut]), None)
    second, more = episodes(groups[cut:], len(groups[cut:]), dict.fromkeys(known) if cut else None)
    np.testing.assert_array_equal(np.concatenate([first, second]), starts)
    assert [*known, *more] == began


@given(st.lists(st.sampled_from("ab"), min_size=3, max_size=8))
def test_a_group_that_comes_back_raises(labels):
    """Whenever there is one of two groups in two pieces, and only then."""
    pieces = len(list(groupby(labels)))
    if pieces > 2 or pieces > len(set(labels)):
        with pytest.raises(ValueError, match=r"groups has '[ab]' again at row \d+, after another group.*Sort the rows"):
            episodes(labels, len(labels), None)
    else:
        assert episodes(labels, len(labels), None)[0].sum() == pieces


def test_a_group_that_comes_back_in_a_later_call_raises():
    """The groups of all calls before count."""
    with pytest.raises(ValueError, match="groups has 'a' again at row 1"):
        episodes(["b", "a"], 2, {"a": None, "b": None})


def test_where_groups_may_come_again_only_the_call_counts():
    """And the present one where it goes on, of times as well."""
    before = {"a": None, "b": None}
    assert episodes(["a", "b"], 2, before, again=True) == (pytest.approx([True, True]), ["a", "b"])
    assert episodes(["b", "a"], 2, before, again=True) == (pytest.approx([False, True]), ["a"])
    days = np.array([2, 1, 2], "M8[ns]")
    with pytest.raises(ValueError, match="again at row 2"):
        episodes(days, 3, {days[0]: None}, again=True)


def test_without_groups_all_rows_go_on():
    """An episode starts at the very first row only; and where groups are passed for the first time."""
    assert episodes(None, 3, None)[0].tolist() == [True, False, False]
    assert episodes(None, 2, {"a": None})[0].tolist() == [False, False]
    assert episodes(["a", "a"], 2, {})[0].tolist() == [True, False]


def test_labels_of_any_type():
    """As columns of a frame, texts and times."""
    days = pd.Series(pd.to_datetime(["2026-01-01", "2026-01-01", "2026-01-02"]))
    assert episodes(days, 3, None)[0].tolist() == [True, False, True]
    assert episodes(pd.Series(["x", "y"]), 2, {"x": None}) == (pytest.approx([False, True]), ["y"])


@pytest.mark.parametrize("unit", ["D", "us", "ns"])
@pytest.mark.parametrize("kind", ["M8", "m8"])
def test_times_of_any_unit_go_on_and_come_back(kind, unit):
    """An episode goes on in the next call, and one that comes back is refused."""
    days = np.array([20_000, 20_000, 20_001]).astype(f"{kind}[D]").astype(f"{kind}[{unit}]")
    _, began = episodes(days[:1], 1, None)
    starts, more = episodes(days[1:], 2, dict.fromkeys(began))
    assert starts.tolist() == [False, True]
    assert [*began, *more] == [days[0], days[2]]
    with pytest.raises(ValueError, match="again at row 0"):
        episodes(days[:1], 1, dict.fromkeys([*began, *more]))


def test_groups_that_are_not_one_a_row_raise():
    """Too few, missing, or several."""
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[3, 2\]"):
        episodes(["a", "b"], 3, None)
    with pytest.raises(ValueError, match="Input groups contains NaN"):
        episodes([1.0, np.nan], 2, None)
    with pytest.raises(ValueError, match="1d array"):
        episodes(np.zeros((2, 2)), 2, None)
