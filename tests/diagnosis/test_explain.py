"""Plain Keras models are explained, and left as they are."""

import json

import keras
import numpy as np
import pytest
from support.keras_programs import compiled, question, values

import seqtasks
from seqtasks.diagnosis.keras_model.subject import KerasSubject
from seqtasks.diagnosis.rules.broadcast_targets import broadcast_targets
from seqtasks.errors import DataError, UsageError

pytestmark = pytest.mark.tensorflow


def names(diagnosis):
    return [fault.name for fault in diagnosis.faults]


@pytest.fixture(scope="module")
def asked():
    """The question's network after its training, its diagnosis, and its numbers before that."""
    model, X, y = question()
    model.fit(X, y, batch_size=1, shuffle=False, verbose=0)
    before = [*values(model), model.train_function, model.optimizer, model.history]
    return model, before, seqtasks.explain(model, X, y, fit={"batch_size": 1, "shuffle": False})


def test_the_question_is_answered(asked):
    """The gradient ends after one step, and there is no readout."""
    diagnosis = asked[2]
    assert diagnosis.verdict == "not learned"
    assert names(diagnosis) == ["truncated-gradient", "missing-readout"]
    truncated, missing = diagnosis.faults
    assert (truncated.evidence["lag"], truncated.evidence["gradient_reaches"]) == (1, 0)
    assert missing.evidence["units"] == 16
    (postponed,) = diagnosis.unchecked  # no copy is trained with a gradient that does not reach
    assert postponed.startswith("learning-rate-high, learning-rate-low, too-few-updates, too-few-units: Repair")


def test_the_loss_is_measured_against_its_references(asked):
    """Chance is the variance of the bits, 3/16; JSON has the same numbers."""
    loss = json.loads(asked[2].to_json())["measurements"][0]
    assert loss["data"]["name"] == ["chance", "memoryless", "optimum", "network"]
    chance, memoryless, optimum, network = loss["data"]["value"]
    assert chance == pytest.approx(3 / 16, abs=0.05)
    assert memoryless >= 0.9 * chance
    assert optimum < 0.01
    assert loss["low"] <= network == loss["value"] <= loss["high"]


def test_the_states_are_measured(asked):
    """No gradient is credited to an earlier step, and a readout of the states as they are could read the targets."""
    measured = {each.name: each for each in asked[2].measurements}
    assert measured["credit-assignment"].value == 0
    assert measured["memory-capacity"].value > 0.5
    assert "the readout cannot read it" in measured["readable-targets"].sentence
    assert measured["recurrent-jacobian"].value > 0


def test_the_model_is_left_as_it_is(asked):
    """Weights, states and slots are the same numbers, and states that were carried are not reset."""
    model, before, _ = asked
    after = [*values(model), model.train_function, model.optimizer, model.history]
    assert all(a is b or np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert np.abs(model.layers[0].states[0].numpy()).max() > 0


def test_the_layers_have_no_new_nodes():
    """The summary of a model with a readout is the same after the states were measured."""
    X = np.random.default_rng(0).normal(size=(90, 4, 1)).astype(np.float32)
    model = compiled(keras.Input((4, 1)), keras.layers.GRU(2), keras.layers.Dense(1))
    before, after = [], []
    model.summary(print_fn=before.append)
    assert KerasSubject(model, X, X[:, 1]).probe.run.states.shape == (90, 4, 2)
    model.summary(print_fn=after.append)
    assert after == before


def test_the_states_of_stacked_stateful_layers_stay():
    """They are not measured: the layer before the last one would run."""
    X = np.random.default_rng(0).normal(size=(16, 4, 1)).astype(np.float32)
    first = keras.layers.GRU(2, stateful=True, return_sequences=True)
    layers = [keras.Input(batch_shape=(16, 4, 1)), first, keras.layers.GRU(2, stateful=True), keras.layers.Dense(1)]
    model = compiled(*layers)
    with pytest.raises(UsageError, match="Other layers are between"):
        _ = KerasSubject(model, X, X[:, 1], {"reset_states": "batch"}).probe
    assert not np.abs(first.states[0].numpy()).any()


def test_the_data_of_the_answer_need_no_memory():
    """Y = 1 - X is the present bit, whatever the network has learned."""
    X = (np.random.default_rng(0).random((200, 10, 1)) < 0.5).astype(np.float32)
    model = compiled(keras.Input((None, 1)), keras.layers.GRU(2, return_sequences=True), keras.layers.Dense(1))
    model.fit(X, 1 - X, epochs=1, verbose=0)
    diagnosis = seqtasks.explain(model, X, 1 - X, fit={"epochs": 1})
    assert "no-memory-needed" in names(diagnosis)
    assert "no memory is needed" in str(diagnosis)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"X": np.full((600, 1, 1), np.nan, np.float32)}, "600 of 600 numbers in X are NaN or infinite"),
        ({"y": np.zeros((3, 1))}, "X has 600 rows, but y has 3"),
        ({"X": iter(())}, "X is tuple_iterator of object"),
        ({"X": iter(()), "y": None}, "y is missing, and tuple_iterator cannot be read"),
        ({"X": [np.zeros((600, 1, 1)), np.zeros((600, 1, 2))]}, "X is a list of 2 arrays"),
        (
            {"X": np.zeros((600, 1, 2))},
            "X has the shape .600, 1, 2., but the model takes inputs of the shape",
        ),
        ({"fit": {"epoch": 3}}, "'epoch' is not an argument of fit"),
        ({"fit": {"reset_states": "never"}}, "reset_states is 'never'"),
    ],
    ids=["nan", "rows", "generator", "dataset", "two inputs", "shape", "argument", "reset"],
)
def test_what_cannot_be_explained_is_an_error(change, sentence):
    """One sentence with the value, and a hint."""
    model, X, y = question()
    arguments = {"X": X, "y": y, "fit": None} | change
    with pytest.raises((DataError, UsageError), match=sentence) as raised:
        seqtasks.explain(model, **arguments)
    assert raised.value.hint


