"""The page of benchmarks: its suite file and its commands are run."""

import re
import subprocess
import sys

import pytest

from seqtasks.benchmarks.benchmark import Benchmark
from seqtasks.benchmarks.plan import Plan
from seqtasks.benchmarks.reading import OF_GRID, OF_SUITE
from seqtasks.catalogue.host import Host


@pytest.fixture
def text(page):
    return page("how-to/benchmark.md")


@pytest.fixture
def suite(text, tmp_path, monkeypatch):
    """The suite file of the page, in the current folder."""
    content, control = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "windows.toml").write_text(content)
    (tmp_path / "controlled.toml").write_text(content + control)
    monkeypatch.chdir(tmp_path)
    return "windows.toml"


def test_every_built_in_suite_is_in_the_page(text):
    """And no other is."""
    table = text.partition("| suite |")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"^\| `([a-z]+)`", table, re.MULTILINE)) == list(Host.start([], {}).shelf("suites"))


def test_every_key_is_in_the_page(text):
    """And no other is."""
    table = text.partition("| key |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (.*?) \|", table, re.MULTILINE)
    keys = {key.strip("[]") for row in rows for key in re.findall(r"`([^`]+)`", row)}
    assert keys == set(OF_SUITE) >= set(OF_GRID)


def test_the_suite_has_the_runs_that_it_seems_to_have(suite):
    """Three tasks, two models, three trainers; ten seeds, or two."""
    host = Host.start([], {})
    for quick, seeds in ((False, 10), (True, 2)):
        plan = Plan.of(host, Benchmark.of(host, suite, quick=quick).suite)
        assert plan.size == 3 * 2 * 3 * seeds
        controlled = Plan.of(host, Benchmark.of(host, "controlled.toml", quick=quick).suite)
        assert controlled.size == plan.size + 2 * seeds


@pytest.mark.slow
@pytest.mark.tensorflow
def test_the_suite_and_the_python_of_the_page_run(suite, text):
    """The command prints a line for each case, and the Python code reads the same runs from the store."""
    done = subprocess.run(
        [sys.executable, "-m", "seqtasks", "bench", suite, "--quick"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1 + 18
    assert "Reduced: 2 of 10 seeds." in done.stderr
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert printed.returncode == 0, printed.stderr
    assert "Name: skill" in printed.stdout
