"""The examples on the pages about estimators print what they say."""

import doctest

import pytest

HEAVY = [pytest.param(name, marks=pytest.mark.tensorflow) for name in ("sequences", "streams", "forecast")]


@pytest.mark.parametrize("name", ["steps", *HEAVY])
def test_examples(root, name):
    """No example fails, and there are some."""
    found = doctest.testfile(str(root / "docs" / "how-to" / f"{name}.md"), module_relative=False, verbose=False)
    assert found.attempted > 5
    assert found.failed == 0
