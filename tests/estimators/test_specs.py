"""Settings of specs as settings of estimators, and what is loaded when."""

import pydoc
import subprocess
import sys

import pytest

from seqtasks import estimators
from seqtasks.errors import UsageError
from seqtasks.estimators import SequenceClassifier, SequenceRegressor
from seqtasks.estimators.base import AbstractRecurrentEstimator
from seqtasks.estimators.sequence import AbstractSequenceEstimator
from seqtasks.estimators.training.recipe import change_spec, spec_settings


def test_settings_of_specs_are_settings():
    """Defaults included, those of specs in specs under their own names."""
    params = SequenceClassifier(model="gru:units=8", optimizer="sgd:momentum=0.5").get_params()
    assert params["model"] == "gru:units=8"
    assert params["model__units"] == 8
    assert params["model__layers"] == 1
    assert params["optimizer__momentum"] == 0.5
    assert params["trainer__batch_size"] == 256
    assert params["trainer__optimizer"] == "adam:learning_rate=0.01,amsgrad=true"
    assert params["trainer__optimizer__learning_rate"] == 0.01
    assert "model__units" not in SequenceClassifier().get_params(deep=False)


def test_settings_of_specs_can_be_set():
    """The spec's text follows; what was set plainly in the same call comes first."""
    estimator = SequenceClassifier()
    assert estimator.set_params(model__units=4, epochs=7) is estimator
    assert (estimator.model, estimator.epochs) == ("gru:units=4", 7)
    estimator.set_params(model__units=9, model="lstm:layers=2")
    assert estimator.model == "lstm:units=9,layers=2"
    estimator.set_params(trainer__optimizer="sgd", trainer__optimizer__momentum=0.9, trainer__clip=None)
    assert estimator.trainer == "batch:batch_size=256,optimizer=sgd,optimizer.momentum=0.9,clip=none"


def test_optimizer_and_rate_take_the_place_of_the_trainers():
    """Settings of the old optimizer are gone with it; a rate alone leaves the others."""
    recipe = SequenceClassifier(optimizer="sgd:momentum=0.5", learning_rate=0.1)._recipe()
    assert "optimizer=sgd,optimizer.learning_rate=0.1,optimizer.momentum=0.5" in recipe.trainer
    assert "amsgrad" not in recipe.trainer
    slower = SequenceClassifier(trainer="batch:optimizer.learning_rate=0.3", learning_rate=0.1)._recipe()
    assert "optimizer=adam,optimizer.learning_rate=0.1," in slower.trainer


@pytest.mark.parametrize("value", [True, 3, 0.5, (1, 2), "a,b", "none"])
def test_values_read_back(value, write):
    """Truth, nothing, numbers, lists, texts with commas."""
    write(
        "lattice.py",
        "from typing import Any\nclass Cell:\n"
        "    def __init__(self, units: int, what: Any = 0, many: tuple[int, ...] = (3,)):\n        pass\n",
    )
    name = write(
        "hooks.py",
        "from seqtasks import Entry, hookimpl\n@hookimpl\ndef seqtasks_cells():\n"
        "    yield Entry('lattice', 'A cell.', 'lattice:Cell')\n",
    )
    key = "many" if isinstance(value, tuple) else "what"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEQTASKS_PLUGINS", name)
        text = change_spec("models", "lattice", {key: value})
        assert spec_settings("models", text)[key] == value


def test_a_wrong_key_is_named():
    """With the nearest, and what there is."""
    with pytest.raises(
        UsageError, match=r"gru has no parameter 'unitz'\. Did you mean units\? gru takes units, layers"
    ):
        SequenceClassifier().set_params(model__unitz=3)
    with pytest.raises(ValueError, match="Invalid parameter 'modle'"):
        SequenceClassifier().set_params(modle__units=3)


def test_settings_of_an_object_are_set_there():
    """No text holds them."""
    with pytest.raises(
        ValueError, match=r"model__units is set, and model is <object .*, not a spec\. Set units in model itself"
    ):
        SequenceClassifier(model=object()).set_params(model__units=3)


LAZY = """
import sys
from sklearn.base import clone
from seqtasks.estimators import PerStep, SequenceClassifier, SequenceRegressor, steps_scorer
for kind in (SequenceClassifier, SequenceRegressor):
    made = clone(kind(model="lru:units=32", trainer="rtrl").set_params(model__units=3))
    repr(made), made._repr_html_(), made.get_params()
print([name for name in ("tensorflow", "keras") if name in sys.modules])
import seqtasks.estimators
print(sorted(dir(seqtasks.estimators)) == sorted(seqtasks.estimators.__all__))
for name in seqtasks.estimators.__all__:
    getattr(seqtasks.estimators, name)
"""


def test_nothing_heavy_is_loaded_before_fit():
    """Importing, constructing, cloning, printing, setting: no TensorFlow; and every public name is there."""
    done = subprocess.run([sys.executable, "-c", LAZY], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[]", "True"]


def test_a_name_that_is_not_there_is_an_attribute_error():
    """As of any module."""
    with pytest.raises(AttributeError, match=r"module .seqtasks.estimators. has no attribute 'Nothing'"):
        estimators.Nothing  # noqa: B018 - asking is the test


@pytest.mark.parametrize("kind", [SequenceClassifier, SequenceRegressor])
def test_every_setting_is_named_in_the_docstring(kind):
    """Documented there, or in the class that its text refers to with ``help``."""
    text = kind.__doc__
    for home in (AbstractRecurrentEstimator, AbstractSequenceEstimator):
        assert f'help("{home.__module__}.{home.__qualname__}")' in text
        assert pydoc.locate(f"{home.__module__}.{home.__qualname__}") is home
    named = {name for name in kind().get_params(deep=False) if f"``{name}``" in text or f"        {name}: " in text}
    assert named == kind().get_params(deep=False).keys()
