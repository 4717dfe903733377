"""Earlier rows of a column that is read in pieces."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.core.earlier_rows import EarlierRows


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.integers(0, 12), st.integers(0, 3))
def test_pieces_of_any_size_give_the_same_earlier_rows(sizes, lag, more):
    """The value ``lag`` rows before each row of the whole; before the first row the first value."""
    values = np.random.default_rng(0).normal(size=sum(sizes))
    history, got, done = EarlierRows(lag + more), [], 0
    for size in sizes:
        piece = values[done : done + size]
        got.append(history.before(piece, lag))
        history.extend(piece)
        done += size
    wanted = [values[max(t - lag, 0)] for t in range(len(values))]
    assert np.concatenate(got).tolist() == wanted
