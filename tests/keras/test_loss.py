"""Keras's losses in place of the kinds'."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqtasks.errors import UsageError
from seqtasks.keras.loss import KerasLoss, step_loss

pytestmark = pytest.mark.tensorflow

LOGITS = np.array([[[0.5, -1.0, 2.0], [0.0, 0.0, 0.0]]])
ONE_HOT = np.eye(3)[[[2, 0]]]


def test_cross_entropy_of_keras_is_ours():
    """By probabilities and one-hot targets what ours is by logits and numbers."""
    ours = step_loss("class", tf.constant([[[2], [0]]]), tf.constant(LOGITS))
    theirs = step_loss(KerasLoss("categorical_crossentropy", "class"), tf.constant(ONE_HOT), tf.constant(LOGITS))
    np.testing.assert_allclose(theirs, ours, rtol=1e-6)


@pytest.mark.parametrize(
    "setting",
    ["mse", keras.losses.MeanSquaredError(), lambda y, o: (y - o) ** 2],
    ids=["name", "object", "function"],
)
def test_names_objects_and_functions_mean_the_same(setting):
    """The squared error by each, of values as they are."""
    y, o = tf.constant([[[1.0, 2.0]]]), tf.constant([[[0.0, 4.0]]])
    np.testing.assert_allclose(KerasLoss(setting, "real")(y, o), [[2.5]])


def test_a_name_that_keras_does_not_know_is_refused():
    """In Keras's own words."""
    with pytest.raises(ValueError, match="Could not interpret loss identifier: nope"):
        KerasLoss("nope", "real")


@pytest.mark.parametrize(
    "setting",
    ["sparse_categorical_crossentropy", keras.losses.sparse_categorical_crossentropy],
)
def test_a_loss_of_class_indices_is_refused(setting):
    """By name and as a function; the class of it, too; and the one of one-hot targets is named."""
    words = "The loss sparse_categorical_crossentropy takes class indices, but the targets here are one-hot."
    with pytest.raises(UsageError, match=words) as caught:
        KerasLoss(setting, "class")
    assert caught.value.hint == "Use 'categorical_crossentropy'."
    with pytest.raises(UsageError) as caught:
        KerasLoss(keras.losses.SparseCategoricalCrossentropy(), "class")
    assert caught.value.hint == "Use 'CategoricalCrossentropy'."
