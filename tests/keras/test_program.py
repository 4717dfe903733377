"""Compiled programs: how TensorFlow counts them, and how they are called."""

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


def accumulate(total, arrays):
    """A program that captures a variable, and takes and returns nested lists."""
    total.assign_add(arrays[0])
    return [total.read_value(), [arrays[1] * total, arrays[0]]]


def results():
    total = tf.Variable(1.0)
    program = Program(lambda *arrays: accumulate(total, arrays), "no cell")
    calls = [program(tf.constant(n), tf.constant([n, 2.0])) for n in (1.0, 2.0, 3.0)]
    return program, tf.nest.map_structure(lambda tensor: tensor.numpy().tolist(), calls)


def test_the_public_call_gives_what_the_fast_call_gives(monkeypatch):
    """The fast one is not part of TensorFlow's public API: a version without it, or with another one, works as well."""
    fast, expected = results()
    assert expected[2] == [7.0, [[21.0, 14.0], 3.0]]
    kind = type(fast._function.get_concrete_function(tf.constant(1.0), tf.constant([1.0, 2.0])).inference_fn)
    assert "unchecked" in fast._call.__qualname__

    def other(self, flat, required):
        raise AssertionError

    monkeypatch.setattr(kind, "call_preflattened", other)  # a TypeError: it takes other arguments
    changed, found = results()
    assert found == expected
    assert "unchecked" not in getattr(changed._call, "__qualname__", "")
    monkeypatch.delattr(kind, "call_preflattened")
    missing, found = results()
    assert found == expected
    assert "unchecked" not in getattr(missing._call, "__qualname__", "")
