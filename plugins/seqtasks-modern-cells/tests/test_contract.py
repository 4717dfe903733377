"""What every model and trainer of seqtasks promises, of those of this package."""

import pytest

from seqtasks.checks import parametrize_with_checks

pytestmark = pytest.mark.tensorflow


@parametrize_with_checks(["ridge", "rls"])
def test_readout_trainers_keep_what_trainers_promise(subject, check):
    """Losses before each update, pieces, resuming, seeds, weights of 0."""
    check(subject)
