"""Each rule finds its fault, and does not find it in a twin that differs in the fault alone."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from support import keras_faults as faults
from support.keras_programs import compiled

from seqtasks.diagnosis.keras_model.subject import KerasSubject
from seqtasks.diagnosis.rule import name_of
from seqtasks.diagnosis.rules.registry import KERAS_MODEL

pytestmark = pytest.mark.tensorflow

LAYERS = keras.layers
SPARSE = keras.losses.SparseCategoricalCrossentropy
BINARY = keras.losses.BinaryCrossentropy


RULES = {name_of(rule): rule for rule in KERAS_MODEL}


def subject_of(function, *arguments, **settings):
    """The subject of a program."""
    return KerasSubject(*function(*arguments, **settings))


STREAM = (faults.stateful, {"rows": 8, "steps": 4})  # twins of several faults are explained once
WAVE = (faults.wave, {})
CASES = {
    "shuffled-stateful": ((faults.stateful, {"rows": 8, "steps": 4, "shuffle": True}), STREAM),
    "rows-not-continuous": ((faults.stateful, {"rows": 8, "steps": 4, "consecutive": True}), STREAM),
    "state-reset": ((faults.stateful, {"rows": 8, "steps": 4, "reset_states": "batch"}), STREAM),
    "truncated-gradient": ((faults.stateful, {"rows": 8, "steps": 1}), STREAM),
    "state-not-reset": ((faults.independent, {"carried": True}), (faults.independent, {"carried": False})),
    "window-too-short": ((faults.window, {"steps": 2}), (faults.window, {"steps": 6})),
    "batch-time-swapped": ((faults.axes, {"swapped": True}), (faults.axes, {"swapped": False})),
    "output-on-padding": ((faults.padded, {}), (faults.padded, {"masked": True})),
    "padding-read": ((faults.padded, {"side": "front"}), (faults.padded, {"side": "front", "masked": True})),
    "broadcast-targets": ((faults.targets, {"flat": True}), (faults.targets, {"flat": False})),
    "output-range": ((faults.ranged, {"activation": "tanh"}), (faults.ranged, {"activation": None})),
    "sequence-output-missing": (
        (faults.steps, {"targets_of_steps": True, "outputs_of_steps": False}),
        (faults.steps, {"targets_of_steps": True, "outputs_of_steps": True}),
    ),
    "last-output-missing": (
        (faults.steps, {"targets_of_steps": False, "outputs_of_steps": True}),
        (faults.steps, {"targets_of_steps": False, "outputs_of_steps": False}),
    ),
    "unscaled-inputs": ((faults.wave, {"of_inputs": (300.0, 50.0)}), WAVE),
    "unscaled-targets": ((faults.wave, {"of_targets": (300.0, 50.0)}), WAVE),
    "persistence-suffices": ((faults.walk, {}), WAVE),
    "future-in-inputs": ((faults.future, {"of_inputs": True}), (faults.future, {"of_inputs": False})),
    "scaler-saw-test": ((faults.validated, {"scaled_together": True}), (faults.validated, {"scaled_together": False})),
    "class-imbalance": ((faults.rare, {"bias": -3.0}), (faults.rare, {"bias": 0.0})),
}


@pytest.fixture(scope="module")
def subject():
    """Makes the subject of a program, each only once, since it keeps what it measures."""
    known = {}

    def subject(function, settings):
        key = (function, *sorted(settings.items()))
        if key not in known:
            known[key] = subject_of(function, **settings)
        return known[key]

    return subject


def test_every_rule_for_keras_models_has_a_name_of_its_own():
    """The name of the rule is that of its fault."""
    assert len(RULES) == len(KERAS_MODEL)
    assert set(CASES) <= set(RULES)


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_found_in_the_faulty_program_only(subject, name):
    """The rule finds the fault in one program, and nothing in its twin."""
    faulty, healthy = (RULES[name](subject(*program)) for program in CASES[name])
    assert faulty.name == name
    assert faulty.sentence.endswith(".")
    assert faulty.change
    assert healthy is None


@pytest.mark.filterwarnings("ignore:Layer 'conv1d' .* does not support masking:UserWarning")
def test_a_mask_that_a_layer_drops():
    """A convolution between the mask and the recurrent layer drops it; no other rule of padding answers then."""
    dropped = subject_of(faults.padded, LAYERS.Conv1D(2, 1), masked=True)
    assert RULES["mask-ignored"](dropped).name == "mask-ignored"
    assert RULES["output-on-padding"](dropped) is RULES["padding-read"](dropped) is None
    assert RULES["mask-ignored"](subject_of(faults.padded, masked=True)) is None


@pytest.mark.parametrize("mask", [True, False])
def test_an_output_at_a_masked_step(mask):
    """All rows have the same output there; without such a step, or without a mask, it is not named so."""
    _, X, y, _ = faults.padded()
    source = keras.Input(X.shape[1:])
    states = LAYERS.GRU(4, return_sequences=True, zero_output_for_mask=mask)(LAYERS.Masking()(source))
    model = keras.Model(source, LAYERS.Dense(1)(states[:, -1, :]))
    model.compile(loss="mse")
    found = RULES["output-on-padding"](KerasSubject(model, X, y))
    assert RULES["mask-ignored"](KerasSubject(model, X, y)) is None
    assert (found is not None and "A mask skips" in found.sentence) == mask


def test_noise_is_unpredictable():
    """Targets that were drawn by themselves, and the input of two steps before."""
    model, X, y, fit = faults.steps(targets_of_steps=False, outputs_of_steps=False)
    rule = RULES["unpredictable-targets"]
    assert rule(KerasSubject(model, X, faults.normal(*y.shape, seed=9), fit)).name == "unpredictable-targets"
    assert rule(KerasSubject(model, X, y, fit)) is None


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis -1:UserWarning")
@pytest.mark.filterwarnings("ignore:.*from_logits=True.* argument:UserWarning")
@pytest.mark.parametrize(
    ("loss", "output", "faulty"),
    [
        (BINARY(), [LAYERS.Dense(1, "sigmoid")], False),
        (BINARY(), [LAYERS.Dense(1, bias_initializer="ones")], True),
        (BINARY(), [LAYERS.Dense(1, "softmax")], True),
        (BINARY(from_logits=True), [LAYERS.Dense(1)], False),
        (BINARY(from_logits=True), [LAYERS.Dense(1, kernel_initializer="zeros")], False),
        (BINARY(from_logits=True), [LAYERS.Dense(1, "sigmoid"), LAYERS.Reshape((1,))], True),
        (SPARSE(), [LAYERS.Dense(4, "softmax")], False),
        (SPARSE(from_logits=True), [LAYERS.Dense(4)], False),
        (SPARSE(from_logits=True), [LAYERS.Dense(4, "softmax")], False),  # Keras takes the logits of the softmax
        (SPARSE(from_logits=True), [LAYERS.Dense(4, "softmax"), LAYERS.Reshape((4,))], True),  # and cannot here
    ],
    ids=[
        "sigmoid",
        "values",
        "softmax of one",
        "logit",
        "small logit",
        "hidden sigmoid",
        "softmax",
        "logits",
        "known softmax",
        "hidden softmax",
    ],
)
def test_activations_against_losses(loss, output, faulty):
    """Found by the outputs and by what the loss makes of them."""
    found = RULES["activation-loss-mismatch"](subject_of(faults.labelled, loss, *output))
    assert (found is not None) == faulty


def test_copies_are_trained_only_if_nothing_else_explains_the_loss(subject):
    """A fault of the state postpones the rules that train copies; a missing readout or no fault does not."""
    found = subject(*CASES["shuffled-stateful"][0])
    shuffled = RULES["shuffled-stateful"](found)
    assert found.postpones(RULES["learning-rate-high"], []) == "Train the model, and explain again."
    found.fit = replace(found.fit, losses=(1.0,))  # that of a loop of one's own
    assert found.postpones(RULES["learning-rate-high"], [shuffled]).startswith("Repair the faults")
    assert not found.postpones(RULES["vanishing-gradient"], [shuffled])
    assert not found.postpones(RULES["learning-rate-high"], [])
    assert not found.postpones(RULES["learning-rate-high"], [replace(shuffled, name="missing-readout")])
    assert not found.postpones(RULES["learning-rate-high"], [replace(shuffled, effect=0.3)])


def test_one_output_that_is_repeated_for_all_steps():
    """A target for each step, and the last state repeated; the twin returns the states of all steps."""
    X = faults.normal(200, 6, 1)
    rule = RULES["sequence-output-missing"]
    for last, repeat, found in ((True, [LAYERS.RepeatVector(6)], True), (False, [], False)):
        layers = [keras.Input((6, 1)), LAYERS.GRU(4, return_sequences=not last), *repeat, LAYERS.Dense(1)]
        assert (rule(KerasSubject(compiled(*layers), X, X, {})) is not None) == found


def windows(series, steps=4):
    """Windows of a series, the next value, and a network that reads them."""
    rows = np.lib.stride_tricks.sliding_window_view(series, steps + 1)[:, :, None].astype(np.float32)
    return compiled(keras.Input((steps, 1)), LAYERS.GRU(2), LAYERS.Dense(1)), rows[:, :-1], rows[:, -1]


def test_the_next_value_of_a_smooth_series_is_not_its_last_one():
    """Neighbours of a slow wave have a correlation of 0.99998; the last values themselves are found, at any scale."""
    model, X, y = windows(np.sin(0.006 * np.arange(3000)))
    rule = RULES["future-in-inputs"]
    assert rule(KerasSubject(model, X, y)) is None
    assert rule(KerasSubject(model, X, 3 * X[:, -1] - 1)).name == "future-in-inputs"


def deviations(y, outputs):
    """Minus the log of a normal density with a mean and a deviation of its own for each row."""
    mean, log = outputs[:, :1], outputs[:, 1:]
    return keras.ops.sum(log + 0.5 * keras.ops.square((y - mean) / keras.ops.exp(log)))


def test_a_loss_of_the_user_may_take_several_outputs_for_a_target():
    """A mean and a deviation, summed over the batch, are no broadcast."""
    X = faults.normal(60, 4, 1)
    model = compiled(keras.Input((4, 1)), LAYERS.GRU(2), LAYERS.Dense(2), loss=deviations)
    assert RULES["broadcast-targets"](KerasSubject(model, X, X[:, 1])) is None


def test_normal_inputs_have_no_scaler():
    """The mean and deviation of many normal numbers are near 0 and 1 by chance, with and without the validation."""
    X = np.random.default_rng(4).normal(size=(40_000, 10, 1))
    assert abs(X.mean()) < 1e-3
    assert abs(X[:32_000].mean()) > 1e-3
    model = compiled(keras.Input((10, 1)), LAYERS.GRU(2), LAYERS.Dense(1))
    assert RULES["scaler-saw-test"](KerasSubject(model, X, X[:, 0], {"validation_split": 0.2})) is None


def test_symbols_have_no_scaler():
    """Each symbol from 0 to 7 has a part of the series, and the last ones occur in the validation part alone."""
    X = np.eye(8, dtype=np.float32)[np.arange(1000) // 125][:, None]
    model = compiled(keras.Input((1, 8)), LAYERS.GRU(2), LAYERS.Dense(1))
    assert RULES["scaler-saw-test"](KerasSubject(model, X, X[:, 0, :1], {"validation_split": 0.2})) is None


def test_the_change_for_persistence_runs_as_typed():
    """The targets become differences, whether or not they have a last axis."""
    model, X, y, _ = faults.walk()
    for targets in (y, y[:, 0]):
        space = {"X": X, "y": targets}
        exec(RULES["persistence-suffices"](KerasSubject(model, X, targets)).change, space)
        np.testing.assert_allclose(space["y"], y - X[:, -1])


def test_steps_of_a_rare_class_get_weights_of_their_own():
    """Keras takes no weights of classes for steps, and takes those that are proposed."""
    X = faults.normal(120, 5, 1)
    y = (X > 1.5).astype(np.float32)
    readout = LAYERS.Dense(1, activation="sigmoid", bias_initializer=keras.initializers.Constant(-3.0))
    layers = [keras.Input((5, 1)), LAYERS.GRU(2, return_sequences=True), readout]
    model = compiled(*layers, loss="binary_crossentropy")
    exec(RULES["class-imbalance"](KerasSubject(model, X, y)).change, {"model": model, "X": X, "y": y, "np": np})
    assert len(model.history.history["loss"]) == 1


def test_zeros_have_no_scale():
    """Neither inputs nor targets that are all zero are called small."""
    X = np.zeros((60, 4, 1), np.float32)
    subject = KerasSubject(compiled(keras.Input((4, 1)), LAYERS.GRU(2), LAYERS.Dense(1)), X, X[:, 0])
    assert subject.unsolved
    assert RULES["unscaled-inputs"](subject) is RULES["unscaled-targets"](subject) is None
