"""A model may restrict the precision in which it computes."""

import pytest

from seqtasks.core.dtype import check_dtype
from seqtasks.errors import UsageError


def test_a_model_may_compute_in_one_precision_alone():
    """The message names the model, the hint what it supports."""
    check_dtype("float32", ["float32"], "delay-line")
    with pytest.raises(UsageError) as caught:
        check_dtype("float64", ["float32"], "delay-line")
    assert caught.value.message == "The model delay-line does not compute in float64."
    assert caught.value.hint == "Use dtype=float32, or another model."
