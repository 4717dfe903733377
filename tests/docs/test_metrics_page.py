"""The example of the page on metrics: its script, its command, and what the command prints."""

import re
import shlex
import subprocess
import sys

import numpy as np
import pytest

from seqtasks.metrics import Metrics
from seqtasks.tasks.table import Table

LINE = re.compile(r"(\w+) (\S+), prequential (\S+), chance (\S+)")


@pytest.fixture
def text(page):
    return page("how-to/metrics.md")


@pytest.fixture
def machine(text, tmp_path):
    """The folder with the file that the script writes."""
    script = re.search(r"<!-- machine.py -->\n```python\n(.*?)```", text, re.DOTALL)
    subprocess.run([sys.executable, "-c", script[1]], cwd=tmp_path, check=True)
    return tmp_path


def lines(text):
    """The scores by metric: of the network, prequential, and of chance."""
    return {name: tuple(map(float, numbers)) for name, *numbers in LINE.findall(text)}


def test_chance_is_what_the_page_says(text, machine):
    """Of each metric of the example, in the test part; 6 % of all rows are faults."""
    task = Table(str(machine / "machine.csv"), "state")
    shown = lines(text)
    found = Metrics(list(shown), task.shapes, task.encoding).chance(task.test(0), task.baseline_outputs())
    assert {name: round(score, 4) for name, score in found.items()} == {name: one[2] for name, one in shown.items()}
    states = [line.rpartition(",")[2] for line in (machine / "machine.csv").read_text().split()[1:]]
    assert np.mean([state == "fault" for state in states]) == pytest.approx(0.06, abs=0.005)


@pytest.mark.slow
@pytest.mark.tensorflow
def test_the_command_prints_what_the_page_says(text, machine):
    """Up to some rows of the test part, and balanced accuracy tells the network from chance."""
    command = re.search(r"^seqtasks (run .* --metric f1)$", text, re.MULTILINE)[1]
    done = subprocess.run(
        [sys.executable, "-m", "seqtasks", *shlex.split(command)],
        cwd=machine,
        capture_output=True,
        text=True,
        check=True,
    )
    printed, shown = lines(done.stdout), lines(text)
    assert list(printed) == list(shown)
    for name, (score, _, chance) in printed.items():
        assert score == pytest.approx(shown[name][0], abs=0.1)
        assert chance == shown[name][2]
    assert printed["balanced_accuracy"][0] > 0.6
    assert "of the two labels, ok is the positive one" in done.stdout
