"""What scikit-learn's checks need."""

import pytest


@pytest.fixture(autouse=True)
def dispatch(monkeypatch):
    """The checks on arrays of other libraries are run, where these are installed."""
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")
