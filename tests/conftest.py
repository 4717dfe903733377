"""Every test runs as on a machine where seqtasks was never configured."""

import ctypes
import os
import sys
from contextlib import suppress

import hypothesis
import pytest

from seqtasks.catalogue.installed import installed

# pytest-timeout ends a hang; how long an example takes depends on what else the machine does
hypothesis.settings.register_profile("seqtasks", deadline=None)
hypothesis.settings.load_profile("seqtasks")


@pytest.fixture(autouse=True)
def isolated(monkeypatch):
    """No SEQTASKS_* variable, an 80-column terminal without colour, and the modules of plugin files forgotten."""
    for name in list(os.environ):
        if name.startswith("SEQTASKS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    yield
    for name in [name for name in sys.modules if name.startswith("seqtasks_plugin_")]:
        del sys.modules[name]


@pytest.fixture(autouse=True, scope="module")
def freed_memory():
    """Return freed memory to the system after each module: compiled programs leave it in many small pieces."""
    yield
    if "tensorflow" in sys.modules:
        with suppress(OSError, AttributeError):  # the C library is another one than glibc
            ctypes.CDLL("libc.so.6").malloc_trim(0)


@pytest.fixture
def no_installed_plugins(tmp_path, monkeypatch):
    """Only plugins that the test itself writes are found, whatever is installed on this machine."""

    def found():
        return [each for each in installed() if each.name not in before]

    before = {each.name for each in installed()}
    monkeypatch.setattr("seqtasks.catalogue.discovery.installed", found)


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a module into a folder on ``sys.path`` and returns its file's path as text."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)

    yield write
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
