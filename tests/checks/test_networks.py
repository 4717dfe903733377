"""Every check of cells and models finds those that break its promise, and lets the right ones pass."""

import pytest
from checks.wrong import cells, networks

from seqtasks.catalogue.host import Host
from seqtasks.checks import CheckFailure, DoesNotApply, checks_of
from seqtasks.checks.networks.subject import ModelSubject
from seqtasks.keras.architecture import Architecture
from seqtasks.models.standard import Standard

pytestmark = pytest.mark.tensorflow

HOST = Host.start(["checks.wrong.model_plugin"], {})
CHECKS = {check.name: check for check in checks_of("model")}
BY_NUMPY = [*dict.fromkeys(networks.FAULTS.values())]


def of_numpy(fault=""):
    return ModelSubject(networks.ElmanModel(fault), None, HOST)


def of_cell(fault=""):
    cell = cells.Structured if fault in cells.STRUCTURES else cells.Elman
    return ModelSubject(Standard(cell, {"units": cells.UNITS, "fault": fault}), None, HOST)


def named(name):
    spec = HOST.spec("models", name)
    return ModelSubject(HOST.make("models", spec), spec, HOST)


def finds(name, subject):
    with pytest.raises(CheckFailure) as found:
        CHECKS[name](subject)
    assert found.value.sentence.endswith(".")
    assert found.value.advice.endswith(".")
    return found.value.sentence


@pytest.mark.parametrize(("fault", "name"), networks.FAULTS.items())
def test_fault_of_a_network_is_found_by_the_check_meant_for_it(fault, name):
    """With a sentence that ends, and advice."""
    finds(name, of_numpy(fault))


@pytest.mark.parametrize("name", BY_NUMPY)
def test_right_network_passes(name):
    """Every check that needs no Keras."""
    CHECKS[name](of_numpy())


@pytest.mark.parametrize(("fault", "name"), [*cells.FAULTS.items(), *cells.STRUCTURES.items()])
def test_fault_of_a_cell_is_found_by_the_check_meant_for_it(fault, name):
    """With a sentence that ends, and advice."""
    finds(name, of_cell(fault))


@pytest.mark.parametrize("name", [*dict.fromkeys([*cells.FAULTS.values(), *cells.STRUCTURES.values()])])
def test_right_cell_passes(name):
    """The same cell, with nothing wrong."""
    cell = cells.Structured if name in cells.STRUCTURES.values() else cells.Elman
    CHECKS[name](ModelSubject(Standard(cell, {"units": cells.UNITS, "fault": ""}), None, HOST))


@pytest.mark.parametrize(("fault", "name"), cells.MODELS.items())
def test_fault_of_a_model_of_layers_is_found(fault, name):
    """And the model without it passes."""
    finds(name, ModelSubject(cells.Layers(fault), None, HOST))
    CHECKS[name](ModelSubject(cells.Layers(), None, HOST))


def test_cell_that_is_vectorised_wrongly_is_found(monkeypatch):
    """Such networks take turns; if they did not, the check would find that they mix, and name vectorisation."""
    subject = ModelSubject(Standard(cells.Rolled, {"units": cells.UNITS}), None, HOST)
    CHECKS["exact-online"](subject)
    CHECKS["side-by-side"](subject)
    monkeypatch.setattr(Architecture, "vectorises", True)
    with pytest.raises(CheckFailure) as found:
        CHECKS["side-by-side"](ModelSubject(Standard(cells.Rolled, {"units": cells.UNITS + 1}), None, HOST))
    assert "Side by side, weights differ by " in found.value.sentence
    assert found.value.advice.startswith("TensorFlow vectorises the step of networks side by side.")


def test_network_that_is_more_than_its_weights_is_found_in_its_file():
    """And one that is its weights is not."""
    assert "gives different outputs" in finds("saving", named("forgetful"))
    CHECKS["saving"](named("elman"))


def test_every_check_is_proved_able_to_fail():
    """There is a wrong network, cell or model for each."""
    faults = networks.FAULTS | cells.FAULTS | cells.STRUCTURES | cells.MODELS
    assert {*faults.values(), "saving"} == set(CHECKS)


@pytest.mark.parametrize(
    "name", ["precision", "gradients", "exact-online", "side-by-side", "readout", "stacking", "structure-step"]
)
def test_checks_of_keras_do_not_apply_to_other_networks(name):
    """Nor do those of settings that a model has not."""
    with pytest.raises(DoesNotApply):
        CHECKS[name](of_numpy())


def test_weight_that_matters_little_is_precise():
    """Its slight change is lost in the rounding of doubles, too."""
    CHECKS["precision"](ModelSubject(Standard(cells.Slight, {"units": cells.UNITS}), None, HOST))


def test_honest_refusal_is_no_failure():
    """A cell with a loop in its step is refused by real-time recurrent learning, with the reason."""
    with pytest.raises(DoesNotApply, match="contains a loop"):
        CHECKS["exact-online"](ModelSubject(Standard(cells.Looping, {"units": 2}), None, HOST))
