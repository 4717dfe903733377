"""Each rule finds its fault, and does not find it in a twin that differs in the fault alone."""

import keras
import pytest
from support import keras_faults as faults

import seqtasks

pytestmark = pytest.mark.tensorflow

LAYERS = keras.layers
SPARSE = keras.losses.SparseCategoricalCrossentropy
BINARY = keras.losses.BinaryCrossentropy


def named(function, *arguments, **settings):
    """The names of the faults of a program, and the diagnosis."""
    model, X, y, fit = function(*arguments, **settings)
    diagnosis = seqtasks.explain(model, X, y, fit=fit)
    return [fault.name for fault in diagnosis.faults], diagnosis


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
def explained():
    """Explains a program, each only once."""
    known = {}

    def explained(function, settings):
        key = (function, *sorted(settings.items()))
        if key not in known:
            known[key] = named(function, **settings)
        return known[key]

    return explained


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_found_in_the_faulty_program_only(explained, name):
    """The name is among the faults of one program, and not among those of its twin; nothing fails."""
    faulty, healthy = (explained(*program) for program in CASES[name])
    assert name in faulty[0]
    assert name not in healthy[0]
    assert faulty[1].unchecked == healthy[1].unchecked == ()
    (fault,) = (fault for fault in faulty[1].faults if fault.name == name)
    assert fault.sentence.endswith(".")
    assert fault.change


@pytest.mark.filterwarnings("ignore:Layer 'conv1d' .* does not support masking:UserWarning")
def test_a_mask_that_a_layer_drops():
    """A convolution between the mask and the recurrent layer drops it; it is found by the mask, not by the layer."""
    names, _ = named(faults.padded, LAYERS.Conv1D(2, 1), masked=True)
    assert names[0] == "mask-ignored"
    assert not {"output-on-padding", "padding-read"} & set(names)


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis -1:UserWarning")
@pytest.mark.filterwarnings("ignore:.*from_logits=True.* argument:UserWarning")
@pytest.mark.parametrize(
    ("loss", "output", "faulty"),
    [
        (BINARY(), [LAYERS.Dense(1, "sigmoid")], False),
        (BINARY(), [LAYERS.Dense(1, bias_initializer="ones")], True),
        (BINARY(), [LAYERS.Dense(1, "softmax")], True),
        (BINARY(from_logits=True), [LAYERS.Dense(1)], False),
        (SPARSE(), [LAYERS.Dense(4, "softmax")], False),
        (SPARSE(from_logits=True), [LAYERS.Dense(4)], False),
        (SPARSE(from_logits=True), [LAYERS.Dense(4, "softmax")], False),  # Keras takes the logits of the softmax
        (SPARSE(from_logits=True), [LAYERS.Dense(4, "softmax"), LAYERS.Reshape((4,))], True),  # and cannot here
    ],
    ids=["sigmoid", "values", "softmax of one", "logit", "softmax", "logits", "known softmax", "hidden softmax"],
)
def test_activations_against_losses(loss, output, faulty):
    """Found by the outputs and by what the loss makes of them."""
    names, _ = named(faults.labelled, loss, *output)
    assert ("activation-loss-mismatch" in names) == faulty
