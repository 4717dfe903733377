"""A package of each kind: found, listed, and passing its own tests, as it was written."""

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from support.installed import imported, python_path

from seqtasks.catalogue.hookspecs import INTERFACE
from seqtasks.scaffold import rendering
from seqtasks.scaffold.draft import LONGEST, Draft
from seqtasks.scaffold.placement import place

KINDS = ("task", "cell", "model", "trainer")


def run(words, cwd, **environment):
    return subprocess.run(
        [sys.executable, *words], cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def installed(packages, tmp_path_factory):
    """A PYTHONPATH on which all four are found."""
    return python_path(tmp_path_factory.mktemp("site"), sorted(packages.iterdir()))


def test_they_are_listed(installed, tmp_path):
    """Each under its own shelf, by its own plugin, and nothing is wrong."""
    done = run(["-m", "seqtasks", "list", "--json"], tmp_path, PYTHONPATH=installed)
    assert (done.returncode, done.stderr) == (0, "")
    listed = json.loads(done.stdout)
    for kind in KINDS:
        assert {entry["name"]: entry["plugin"] for entry in listed[f"{kind}s"]}[f"my-{kind}"] == f"my-{kind}"


@pytest.mark.slow
@pytest.mark.tensorflow
def test_their_own_tests_pass(packages, installed, tmp_path):
    """All four in one process: at least five checks of each, what it computes, and that it learns."""
    folders = [str(packages / f"seqtasks-my-{kind}" / "tests") for kind in KINDS]
    options = ["-q", "-p", "no:cacheprovider", "--import-mode=importlib", "--rootdir", str(packages), "-o", "addopts="]
    done = run(["-m", "pytest", *folders, *options, "-rA"], tmp_path, PYTHONPATH=installed)
    assert done.returncode == 0, done.stdout[-4000:]
    for kind in KINDS:
        assert len(re.findall(rf"^PASSED .*\[{kind} my-{kind}: ", done.stdout, re.MULTILINE)) >= 5, kind
        assert re.search(rf"^PASSED .*test_{kind}\.py::", done.stdout, re.MULTILINE), kind
    assert len(re.findall(r"^PASSED .*::test_it_learns$", done.stdout, re.MULTILINE)) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["x", "-".join(["a" * 9] * 4).ljust(LONGEST, "b")])
@pytest.mark.parametrize("form", [rendering.package, rendering.single_file], ids=["package", "single file"])
def test_ruff_finds_nothing(tmp_path, kind, name, form):
    """With the shortest and the longest name, by its own settings; one file has none, and gets those of the package."""
    place(form(Draft(name, kind)), str(tmp_path))
    settings = tomllib.loads(rendering.package(Draft(name, kind))[f"seqtasks-{name}/pyproject.toml"])["tool"]["ruff"]
    chosen = (
        ["--isolated", "--config", f"line-length={settings['line-length']}"] if form is rendering.single_file else []
    )
    rules = ["--select", ",".join(settings["lint"]["select"])] if chosen else []
    for words in (["check", *chosen, *rules], ["format", "--check", *chosen]):
        done = run(["-m", "ruff", *words, "."], next(tmp_path.iterdir()) if not chosen else tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_for_which_interface_it_is_made(packages, kind):
    """That of the seqtasks that wrote it."""
    text = (packages / f"seqtasks-my-{kind}" / "src" / f"seqtasks_my_{kind}" / "plugin.py").read_text()
    assert f"\nSEQTASKS_INTERFACE = {INTERFACE}\n" in text


@pytest.mark.parametrize("kind", KINDS)
def test_it_states_whatever_it_imports(packages, kind):
    """The package in its dependencies, its tests in those or in the extra; with no floor below that of seqtasks."""
    package = packages / f"seqtasks-my-{kind}"
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    stated = dict(text.split(">=") for text in project["dependencies"])
    tested = dict(text.split(">=") for text in project["optional-dependencies"]["test"])
    own = f"seqtasks_my_{kind}"
    assert imported(package / "src") - {own} == set(stated)
    assert imported(package / "tests") - {own} <= {*stated, *tested}
    ours = dict(text.split(">=") for text in requires("seqtasks") if re.fullmatch(r"[a-z]+>=[\d.]+", text))
    assert {name: floor for name, floor in (stated | tested).items() if ours.get(name, floor) != floor} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_to_fill_in(packages, files, kind):
    """No placeholder stays in any text."""
    written = [*(packages / f"seqtasks-my-{kind}").rglob("*.*"), files / f"my_{kind}.py"]
    left = [path.name for path in written if path.is_file() and re.search(r"\$\{?[a-z_]+", path.read_text())]
    assert left == []


def test_ci_script_is_a_shell_s(packages):
    """Every word of it is one that a POSIX shell reads, and it ends with the check of the plugin."""
    script = packages / "seqtasks-my-task" / "ci.sh"
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    assert script.read_text().splitlines()[-1] == "seqtasks check seqtasks-my-task"


def test_it_can_be_built(packages, tmp_path):
    """A wheel is made of it, without the network; the wheel holds the modules and the entry point."""
    words = ["install", "--no-deps", "--no-build-isolation", "--no-index", "--target", str(tmp_path / "there")]
    done = run(["-m", "pip", "--disable-pip-version-check", *words, str(packages / "seqtasks-my-task")], tmp_path)
    assert done.returncode == 0, done.stderr
    (points,) = Path(tmp_path / "there").glob("*.dist-info/entry_points.txt")
    assert points.read_text().split() == ["[seqtasks]", "my-task", "=", "seqtasks_my_task.plugin"]
    assert (tmp_path / "there" / "seqtasks_my_task" / "task.py").is_file()
