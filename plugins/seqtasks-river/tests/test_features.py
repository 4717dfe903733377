"""Dicts as rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqtasks_river.features import Features

from seqtasks.errors import DataError


@given(st.dictionaries(st.text() | st.integers(), st.floats(allow_nan=False), min_size=1), st.randoms())
def test_the_order_of_a_dict_does_not_matter(x, random):
    """Shuffled, it makes the same row, with every value in it once."""
    items = list(x.items())
    random.shuffle(items)
    row = Features.of(x).row(dict(items))
    assert (row == Features.of(x).row(x)).all()
    assert sorted(row[0].tolist()) == sorted(map(float, x.values()))


@pytest.mark.parametrize(
    ("x", "what"),
    [
        ({"a": 1}, "b missing"),
        ({"a": 1, "b": 2, "c": 3}, "c new"),
        ({"a": 1, "c": 3, "d": 4}, "b missing; c, d new"),
        ({}, "a, b missing"),
    ],
)
def test_other_features_are_refused(x, what):
    """One sentence says which are missing and which are new."""
    with pytest.raises(DataError) as caught:
        Features.of({"a": 0, "b": 0}).row(x)
    assert caught.value.message == f"The features differ from those of the first row: {what}."
    assert caught.value.hint == (
        "Put compose.Select and preprocessing.StatImputer before the network: its inputs are fixed."
    )


@pytest.mark.parametrize("value", ["red", None])
def test_what_is_no_number_is_refused(value):
    """By the feature's name, with its value."""
    with pytest.raises(DataError) as caught:
        Features.of({"a": 0, "colour": 0}).row({"a": 0, "colour": value})
    assert caught.value.message == f"The feature colour is {value!r}, which is not a number."
    assert caught.value.hint == "Encode it, for example with preprocessing.OneHotEncoder."
