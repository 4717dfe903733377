"""Compiled programs: how TensorFlow counts them, and how they are called."""

import logging
from functools import partial

import pytest
import tensorflow as tf

from seqtasks.keras.program import Program, _first_call

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


def accumulate(total, arrays):
    """A program that captures a variable, and takes and returns nested lists."""
    total.assign_add(arrays[0])
    return [total.read_value(), [arrays[1] * total, arrays[0]]]


class Missing:
    """A concrete function of a TensorFlow without the unchecked call."""

    def __init__(self, concrete):
        self._concrete = concrete

    def __call__(self, *arguments):
        return self._concrete(*arguments)


class Changed(Missing):
    """A concrete function of a TensorFlow whose unchecked call takes other arguments."""

    captured_inputs = ()

    @property
    def inference_fn(self):
        return self

    def call_preflattened(self, flat, required):
        raise AssertionError


@pytest.mark.parametrize("version", [Missing, Changed])
def test_the_public_call_gives_what_the_unchecked_call_gives(version):
    """The unchecked call is not part of TensorFlow's public API. A version without it works, too."""
    results = []
    for wrap in (lambda concrete: concrete, version):
        total = tf.Variable(1.0)
        function = tf.function(partial(lambda total, *arrays: accumulate(total, arrays), total), jit_compile=True)
        data = [(tf.constant(n), tf.constant([n, 2.0])) for n in (1.0, 2.0, 3.0)]
        concrete = wrap(function.get_concrete_function(*data[0]))
        first, call = _first_call(concrete, data[0])
        assert (call is concrete) == (wrap is version)
        results.append(
            tf.nest.map_structure(lambda each: each.numpy().tolist(), [first, *(call(*d) for d in data[1:])])
        )
    assert results[0] == results[1]
    assert results[0][2] == [7.0, [[21.0, 14.0], 3.0]]
