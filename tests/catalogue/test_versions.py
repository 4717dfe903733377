"""What is recorded of the installed versions."""

import platform
from dataclasses import dataclass
from importlib.metadata import version

import pytest

from seqtasks.catalogue.host import Host
from seqtasks.catalogue.versions import installed_version, versions
from seqtasks.core.model import AbstractModel
from seqtasks.errors import PluginError
from seqtasks.running.execution import execute
from seqtasks.running.request import RunRequest


@dataclass(frozen=True)
class Model(AbstractModel):
    """It never comes to building."""

    def build(self, shapes, seed, *, dtype="float32"):
        raise AssertionError


@dataclass(frozen=True)
class Misspelt(Model):
    """A model of something that is not there."""

    libraries = ("numpy", "tensorflo")


def test_what_always_computes_comes_first():
    """Then the libraries, in the model's order."""
    assert versions(["keras", "tensorflow"]) == {
        "python": platform.python_version(),
        "seqtasks": version("seqtasks"),
        "numpy": version("numpy"),
        "keras": version("keras"),
        "tensorflow": version("tensorflow"),
    }
    assert list(versions(())) == ["python", "seqtasks", "numpy"]


def test_what_is_not_installed_has_no_version():
    """None, and no error, for what a file names."""
    assert (installed_version("numpy"), installed_version("nonesuch")) == (version("numpy"), None)


def test_a_model_that_says_nothing_is_taken_to_be_of_keras():
    """What plugins' models were before they could say."""
    assert Model.libraries == ("tensorflow", "keras")


def test_a_model_of_what_is_not_installed_is_refused_before_it_builds():
    """The name is quoted, and the hint is for the author of the model."""
    with pytest.raises(PluginError) as caught:
        list(execute(RunRequest.of(host := Host.start(environ={}), "prev-bit", Misspelt(), "online"), host=host))
    assert caught.value.message == (
        "The model declares that its networks compute with 'tensorflo', but no package of that name is installed."
    )
    assert caught.value.hint == "List names that pip list shows in the model's libraries."
