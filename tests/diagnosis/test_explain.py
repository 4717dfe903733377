"""Plain Keras models are explained, and left as they are."""

import json

import keras
import numpy as np
import pytest
from support.keras_programs import compiled, question, values

import seqtasks
from seqtasks.errors import DataError, UsageError

pytestmark = pytest.mark.tensorflow


def names(diagnosis):
    return [fault.name for fault in diagnosis.faults]


@pytest.fixture(scope="module")
def asked():
    """The question's network after its training, what was said of it, and its numbers before that."""
    model, X, y = question()
    model.fit(X, y, batch_size=1, shuffle=False, verbose=0)
    before = values(model)
    return model, before, seqtasks.explain(model, X, y, fit={"batch_size": 1, "shuffle": False})


def test_the_question_is_answered(asked):
    """The gradient ends after one step, and there is no readout."""
    diagnosis = asked[2]
    assert diagnosis.verdict == "not learned"
    assert names(diagnosis) == ["truncated-gradient", "missing-readout"]
    truncated, missing = diagnosis.faults
    assert (truncated.evidence["lag"], truncated.evidence["gradient_reaches"]) == (1, 0)
    assert missing.evidence["units"] == 16
    assert diagnosis.unchecked == ()


def test_the_loss_is_measured_against_its_references(asked):
    """Chance is the variance of the bits, 3/16; JSON has the same numbers."""
    loss = json.loads(asked[2].to_json())["measurements"][0]
    assert loss["data"]["name"] == ["chance", "memoryless", "optimum", "network"]
    chance, memoryless, optimum, network = loss["data"]["value"]
    assert chance == pytest.approx(3 / 16, abs=0.05)
    assert memoryless >= 0.9 * chance
    assert optimum < 0.01
    assert loss["low"] <= network == loss["value"] <= loss["high"]


def test_the_model_is_left_as_it_is(asked):
    """Weights, states and slots are the same numbers, and states that were carried are not reset."""
    model, before, _ = asked
    after = values(model)
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert np.abs(model.layers[0].states[0].numpy()).max() > 0


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
        ({"fit": {"epoch": 3}}, "'epoch' is not an argument of fit"),
        ({"fit": {"reset_states": "never"}}, "reset_states is 'never'"),
    ],
    ids=["nan", "rows", "generator", "argument", "reset"],
)
def test_what_cannot_be_explained_is_an_error(change, sentence):
    """One sentence with the value, and a hint."""
    model, X, y = question()
    arguments = {"X": X, "y": y, "fit": None} | change
    with pytest.raises((DataError, UsageError), match=sentence) as raised:
        seqtasks.explain(model, **arguments)
    assert raised.value.hint
