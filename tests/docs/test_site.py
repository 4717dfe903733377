"""The site builds from sources alone."""

import os
import subprocess
import sys

import pytest

POISON = 'raise ImportError("the documentation imported {name}")\n'


@pytest.fixture
def poisoned(tmp_path):
    """An environment in which importing TensorFlow, Keras or scikit-learn raises."""
    for name in ("tensorflow", "keras", "sklearn"):
        package = tmp_path / "poison" / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(POISON.format(name=name))
    return os.environ | {"PYTHONPATH": str(tmp_path / "poison"), "NO_MKDOCS_2_WARNING": "1"}


def python(*words, cwd, env):
    return subprocess.run([sys.executable, *words], cwd=cwd, env=env, capture_output=True, text=True, check=False)


def test_the_poison_works(root, poisoned):
    """In this environment an import of TensorFlow does raise, without which the next test would prove nothing."""
    done = python("-c", "import tensorflow", cwd=root, env=poisoned)
    assert done.returncode == 1
    assert "the documentation imported tensorflow" in done.stderr


def test_site_builds_strictly_without_importing_what_it_describes(root, poisoned, tmp_path):
    """No warning, no TensorFlow; the references hold signatures, docstrings and doctests."""
    done = python("-m", "mkdocs", "build", "--strict", "-d", str(tmp_path / "site"), cwd=root, env=poisoned)
    assert done.returncode == 0, done.stderr
    trainers = (tmp_path / "site" / "reference" / "trainers" / "index.html").read_text(encoding="utf-8")
    assert "truncated backpropagation through time" in trainers
    assert "How many steps credit goes back through" in trainers
    assert 'id="seqtasks.trainers.online.Online.learner"' in trainers
    assert "MGUCell" in (tmp_path / "site" / "tutorial" / "first-plugin" / "index.html").read_text(encoding="utf-8")


def test_site_asks_nothing_of_other_servers(root, poisoned, tmp_path):
    """No page loads a font, a script or an image from elsewhere."""
    done = python("-m", "mkdocs", "build", "-q", "-d", str(tmp_path / "site"), cwd=root, env=poisoned)
    assert done.returncode == 0, done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 20
    remote = [
        (page.name, tag)
        for page in pages
        for tag in ('src="http', "src=//", 'rel="stylesheet" href="http', 'rel="preconnect"')
        if tag in page.read_text(encoding="utf-8")
    ]
    assert remote == []
