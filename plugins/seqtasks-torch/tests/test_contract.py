"""seqtasks' own checks of models and trainers."""

import pytest

from seqtasks.checks import parametrize_with_checks

pytestmark = pytest.mark.tensorflow  # which the checks of trainers load, looking for a network that they take


@parametrize_with_checks(["seqtasks-torch", "torch-lstm:layers=2", "torch-online:lanes=3,window=4"])
def test_contract(subject, check):
    """A promise of the entry is kept."""
    check(subject)
