"""The pages that tests read."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root():
    """The repository."""
    return ROOT


@pytest.fixture
def page(root):
    """The text of a page under docs/."""
    return lambda name: (root / "docs" / name).read_text(encoding="utf-8")
