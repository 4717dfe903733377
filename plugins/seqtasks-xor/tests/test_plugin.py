"""The package as seqtasks sees it."""

import subprocess
import sys

import pytest

import seqtasks
from seqtasks.catalogue.host import Host


def test_the_package_brings_a_task_and_a_cell():
    """Found through its entry point, without a problem."""
    report = next(report for report in Host.start(environ={}).plugins if report.name == "xor")
    assert [(shelf, entry.name) for shelf, entry in report.entries] == [("tasks", "xor"), ("cells", "mgu")]
    assert report.problems == ()


def test_listing_loads_nothing_heavy():
    """The hook module leaves NumPy and everything above it alone."""
    code = (
        "import sys; from seqtasks.catalogue.host import Host; names = Host.start(environ={}).shelf('tasks'); "
        "print('xor' in names, {'numpy', 'keras', 'tensorflow', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "True set()\n"), done.stderr


@pytest.mark.tensorflow
def test_the_cell_learns_the_task():
    """Better than any predictor that has only one of the two bits: skill of at least 0.95."""
    result = seqtasks.run("xor", model="mgu", steps=10_000, seed=0)
    assert result.chance == result.memoryless == pytest.approx(0.693147, abs=1e-6)
    assert result.solved, result.skill
