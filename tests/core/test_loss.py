"""Losses per step, in NumPy and in TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.core.loss import step_losses
from seqtasks.keras.loss import step_loss

pytestmark = pytest.mark.tensorflow


def test_known_values():
    """(1 + 4) / 2, ln 2, ln 4, and one logit of 2 for and against."""
    np.testing.assert_allclose(step_losses("real", np.array([[[1.0, 0.0]]]), np.array([[[2.0, 2.0]]])), [[2.5]])
    np.testing.assert_allclose(step_losses("binary", np.ones((1, 1, 1)), np.zeros((1, 1, 1))), [[np.log(2)]])
    np.testing.assert_allclose(step_losses("class", np.zeros((1, 1, 1), int), np.zeros((1, 1, 4))), [[np.log(4)]])
    against = step_losses("binary", np.array([[[1.0], [0.0]]]), np.full((1, 2, 1), 2.0))
    np.testing.assert_allclose(against, [[np.log(1 + np.exp(-2)), np.log(1 + np.exp(2))]])


def test_one_target_is_compared_with_every_output():
    """Without a readout the target is repeated over the units."""
    np.testing.assert_allclose(step_losses("real", np.ones((1, 1, 1)), np.array([[[1.0, 3.0]]])), [[2.0]])
    assert step_loss("real", tf.ones((1, 1, 1)), tf.constant([[[1.0, 3.0]]])).numpy() == 2.0


def test_extreme_logits_are_finite():
    """A logit of 1000 against the target costs 1000 nats, for it nothing."""
    logits = np.array([[[1000.0], [-1000.0]]])
    np.testing.assert_allclose(step_losses("binary", np.zeros((1, 2, 1)), logits), [[1000, 0]])
    np.testing.assert_allclose(step_losses("class", np.zeros((1, 1, 1), int), np.array([[[0.0, 1000.0]]])), [[1000]])


def test_diverged_outputs_are_no_warning():
    """Not a number in, not a number out."""
    assert np.isnan(step_losses("real", np.ones((1, 1, 1)), np.full((1, 1, 1), np.nan))).all()
    assert np.isinf(step_losses("real", np.ones((1, 1, 1)), np.full((1, 1, 1), np.inf))).all()


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["real", "binary", "class"]), st.integers(1, 4), st.integers(0, 99))
def test_training_and_evaluation_have_the_same_loss(kind, outputs, seed):
    """TensorFlow's in float32 equals NumPy's."""
    random = np.random.default_rng(seed)
    o = random.normal(0, 3, (2, 5, outputs)).astype(np.float32)
    targets = {
        "real": random.normal(size=o.shape).astype(np.float32),
        "binary": random.integers(0, 2, o.shape).astype(np.float32),
        "class": random.integers(0, outputs, (2, 5, 1)).astype(np.int32),
    }[kind]
    got = step_loss(kind, tf.constant(targets), tf.constant(o)).numpy()
    np.testing.assert_allclose(got, step_losses(kind, targets, o), rtol=1e-5, atol=1e-5)
