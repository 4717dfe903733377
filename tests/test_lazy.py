"""Imports that wait until their first use."""

import re
from pathlib import Path

import pytest

import seqtasks
from seqtasks.lazy import LazyImport
from seqtasks.spec.source import find

SOURCES = sorted(Path(seqtasks.__file__).parent.rglob("*.py"))
TARGETS = sorted({target for path in SOURCES for target in re.findall(r'LazyImport\("([^"]+)"\)', path.read_text())})


def test_a_lazy_import_loads_the_attribute_and_calls_it():
    """``load`` returns the attribute itself, and a call passes the arguments on."""
    assert LazyImport("fractions:Fraction")(1, denominator=2) == LazyImport("fractions:Fraction").load()("1/2")


@pytest.mark.parametrize("target", ["seqtasks.nowhere:thing", "seqtasks.errors:Thing"])
def test_a_wrong_target_raises_when_it_is_loaded(target):
    """A module or an attribute that does not exist is an error of the load, not of the declaration."""
    lazy = LazyImport(target)
    with pytest.raises((ImportError, AttributeError)):
        lazy.load()


def test_every_target_in_the_program_exists():
    """A renamed module or function cannot leave a lazy import behind."""
    own = [target for target in TARGETS if target.startswith("seqtasks.")]
    assert len(own) > 20
    for target in own:
        find(target)
