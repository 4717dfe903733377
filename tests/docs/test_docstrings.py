"""Every example in a docstring runs and prints what it says."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import seqtasks

ROOT = Path(seqtasks.__file__).parent
# rooms and modules that need TensorFlow
HEAVY = (
    "cells",
    "diagnosis",
    "estimators",
    "keras",
    "models",
    "trainers",
    "python",
)


def modules():
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(("seqtasks", *parts)).removesuffix(".__init__")
        yield pytest.param(name, marks=[pytest.mark.tensorflow] if parts[0] in HEAVY else [], id=name)


@pytest.mark.parametrize("name", list(modules()))
def test_examples(name):
    """No example fails."""
    assert doctest.testmod(import_module(name), verbose=False).failed == 0


def test_an_example_that_is_wrong_is_found():
    """The check can fail."""
    wrong = type("wrong", (), {"__doc__": ">>> 1 + 1\n3\n", "__module__": "wrong"})
    (test,) = doctest.DocTestFinder().find(wrong, "wrong", module=False)
    assert doctest.DocTestRunner(verbose=False).run(test, out=lambda _: None).failed == 1
