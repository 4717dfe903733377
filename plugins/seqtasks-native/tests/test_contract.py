"""seqtasks' own checks of models and trainers."""

import pytest

from seqtasks.checks import parametrize_with_checks

pytestmark = pytest.mark.tensorflow  # which the checks of trainers load, looking for a network that they take


@parametrize_with_checks(["native-gru", "native-lstm", "native-online:lanes=2,window=3"])
def test_contract(subject, check):
    """A promise of the entry is kept."""
    check(subject)
