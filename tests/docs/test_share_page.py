"""The tutorial on sharing a plugin, followed word by word: its files are saved and its package is tested."""

import json
import os
import re
import subprocess
import sys
import tomllib

import pytest
from support.installed import imported, python_path

from seqtasks.catalogue.host import Host
from seqtasks.scaffold.kinds import EXAMPLES

PAGE = "tutorial/share-a-plugin.md"
PACKAGE = "seqtasks-exclusive-or"


def run(words, cwd, path=""):
    environment = os.environ | {"PYTHONPATH": path}
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def saved(text):
    """The files that the reader is to save, by the paths that stand above them."""
    return dict(re.findall(r"<!-- (\S+) -->\n```python\n(.*?)```", text, re.DOTALL))


@pytest.fixture
def package(page, tmp_path):
    """The package that the page's command writes, before the reader changes it."""
    (words,) = re.findall(r"^(seqtasks new-plugin .*)$", page(PAGE), re.MULTILINE)
    done = run(words.split(), tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{PACKAGE}\n"), done.stderr
    return tmp_path / PACKAGE


@pytest.fixture
def changed(page, package):
    """The package with the page's files and dependencies in it."""
    for name, text in saved(page(PAGE)).items():
        if "/" in name:
            (package / name).write_text(text, encoding="utf-8")
    (dependencies,) = re.findall(r"```toml\n(dependencies = .*\n)```", page(PAGE))
    project = package / "pyproject.toml"
    before = project.read_text(encoding="utf-8")
    project.write_text(re.sub(r"^dependencies = .*\n", dependencies, before, flags=re.MULTILINE), encoding="utf-8")
    return package


def test_every_python_block_is_saved(page):
    """None is left out of these tests: the first is a file of its own, the others belong to the package."""
    text = page(PAGE)
    assert len(saved(text)) == text.count("```python") == 7
    assert [name for name in saved(text) if "/" not in name] == ["two_ago.py"]


def test_one_line_is_the_task_it_says(page, write):
    """Two steps back, not negated."""
    host = Host.start([write("two_ago.py", saved(page(PAGE))["two_ago.py"])], {})
    assert host.plugins[-1].problems == ()
    task = host.make("tasks", host.spec("tasks", "two-ago"))
    chunk = task.sample(seed=0, sequences=2, length=30)
    assert (chunk.targets[:, 2:] == chunk.inputs[:, :-2]).all()
    assert (task.depth, task.yardsticks().chance) == (3, 0.25)


def test_tree_is_what_is_written(page, package):
    """The files that the page draws are those that there are."""
    (tree,) = re.findall(rf"```text\n{PACKAGE}/\n(.*?)```", page(PAGE), re.DOTALL)
    drawn = re.findall(r"^ +(\S+\.\w+)", tree, re.MULTILINE)
    assert sorted(drawn) == sorted(path.name for path in package.rglob("*") if path.is_file())


def test_name_means_what_the_page_says(page, package):
    """In the tests that are written it is the entry point's, an entry's, and the task that is run."""
    tests, project = (
        (package / name).read_text(encoding="utf-8") for name in ("tests/test_plugin.py", "pyproject.toml")
    )
    for shown in ('NAME = "exclusive-or"', "report.name == NAME"):
        assert f"`{shown}`" in page(PAGE)
        assert shown in tests
    assert "assert NAME in [entry.name " in tests
    assert "seqtasks.run(NAME, " in tests
    assert '\nexclusive-or = "seqtasks_exclusive_or.plugin"\n' in project
    assert "tests/test_plugin.py" not in saved(page(PAGE))


def test_changed_package_states_whatever_it_imports(changed):
    """With the floors that new-plugin writes for each kind."""
    project = tomllib.loads((changed / "pyproject.toml").read_text())["project"]
    stated = dict(text.split(">=") for text in project["dependencies"])
    assert imported(changed / "src") - {"seqtasks_exclusive_or"} == set(stated)
    assert set(project["dependencies"][1:]) == {example.requires for example in EXAMPLES.values()}


def test_changed_package_is_listed(changed, tmp_path):
    """A task, a cell and a trainer, found through the entry point without a problem."""
    site = tmp_path / "site"
    site.mkdir()
    done = run(["seqtasks", "plugins", "--json"], tmp_path, python_path(site, [changed]))
    assert done.returncode == 0, done.stderr
    (found,) = [plugin for plugin in json.loads(done.stdout) if plugin["name"] == "exclusive-or"]
    assert (found["tasks"], found["cells"], found["trainers"]) == (["exclusive-or"], ["one-gate"], ["own-past"])
    assert found["problems"] == []


def test_settings_are_shown(changed, tmp_path):
    """With types, defaults and the words of the docstring."""
    site = tmp_path / "site"
    site.mkdir()
    done = run(["seqtasks", "show", "exclusive-or"], tmp_path, python_path(site, [changed]))
    assert (done.returncode, done.stderr) == (0, "")
    rows = [re.split(r"  +", line) for line in done.stdout.splitlines()]
    assert ["second", "an integer, at least 0, at most 1000", "1", "How many steps ago the other was."] in rows


def test_style_of_the_changed_package(changed):
    """Its own settings of ruff find nothing in the page's files."""
    for words in (["check", "."], ["format", "--check", "."]):
        done = run(["ruff", *words], changed)
        assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.tensorflow
def test_tests_of_the_changed_package_pass(changed, tmp_path):
    """Those of the page, and the contract of all three entries."""
    site = tmp_path / "site"
    site.mkdir()
    words = ["pytest", "tests", "-q", "-rA", "-p", "no:cacheprovider"]
    done = run(words, changed, python_path(site, [changed]))
    assert done.returncode == 0, done.stdout[-4000:]
    passed = re.findall(r"^PASSED (\S+)::(.*)$", done.stdout, re.MULTILINE)
    for subject in ("task exclusive-or", "cell one-gate", "trainer own-past"):
        assert sum(f"[{subject}: " in test for _, test in passed) >= 5, subject
    assert {"tests/test_task.py", "tests/test_trainer.py"} <= {file for file, _ in passed}
