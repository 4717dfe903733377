"""The catalogue with plugins of NumPy networks, and a workspace for suite files and stores."""

from pathlib import Path

import pytest

from seqtasks.catalogue.host import Host

SUPPORT = Path(__file__).parents[1] / "support"
PLUGINS = [str(SUPPORT / "numpy_plugin.py"), str(SUPPORT / "trouble_plugin.py")]


@pytest.fixture(scope="session")
def plugins():
    return PLUGINS


@pytest.fixture
def host():
    return Host.start(PLUGINS, {})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "runs.sqlite"


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def trouble(log):
    """A suite of four seeds, each of which logs when it starts."""

    def trouble(settings="", seeds=4):
        trainer = f"trouble:log={log},{settings}".rstrip(",")
        return {"tasks": ["prev-bit"], "models": ["elman"], "trainers": [trainer], "steps": 100, "seeds": seeds}

    return trouble
