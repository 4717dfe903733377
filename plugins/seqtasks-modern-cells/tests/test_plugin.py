"""The package as seqtasks sees it."""

import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import pytest
import seqtasks_modern_cells

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError

CELLS = ["cfc", "elstm", "janet", "min-gated-unit", "minlstm", "rg-lru", "s4d", "slstm"]
HOST = Host.start(environ={})
MODULES = sorted(path.stem for path in Path(seqtasks_modern_cells.__file__).parent.glob("*.py"))


def test_the_package_brings_cells():
    """Found through its entry point, without a problem, and without a name that another plugin has."""
    report = next(report for report in HOST.plugins if report.name == "modern-cells")
    names = [(shelf, entry.name) for shelf, entry in report.entries]
    assert names == [("cells", name) for name in CELLS]
    assert report.problems == ()


def test_listing_loads_nothing_heavy():
    """The hook module, and every signature, leave NumPy and everything above it alone."""
    code = (
        "import sys; from seqtasks.catalogue.host import Host; host = Host.start(environ={}); "
        "read = [host.signature('cells', name) for name in "
        f"{CELLS!r}]; "
        "print(len(read), {'numpy', 'keras', 'tensorflow', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "8 set()\n"), done.stderr


@pytest.mark.parametrize("name", CELLS)
def test_every_setting_is_documented(name):
    """With a sentence."""
    assert [p.name for p in HOST.signature("cells", name).parameters if not p.doc.rstrip().endswith(".")] == []


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name):
    """Every example in a docstring prints what it says."""
    assert doctest.testmod(importlib.import_module(f"seqtasks_modern_cells.{name}")).failed == 0


def test_there_are_examples():
    """One for each entry at least."""
    texts = [path.read_text() for path in Path(seqtasks_modern_cells.__file__).parent.glob("*.py")]
    assert sum(">>> " in text for text in texts) >= len(CELLS)


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("rg-lru:a_max=1.0", "a_max=1.0 is out of range"),
        ("s4d:dt_min=0.0", "dt_min=0.0 is out of range"),
        ("s4d:frequencies=log", "frequencies"),
        ("elstm:chrono=2", "chrono=2 is out of range"),
        ("janet:chrono=2", "chrono=2 is out of range"),
        ("cfc:elapsed=0.0", "elapsed=0.0 is out of range"),
        ("slstm:forget=-1.0", "forget=-1.0 is out of range"),
    ],
)
def test_settings_out_of_range_are_refused(spec, why):
    """Before anything is loaded."""
    with pytest.raises(UsageError, match=why):
        HOST.spec("models", spec)
