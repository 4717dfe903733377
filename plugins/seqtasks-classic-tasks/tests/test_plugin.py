"""The package as seqtasks sees it."""

import subprocess
import sys

import pytest
from seqtasks_classic_tasks.plugin import TASKS

import seqtasks
from seqtasks.catalogue.host import Host


def test_the_package_brings_its_tasks():
    """Found through its entry point, without a problem."""
    report = next(report for report in Host.start(environ={}).plugins if report.name == "classic-tasks")
    assert [(shelf, entry.name) for shelf, entry in report.entries] == [("tasks", name) for name, _, _ in TASKS]
    assert [name for name, _, _ in TASKS] == sorted(name for name, _, _ in TASKS)
    assert report.problems == ()


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("names = Host.start(environ={}).shelf('tasks'); print('reber' in names, end=' ')", "numpy"),
        (
            "h = Host.start(environ={}); h.load('tasks', 'reber'); h.load('tasks', 'adding'); print(True, end=' ')",
            "sklearn",
        ),
    ],
)
def test_no_more_is_loaded_than_needed(code, heavy):
    """Listing loads no NumPy; of all tasks only that of the digits loads scikit-learn."""
    code = f"import sys; from seqtasks.catalogue.host import Host; {code}; print({heavy!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "True False\n"), done.stderr


@pytest.mark.tensorflow
@pytest.mark.parametrize(("task", "steps"), [("flip-flop:bits=1", 10_000), ("n-back:n=1,symbols=2", 10_000)])
def test_a_gru_learns(task, steps):
    """Skill of at least 0.95, far better than any predictor without memory."""
    result = seqtasks.run(task, model="gru", steps=steps, seed=0)
    assert result.loss < 0.1 * result.memoryless
    assert result.solved, result.skill
