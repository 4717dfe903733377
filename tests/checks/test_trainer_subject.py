"""Trainers are checked with the first model that they accept, even if other models are broken."""

import pytest
from checks.wrong.trainers import Descending

from seqtasks.catalogue.host import Host
from seqtasks.checks import DoesNotApply
from seqtasks.checks.trainers import subject

PLUGIN = """
from checks.wrong.trainers import Line
from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl
from seqtasks.core.model import AbstractModel

class Broken(AbstractModel):
    def build(self, shapes, seed, *, dtype="float32"):
        raise ValueError("no such width")

class Right(AbstractModel):
    def build(self, shapes, seed, *, dtype="float32"):
        return Line(shapes, seed)

@hookimpl
def seqtasks_models():
    yield Entry("broken", "Raises.", f"{__name__}:Broken")
    yield Entry("right", "Does not.", f"{__name__}:Right")
"""


class Only:
    """A host whose models are these alone."""

    def __init__(self, host, *models):
        self._host, self._models = host, models

    def __getattr__(self, name):
        return getattr(self._host, name)

    def shelf(self, shelf):
        known = self._host.shelf(shelf)
        return {name: known[name] for name in self._models} if shelf == "models" else known


@pytest.fixture
def host(write, monkeypatch, no_installed_plugins):
    monkeypatch.setattr(subject, "FIRST_TRIED", ())
    return Host.start([write("models.py", PLUGIN)], {})


def test_model_that_raises_is_not_the_trainers_fault(host):
    """The next is tried."""
    taken = subject.subject_of(Descending(), "descending", Only(host, "broken", "right"))
    assert type(taken.network(0)).__name__ == "Line"


def test_what_a_model_raises_is_why_it_is_not_taken(host):
    """If there is no other, with its line."""
    line = 1 + PLUGIN[: PLUGIN.index("raise ValueError")].count("\n")
    with pytest.raises(DoesNotApply) as none:
        subject.subject_of(Descending(), "descending", Only(host, "broken"))
    assert none.value.reason == (
        "descending accepts none of broken. The last error: broken: "
        f"It raised ValueError: no such width in models.py, line {line}."
    )


def test_what_the_trainer_raises_is_its_own_fault(host, monkeypatch):
    """It is no refusal of a model."""

    def learner(*_):
        raise ValueError("my own")

    monkeypatch.setattr(Descending, "learner", learner)
    with pytest.raises(ValueError, match="my own"):
        subject.subject_of(Descending(), "descending", Only(host, "right"))
