"""Compiled programs, as TensorFlow counts them."""

import logging

import pytest
import tensorflow as tf

from seqtasks.keras.program import Program

pytestmark = pytest.mark.tensorflow


class Doubling:
    """As the loops do it: a method of each of many objects is a program."""

    def __init__(self):
        self.program = Program(self.double, "no cell")

    def double(self, x):
        return 2 * x


def test_many_programs_of_one_method_are_no_retracing(caplog):
    """Each is traced once, which is no reason for a warning; plain tf.function warns at the fifth."""
    with caplog.at_level(logging.WARNING, logger="tensorflow"):
        assert [float(Doubling().program(tf.constant(1.0))) for _ in range(8)] == [2.0] * 8
    assert not [record for record in caplog.records if "retracing" in record.getMessage()]
    with caplog.at_level(logging.WARNING, logger="tensorflow"):
        for _ in range(8):
            tf.function(Doubling().double)(tf.constant(1.0))
    assert [record for record in caplog.records if "retracing" in record.getMessage()]
