"""A module that is not installed is named, and so is the command that installs it."""

import subprocess
import sys

import pytest

from seqtasks.catalogue.host import Host
from seqtasks.catalogue.missing import missing
from seqtasks.errors import PluginError

pytestmark = pytest.mark.usefixtures("no_installed_plugins")

HEAD = "from seqtasks import Entry, hookimpl\n"
HOOK = "\n@hookimpl\ndef seqtasks_tasks():\n    yield Entry('thing', 'A thing.', 'needy_task:make')\n"

GUESS = ", and which needy does not declare"


def install(write, *requirements):
    """The distribution needy 1.5, whose hook module is needy_plugin."""
    stated = "".join(f"Requires-Dist: {text}\n" for text in requirements)
    write("needy-1.5.dist-info/METADATA", f"Metadata-Version: 2.4\nName: needy\nVersion: 1.5\n{stated}")
    write("needy-1.5.dist-info/entry_points.txt", "[seqtasks]\nneedy = needy_plugin\n")


@pytest.mark.parametrize(
    ("requirements", "command", "guess"),
    [
        (["seqtasks>=0.1", "not_there_at_all>=2,<3"], "pip install 'not_there_at_all>=2,<3'", ""),
        (["Not-There.At.All; extra == 'more'"], "pip install Not-There.At.All", ""),
        (["numpy", "python-nowhere>1"], "pip install 'python-nowhere>1'", ""),
        (["python-nowhere", "py-elsewhere"], "pip install python-nowhere py-elsewhere", ""),
        (["numpy", "old-nowhere; python_version < '3'"], "pip install not_there_at_all", GUESS),
        ([], "pip install not_there_at_all", GUESS),
    ],
    ids=[
        "by its name",
        "spelt otherwise",
        "of another name",
        "one of two",
        "all are there",
        "none stated",
    ],
)
def test_hook_module_that_needs_a_module(write, requirements, command, guess):
    """The command installs what the distribution requires and is not there; else it is a guess, which is said."""
    install(write, *requirements)
    write("needy_plugin.py", "import not_there_at_all.inner\n")
    assert Host.start((), {}).plugins[-1].problems == (
        f"cannot be imported: it needs the module not_there_at_all, which is not installed{guess} ({command})",
    )


def test_entry_that_needs_a_module_says_so_at_use(write):
    """The hook module is fine, so the name is listed; its target cannot be imported."""
    install(write, "not-there-at-all~=1.0")
    write("needy_plugin.py", HEAD + HOOK)
    write("needy_task.py", "import not_there_at_all\ndef make(lag: int = 1): ...\n")
    host = Host.start((), {})
    assert host.plugins[-1].problems == ()
    with pytest.raises(PluginError) as caught:
        host.make("tasks", host.spec("tasks", "thing:lag=2"))
    assert caught.value.message == "The task thing of needy needs the module not_there_at_all, which is not installed."
    assert caught.value.hint == "pip install 'not-there-at-all~=1.0'"


def test_entry_that_needs_what_nobody_declared(write):
    """The module's name may not be the package's, so that the command is a guess: who left it out is named."""
    install(write, "numpy")
    write("needy_plugin.py", HEAD + HOOK)
    write("needy_task.py", "import not_there_at_all\ndef make(lag: int = 1): ...\n")
    with pytest.raises(PluginError) as caught:
        Host.start((), {}).load("tasks", "thing")
    assert caught.value.message == (
        f"The task thing of needy needs the module not_there_at_all, which is not installed{GUESS}."
    )
    assert caught.value.hint == "pip install not_there_at_all"


def test_file_has_no_requirements(write):
    """Of a file nobody knows what it requires: a package of the module's name."""
    write("needy_task.py", "import not_there_at_all\ndef make(lag: int = 1): ...\n")
    host = Host.start([write("file.py", HEAD + HOOK)], {})
    with pytest.raises(PluginError) as caught:
        host.load("tasks", "thing")
    assert caught.value.hint == "pip install not_there_at_all"


@pytest.mark.parametrize(
    ("error", "own"),
    [
        (ModuleNotFoundError("no own module", name="mine.plugin"), "mine"),
        (ModuleNotFoundError("a part is gone", name="numpy.nothing"), "mine"),
        (ModuleNotFoundError("raised by hand"), "mine"),
        (ImportError("something else", name="absent"), "mine"),
    ],
    ids=["itself", "installed", "no name", "no missing module"],
)
def test_other_failures_are_not_for_want_of_an_installation(error, own):
    """Nothing that could be installed would help, so nothing is proposed."""
    assert missing(error, own, "") is None


def test_distribution_that_is_gone_is_survived():
    """Its requirements are unknown."""
    error = ModuleNotFoundError("absent", name="absent_module")
    assert missing(error, "mine", "no-such-distribution").command == "pip install absent_module"


def test_command_line_names_the_command(write, tmp_path):
    """What a user reads: on stderr while listing; the built-in names are all there."""
    plugin = write("file.py", "import not_there_at_all\n")
    words = [sys.executable, "-m", "seqtasks", "list", "--plugin", plugin]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0
    sentence = "cannot be imported: it needs the module not_there_at_all, which is not installed"
    assert done.stderr == f"Plugin {plugin}: {sentence} (pip install not_there_at_all).\n"
    assert "prev-bit" in done.stdout
