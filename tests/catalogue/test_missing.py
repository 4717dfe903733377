"""A module that is not installed is named, and so is the command that installs it where that is known."""

import subprocess
import sys

import pytest

from seqtasks.catalogue.host import Host
from seqtasks.catalogue.missing import missing
from seqtasks.errors import PluginError

pytestmark = pytest.mark.usefixtures("no_installed_plugins")

HEAD = "from seqtasks import Entry, hookimpl\n"
HOOK = "\n@hookimpl\ndef seqtasks_tasks():\n    yield Entry('thing', 'A thing.', 'needy_task:make')\n"

UNDECLARED = ", and which needy does not declare"
UNKNOWN = "install the package that brings not_there_at_all, perhaps one of that name"


def install(write, *requirements):
    """The distribution needy 1.5, whose hook module is needy_plugin."""
    stated = "".join(f"Requires-Dist: {text}\n" for text in requirements)
    write("needy-1.5.dist-info/METADATA", f"Metadata-Version: 2.4\nName: needy\nVersion: 1.5\n{stated}")
    write("needy-1.5.dist-info/entry_points.txt", "[seqtasks]\nneedy = needy_plugin\n")


@pytest.mark.parametrize(
    ("requirements", "remedy", "undeclared"),
    [
        (["seqtasks>=0.1", "not_there_at_all>=2,<3"], "pip install 'not_there_at_all>=2,<3'", ""),
        (["Not-There.At.All; extra == 'more'"], "pip install Not-There.At.All", ""),
        (["numpy", "python-nowhere>1"], "pip install 'python-nowhere>1'", ""),
        (["python-nowhere", "py-elsewhere"], "pip install python-nowhere py-elsewhere", ""),
        (["numpy", "new-nowhere>1 ; python_version >= '3'"], "pip install 'new-nowhere>1'", ""),
        (["numpy", "old-nowhere; python_version < '3'"], UNKNOWN, UNDECLARED),
        (["more-nowhere; extra == 'more'"], UNKNOWN, UNDECLARED),
        (["odd-nowhere; the moon is full"], UNKNOWN, UNDECLARED),
        ([], UNKNOWN, UNDECLARED),
    ],
    ids=[
        "by its name",
        "spelt otherwise",
        "of another name",
        "one of two",
        "for this Python",
        "for another Python",
        "of an extra",
        "no condition",
        "none stated",
    ],
)
def test_hook_module_that_needs_a_module(write, requirements, remedy, undeclared):
    """The command installs what the distribution requires and is not there; else the package's name is not known."""
    install(write, *requirements)
    write("needy_plugin.py", "import not_there_at_all.inner\n")
    assert Host.start((), {}).plugins[-1].problems == (
        f"cannot be imported: it needs the module not_there_at_all, which is not installed{undeclared} ({remedy})",
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
    """The module's name may not be the package's, so that there is no command: who left it out is named."""
    install(write, "numpy")
    write("needy_plugin.py", HEAD + HOOK)
    write("needy_task.py", "import not_there_at_all\ndef make(lag: int = 1): ...\n")
    with pytest.raises(PluginError) as caught:
        Host.start((), {}).load("tasks", "thing")
    assert caught.value.message == (
        f"The task thing of needy needs the module not_there_at_all, which is not installed{UNDECLARED}."
    )
    assert caught.value.hint == UNKNOWN


def test_file_has_no_requirements(write):
    """Of a file nobody knows what it requires, and yaml, say, is provided by PyYAML."""
    write("needy_task.py", "import not_there_at_all\ndef make(lag: int = 1): ...\n")
    host = Host.start([write("file.py", HEAD + HOOK)], {})
    with pytest.raises(PluginError) as caught:
        host.load("tasks", "thing")
    assert caught.value.hint == UNKNOWN


@pytest.mark.parametrize(
    ("error", "own"),
    [
        (ModuleNotFoundError("no own module", name="mine.plugin"), "mine"),
        (ModuleNotFoundError("a part is gone", name="numpy.nothing"), "mine"),
        (ModuleNotFoundError("raised by hand"), "mine"),
        (ModuleNotFoundError("named oddly", name=".odd"), "mine"),
        (ImportError("something else", name="absent"), "mine"),
    ],
    ids=["itself", "installed", "no name", "no module's name", "no missing module"],
)
def test_other_failures_are_not_for_want_of_an_installation(error, own):
    """Nothing that could be installed would help, so nothing is proposed."""
    assert missing(error, own, "") is None


def test_distribution_that_is_gone_is_survived():
    """Its requirements are unknown."""
    error = ModuleNotFoundError("absent", name="absent_module")
    assert missing(error, "mine", "no-such-distribution").undeclared == "no-such-distribution"


def test_command_line_names_the_module(write, tmp_path):
    """What a user reads: on stderr while listing, which goes on; the built-in names are all there."""
    plugin = write("file.py", "import not_there_at_all\n")
    words = [sys.executable, "-m", "seqtasks", "list", "--plugin", plugin]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0
    sentence = "cannot be imported: it needs the module not_there_at_all, which is not installed"
    assert done.stderr == f"Plugin {plugin}: {sentence} ({UNKNOWN}).\n"
    assert "prev-bit" in done.stdout