def two_inputs():
    inputs = keras.Input((3, 1)), keras.Input((3, 2))
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.GRU(2)(keras.layers.Concatenate()(inputs))))
    model.compile(loss="mse")
    return model


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: 3, "int is not a Keras model"),
        (lambda: keras.Sequential([keras.layers.GRU(2)]), "has not seen any data yet"),
        (lambda: keras.Sequential([keras.Input((3, 1)), keras.layers.GRU(2)]), "The model is not compiled"),
        (two_inputs, "has 2 inputs"),
    ],
    ids=["no model", "not built", "not compiled", "two inputs"],
)
def test_models_that_cannot_be_explained(make, sentence):
    """One sentence that names what is missing, and a hint."""
    with pytest.raises(UsageError, match=sentence) as raised:
        seqtasks.explain(make(), np.zeros((8, 3, 1)), np.zeros((8, 1)))
    assert raised.value.hint


class Rounded(keras.layers.Layer):
    """A cell without a gradient."""

    state_size = output_size = 2

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 2))

    def call(self, inputs, states):
        state = keras.ops.round(keras.ops.matmul(inputs, self.kernel) + states[0])
        return state, [state]


class Subclassed(keras.Model):
    """A model whose layers are not a graph."""

    def __init__(self):
        super().__init__()
        self.recurrent, self.readout = keras.layers.GRU(2), keras.layers.Dense(1)

    def call(self, inputs):
        return self.readout(self.recurrent(inputs))


def unusual(name):
    """A model that is not a stack of one recurrent layer and a readout."""
    if name == "subclassed":
        model = Subclassed()
        model.compile(loss="mse")
        model(np.zeros((1, 4, 1), np.float32))
        return model
    layers = {
        "none": [keras.layers.Flatten()],
        "several": [keras.layers.LSTM(2, return_sequences=True), keras.layers.GRU(2)],
        "own cell": [keras.layers.RNN(Rounded())],
        "both directions": [keras.layers.Bidirectional(keras.layers.GRU(2))],
    }
    return compiled(keras.Input((4, 1)), *layers[name], keras.layers.Dense(1))


@pytest.mark.parametrize("name", ["none", "several", "own cell", "both directions", "subclassed"])
def test_unusual_models_are_examined(name):
    """The loss is that of the model's own outputs, and what cannot be said of a model has its reason."""
    X = np.random.default_rng(0).normal(size=(90, 4, 1)).astype(np.float32)
    model = unusual(name)
    subject = KerasSubject(model, X, X[:, 1])
    expected = np.mean(np.square(model(X).numpy() - X[:, 1]))
    assert subject.loss.value == pytest.approx(expected, rel=1e-4)
    assert subject.references.lag == 2
    assert subject.has_readout
    assert subject.trained is False
    assert list(subject.remarks) == (
        ["The model has no recurrent layer, so its state is not examined."] if name == "none" else []
    )


def test_weights_in_the_loss_are_named():
    """The measured loss counts all rows alike."""
    model, X, y = question()
    subject = KerasSubject(model, X, y, {"class_weight": {0: 1.0, 1: 3.0}})
    assert subject.remarks == ["The loss and its references are measured without the weights of rows and classes."]


def test_columns_that_one_output_is_compared_with():
    """Three targets of a row against one output are named."""
    X = np.random.default_rng(0).normal(size=(90, 4, 3)).astype(np.float32)
    model = compiled(keras.Input((4, 3)), keras.layers.GRU(2), keras.layers.Dense(1))
    fault = broadcast_targets(KerasSubject(model, X, X[:, 1]))
    assert (fault.name, fault.evidence) == ("broadcast-targets", {"targets": 3, "outputs": 1})
