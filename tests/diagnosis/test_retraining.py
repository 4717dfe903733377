"""Copies of plain Keras models with changes: rows, layers, and starts anew."""

import keras
import numpy as np
import pytest
from support.keras_programs import compiled, question, values

import seqtasks
from seqtasks.diagnosis.keras_model.fit_arguments import FitArguments
from seqtasks.diagnosis.keras_model.program import KerasProgram, restart
from seqtasks.diagnosis.keras_model.repairs import REPAIRS, standardized
from seqtasks.diagnosis.keras_model.retraining import KerasRetraining
from seqtasks.diagnosis.keras_model.subject import KerasSubject
from seqtasks.errors import UsageError

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def asked():
    """The question's program and its subject; the model is not trained."""
    model, X, y = question(steps=240)
    subject = KerasSubject(model, X, y, {"batch_size": 1, "shuffle": False})
    return KerasProgram.of(model, X, y, subject.fit), subject


def test_rows_are_joined_to_longer_ones(asked):
    """Eight steps in the place of one: the same numbers in the same order, as many updates, no state carried."""
    program, subject = asked
    longer = REPAIRS["truncated-gradient"](program, subject)
    assert (longer.X.shape, longer.y.shape) == ((30, 8, 1), (30, 8, 1))
    np.testing.assert_array_equal(longer.X.ravel(), program.X.ravel())
    np.testing.assert_array_equal(longer.y.ravel(), program.y.ravel())
    assert longer.fit.epochs == 8
    both = REPAIRS["missing-readout"](longer, subject).built(0)
    assert both.output_shape == (None, 8, 1)
    assert [layer.stateful for layer in both.layers if isinstance(layer, keras.layers.GRU)] == [False]
    assert isinstance(both.layers[-1], keras.layers.Dense)


def test_rows_continue_those_of_the_batch_before():
    """A series of 8 rows and batches of 2: the second half is next to the first."""
    X = np.arange(8.0).reshape(8, 1, 1)
    model = compiled(
        keras.Input(batch_shape=(2, 1, 1)), keras.layers.SimpleRNN(2, stateful=True), keras.layers.Dense(1)
    )
    program = KerasProgram.of(model, X, X[:, 0], FitArguments())
    assert REPAIRS["rows-not-continuous"](program, None).X.ravel().tolist() == [0, 4, 1, 5, 2, 6, 3, 7]
    assert not REPAIRS["shuffled-stateful"](program, None).fit.shuffle
    assert REPAIRS["broadcast-targets"](program, None).y.shape == (8, 1, 1)


def test_layers_of_a_copy_are_changed_and_those_of_the_user_are_not():
    """Each edit has its effect on a new model alone."""
    X = np.random.default_rng(0).normal(3.0, 5.0, size=(20, 6, 2)).astype(np.float32)
    layers = [keras.Input((None, 2)), keras.layers.SimpleRNN(3, activation="relu", name="memory")]
    model = compiled(*layers, keras.layers.Dense(1, activation="sigmoid"), loss="binary_crossentropy")
    before = values(model)
    subject = KerasSubject(model, X, (X[:, 0, :1] > 3).astype(np.float32), {})
    program = KerasProgram.of(model, X, subject.y, subject.fit)

    def built(name):
        return REPAIRS[name](program, subject).built(0)

    assert built("dead-units").get_layer("memory").activation is keras.activations.tanh
    assert isinstance(built("vanishing-gradient").get_layer("memory"), keras.layers.GRU)
    assert built("too-few-units").get_layer("memory").units == 12
    assert built("output-range").layers[-1].activation is keras.activations.linear
    logits = built("activation-loss-mismatch")
    assert logits.loss.get_config()["from_logits"]
    masked, padded = built("padding-read"), X.copy()
    padded[:, 4:] = 0
    np.testing.assert_allclose(masked(padded), masked(X[:, :4]), rtol=1e-6)
    assert np.abs(model(padded).numpy() - model(X[:, :4]).numpy()).max() > 1e-3
    assert built("exploding-gradient").optimizer.global_clipnorm == 1.0
    assert REPAIRS["unscaled-inputs"](program, subject).X.std() == pytest.approx(1)
    assert all(np.array_equal(a, b) for a, b in zip(before, values(model), strict=True))


def test_a_model_starts_anew_as_if_it_were_new(asked):
    """Weights, slots and states: a second training after a restart ends as that of a new model does."""
    program, subject = asked
    small = KerasProgram.of(subject.model, program.X[:12], program.y[:12], program.fit)
    first, second = small.built(1), small.built(2)
    small.train(second, 2)
    small.train(first, 1)
    restart(first, small.built(2))
    small.train(first, 2)
    for got, wanted in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-6)


def test_what_has_no_repair_is_named(asked):
    """Targets that nothing predicts cannot be repaired by a copy."""
    retraining = KerasRetraining(asked[1], {"no-memory-needed": "Shift the targets."})
    with pytest.raises(UsageError, match="No copy can be trained with this change"):
        retraining.skills(["no-memory-needed"])


def test_values_become_standard_ones():
    """A constant becomes 0, and the shape stays."""
    found = standardized(np.array([[[1.0, 7.0], [3.0, 7.0]]]))
    np.testing.assert_allclose(found, [[[-1, 0], [1, 0]]])


def test_the_changes_that_are_tried_are_those_of_the_faults():
    """The code that a rule proposes is that of its attempt."""
    X = 300 + 50 * np.random.default_rng(0).normal(size=(80, 4, 1)).astype(np.float32)
    model = compiled(keras.Input((4, 1)), keras.layers.SimpleRNN(2), keras.layers.Dense(1))
    model.fit(X, X[:, 2] / 50 - 6, verbose=0)
    diagnosis = seqtasks.explain(model, X, X[:, 2] / 50 - 6, try_changes=True)
    changes = {fault.name: fault.change for fault in diagnosis.faults}
    assert "unscaled-inputs" in changes
    alone = {each.faults[0]: each.change for each in diagnosis.attempts.tried if len(each.faults) == 1}
    assert alone["unscaled-inputs"] == changes["unscaled-inputs"]
    assert alone.items() <= changes.items()


def test_the_value_of_the_padding_is_masked():
    """Rows that are filled up with -1."""
    X = np.random.default_rng(0).normal(size=(20, 6, 1)).astype(np.float32)
    X[::2, 3:] = -1
    model = compiled(keras.Input((None, 1)), keras.layers.SimpleRNN(2), keras.layers.Dense(1))
    program = KerasProgram.of(model, X, X[:, 0], FitArguments())
    masked = REPAIRS["output-on-padding"](program, None).built(0)
    np.testing.assert_allclose(masked(X[:1]), masked(X[:1, :3]), rtol=1e-6)
