"""Which rows of a table belong to which group."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.tables.panel import Panel, rows_of_each

counts = st.lists(st.integers(1, 6), min_size=1, max_size=5)


def panel_of(sizes):
    return Panel("g", tuple(map(str, range(len(sizes)))), np.cumsum(sizes))


@given(counts, st.integers(0, 7))
def test_neighbours_are_those_of_each_group_alone(sizes, rows):
    """As in lists of the rows of each group, whose ends repeat."""
    panel = panel_of(sizes)
    lists = np.split(np.arange(sum(sizes)), np.cumsum(sizes)[:-1])
    assert panel.codes.tolist() == [n for n, own in enumerate(lists) for _ in own]
    assert panel.places.tolist() == [place for own in lists for place in range(len(own))]
    assert panel.before(rows).tolist() == [own[max(place - rows, 0)] for own in lists for place in range(len(own))]
    assert panel.after(rows).tolist() == [
        own[min(place + rows, len(own) - 1)] for own in lists for place in range(len(own))
    ]
    assert panel.with_later(rows).tolist() == [row for own in lists for row in own[: max(len(own) - rows, 0)]]
    assert [range(sum(sizes))[one] for one in panel.slices()] == [range(own[0], own[-1] + 1) for own in lists]


@given(counts, st.data())
def test_groups_without_rows_vanish(sizes, data):
    """The others keep their labels and what is left of their rows."""
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=sum(sizes), max_size=sum(sizes)).filter(any)))
    panel = panel_of(sizes)
    left = panel.take(kept)
    labels = np.array(panel.labels)[panel.codes[kept]]
    assert np.array(left.labels)[left.codes].tolist() == labels.tolist()
    assert left.labels == tuple(dict.fromkeys(labels.tolist()))


@given(st.lists(st.integers(0, 3), max_size=20))
def test_rows_of_each_code_are_in_order(codes):
    """A group without rows has none."""
    found = rows_of_each(np.array(codes, np.intp), 4)
    assert [rows.tolist() for rows in found] == [[n for n, code in enumerate(codes) if code == k] for k in range(4)]


def test_a_table_of_one_series_is_a_panel_of_one():
    """Without a label."""
    single = Panel.single(3)
    assert (single.column, single.labels, single.rows, single.neighbours.tolist()) == ("", ("",), 3, [True, True])
