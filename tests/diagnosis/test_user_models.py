"""Models as users write them: losses of their own, masks, stateful layers with an output for each step."""

import keras
import numpy as np
import pytest
from support import keras_faults as faults
from support.keras_programs import compiled

from seqtasks.diagnosis.decoding import decode
from seqtasks.diagnosis.examination import MOST_LETTERS, examine
from seqtasks.diagnosis.keras_model.cloning import cloned
from seqtasks.diagnosis.keras_model.loss import CompiledLoss
from seqtasks.diagnosis.keras_model.subject import KerasSubject
from seqtasks.diagnosis.state_measurements import STATE_MEASURES
from seqtasks.errors import UsageError

pytestmark = pytest.mark.tensorflow

LAYERS = keras.layers


def test_the_states_of_a_stateful_layer_are_measured_over_whole_series():
    """The layer behind it is built for rows of four steps, and a series has sixty of them."""
    found = KerasSubject(*faults.stateful(rows=8, steps=4))
    measured = [measure(found) for measure in STATE_MEASURES]
    assert found.probe.run.states.shape == (16, 120, 4)
    assert found.probe.predictions.shape == (16, 120, 1)
    assert all(np.isfinite(each.value) for each in measured)
    outputs = found.outputs.reshape(-1, 8, 4).swapaxes(0, 1).reshape(16, 120)
    np.testing.assert_allclose(found.probe.predictions[..., 0], outputs, atol=1e-5)


def test_a_mask_is_named_where_states_are_not_measured():
    """The sentence says why, and gradients of copies are measured all the same."""
    found = KerasSubject(*faults.padded(masked=True))
    with pytest.raises(UsageError, match="receives a mask or an initial state"):
        _ = found.probe
    (flow,) = found.copies.fresh_flows
    assert flow[0] == pytest.approx(1.0)
    assert np.isfinite(flow).all()


def test_a_model_with_a_loss_that_is_not_registered_is_copied():
    """Keras cannot build the loss anew; the copy has other weights, and the model stays compiled."""

    class Local(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)

    X = faults.normal(60, 4, 1)
    model = compiled(keras.Input((4, 1)), LAYERS.GRU(2), LAYERS.Dense(1), loss=Local(), metrics=[lambda y, o: o])
    copy = cloned(model)
    assert model.compiled
    assert not copy.compiled
    assert not np.array_equal(copy.get_weights()[0], model.get_weights()[0])
    assert KerasSubject(model, X, X[:, 1]).copies.rate == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("loss", "outputs", "kind", "logits"),
    [
        (lambda y, o: keras.losses.sparse_categorical_crossentropy(y, o, from_logits=True), 5, "class", True),
        (lambda y, o: 1.0 * keras.losses.sparse_categorical_crossentropy(y, o), 5, "class", False),
        (lambda y, o: 1.0 * keras.losses.categorical_crossentropy(y, o), 3, "class", False),
        (lambda y, o: keras.losses.binary_crossentropy(y, o, from_logits=True), 1, "binary", True),
        (lambda y, o: keras.ops.abs(y - o), 1, "real", False),
    ],
    ids=["sparse of logits", "sparse", "one-hot", "binary", "values"],
)
def test_a_function_of_the_user_is_the_loss_that_it_computes(loss, outputs, kind, logits):
    """Cross-entropies of Keras are known within a function."""
    found = CompiledLoss.of(compiled(keras.Input((4,)), LAYERS.Dense(outputs), loss=loss), outputs)
    assert (found.kind, found.from_logits) == (kind, logits)


def test_the_error_of_a_loss_is_not_repeated_with_all_its_data():
    """A text of thousands of letters is cut."""

    def failing(y_true, y_pred):
        raise ValueError("labels " * 1000)

    X = faults.normal(60, 4, 1)
    found = examine(
        KerasSubject(compiled(keras.Input((4, 1)), LAYERS.GRU(2), LAYERS.Dense(1), loss=failing), X, X[:, 1])
    )
    assert found.verdict == "not trained"
    text = next(each for each in found.unchecked if "ValueError" in each)
    assert text.endswith("labels ...")
    assert len(text.partition("raised: ")[2]) <= MOST_LETTERS + 4


def test_windows_of_a_smooth_series_are_decoded():
    """Values of neighbours are alike, so that only those of lanes drawn at random are surrogates."""
    x = np.sin(0.31 * np.arange(420)) + 0.1 * np.random.default_rng(0).normal(size=420)
    states = np.lib.stride_tricks.sliding_window_view(x, 5)[:400, None, :]
    found = decode(states, x[5:405].reshape(400, 1, 1), np.ones((400, 1), bool))
    ordinary = np.linalg.lstsq(np.c_[states[:, 0], np.ones(400)], x[5:405], rcond=None)[1][0]
    assert found.share == pytest.approx(1 - ordinary / np.sum((x[5:405] - x[5:405].mean()) ** 2), abs=0.03)
