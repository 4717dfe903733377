"""``seqtasks new-plugin``: what it writes, what it says, and what it refuses."""

import json
import os
import subprocess
import sys

import pytest

from seqtasks.catalogue.host import Host

KINDS = ("task", "cell", "model", "trainer")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def everything(folder):
    """Every path below a folder, hidden ones too."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_package(seqtasks, here):
    """What was written goes to stdout, the next commands to stderr."""
    done = seqtasks("new-plugin", "two-back", "--kind", "task")
    assert (done.code, done.out) == (0, "seqtasks-two-back\n")
    assert done.err == (
        "Next:\n"
        "    pip install -e './seqtasks-two-back[test]'\n"
        "    seqtasks list tasks\n"
        "    seqtasks run two-back --model gru\n"
        "    seqtasks check two-back\n"
        "    pytest seqtasks-two-back\n"
    )
    package = here / "seqtasks-two-back"
    assert everything(here) == sorted(
        [
            "seqtasks-two-back",
            *(f"seqtasks-two-back/{name}" for name in ("README.md", "ci.sh", "pyproject.toml", "src", "tests")),
            "seqtasks-two-back/src/seqtasks_two_back",
            *(f"seqtasks-two-back/src/seqtasks_two_back/{name}.py" for name in ("__init__", "plugin", "task")),
            *(f"seqtasks-two-back/tests/test_{name}.py" for name in ("plugin", "task")),
        ]
    )
    assert os.access(package / "ci.sh", os.X_OK)
    assert not package.joinpath("README.md").stat().st_mode & 0o111
    assert package.stat().st_mode & 0o777 == 0o777 & ~umask()


def umask():
    """The present one: it can only be read by setting it."""
    found = os.umask(0)
    os.umask(found)
    return found


@pytest.mark.parametrize(
    ("kind", "run"),
    [
        ("task", "seqtasks run two-back --model gru"),
        ("cell", "seqtasks run prev-bit --model two-back"),
        ("model", "seqtasks run prev-bit --model two-back"),
        ("trainer", "seqtasks run prev-bit --model gru --trainer two-back"),
    ],
)
def test_single_file(seqtasks, here, kind, run):
    """One file, with commands that name it; seqtasks lists its entry without a problem."""
    done = seqtasks("new-plugin", "two-back", "--kind", kind, "--single-file", "--json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out) == {
        "path": "two_back.py",
        "files": ["two_back.py"],
        "next": [
            f"seqtasks list {kind}s --plugin two_back.py",
            f"{run} --plugin two_back.py",
            "seqtasks check two_back.py",
        ],
    }
    assert everything(here) == ["two_back.py"]
    report = Host.start(["two_back.py"], {}).plugins[-1]
    assert (report.problems, [(shelf, e.name) for shelf, e in report.entries]) == ((), [(f"{kind}s", "two-back")])


def test_into_another_folder(seqtasks, here):
    """Its path is quoted where a shell needs that."""
    folder = here / "my plugins"
    folder.mkdir()
    done = seqtasks("new-plugin", "two-back", "--kind", "cell", "--into", str(folder))
    assert done.out == f"{folder}/seqtasks-two-back\n"
    assert f"    pip install -e '{folder}/seqtasks-two-back[test]'\n" in done.err
    assert (folder / "seqtasks-two-back" / "pyproject.toml").is_file()


REFUSED = {
    "../away": ("'../away' is not a valid name: use words of a-z, 0-9 and hyphens.", "Such as away."),
    "a/b": ("'a/b' is not a valid name: use words of a-z, 0-9 and hyphens.", "Such as a-b."),
    "$(reboot)": ("'$(reboot)' is not a valid name: use words of a-z, 0-9 and hyphens.", "Such as reboot."),
    "x; rm y": ("'x; rm y' is not a valid name: use words of a-z, 0-9 and hyphens.", "Such as x-rm-y."),
    "TwoBack": ("'TwoBack' is not a valid name: use words of a-z, 0-9 and hyphens.", "Such as twoback."),
    "two_back": ("'two_back' is not a valid name: use words of a-z, 0-9 and hyphens.", "Such as two-back."),
    "": ("'' is not a valid name: use words of a-z, 0-9 and hyphens.", "Such as two-back."),
    "two\nback": ("'two\\nback' is not a valid name: use words of a-z, 0-9 and hyphens.", "Such as two-back."),
    "class": ("class is a keyword of Python.", "Use another name, such as class-task."),
    "match": ("match is a keyword of Python.", "Use another name, such as match-task."),
    "seqtasks-two": ("The package of seqtasks-two would be called seqtasks-seqtasks-two.", "Leave seqtasks- out: two"),
    "a" * 41: (f"The name '{'a' * 41}' has 41 characters.", "Use at most 40, because users type it."),
    "a" * 300: (f"The name '{'a' * 27}...{'a' * 28}' has 300 characters.", "Use at most 40, because users type it."),
    "_" + "a" * 300: (
        f"'_{'a' * 26}...{'a' * 28}' is not a valid name: use words of a-z, 0-9 and hyphens.",
        "Such as two-back.",
    ),
    "delay": (
        "The name delay is already used by seqtasks.",
        "Choose another name; seqtasks list shows the names in use.",
    ),
    "abstract-lag": (
        "The class of abstract-lag would hide AbstractLagTask, which its own module needs.",
        "Choose another name.",
    ),
}


@pytest.mark.parametrize("form", [[], ["--single-file"]], ids=["package", "single file"])
@pytest.mark.parametrize("name", REFUSED)
def test_name_that_cannot_be(seqtasks, here, name, form):
    """The reason, and a name that would do; nothing is written."""
    done = seqtasks("new-plugin", "--kind", "task", *form, "--", name)
    message, hint = REFUSED[name]
    assert (done.code, done.out, done.err) == (2, "", f"Error: {message}\nHint: {hint}\n")
    assert everything(here.parent) == ["work"]


@pytest.mark.parametrize("name", ["random", "numpy"])
def test_file_that_would_hide_a_module(seqtasks, here, name):
    """Python would import it in the place of that module; a package's name has seqtasks- before it."""
    done = seqtasks("new-plugin", name, "--kind", "cell", "--single-file")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"Error: A file {name}.py would hide the module {name} from programs in the same folder.\n"
        f"Hint: Choose another name, such as {name}-cell, or leave out --single-file.\n"
    )
    assert everything(here) == []
    assert seqtasks("new-plugin", name, "--kind", "cell").code == 0


@pytest.mark.parametrize("form", [[], ["--single-file"]], ids=["package", "single file"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "owner"), [("gru", "seqtasks"), ("lru", "seqtasks"), ("rflo", "seqtasks"), ("adam", "keras")]
)
def test_name_of_an_entry_is_taken_for_every_kind(seqtasks, here, name, owner, kind, form):
    """The suggested commands would be ambiguous: seqtasks check gru checks every entry of that name."""
    done = seqtasks("new-plugin", name, "--kind", kind, *form)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"Error: The name {name} is already used by {owner}.\n"
        "Hint: Choose another name; seqtasks list shows the names in use.\n"
    )
    assert everything(here) == []


@pytest.mark.parametrize("form", [[], ["--single-file"]], ids=["package", "single file"])
@pytest.mark.parametrize("blocked", ["", "mixed-bag"])
def test_name_of_a_plugin_is_taken(seqtasks, write, here, monkeypatch, form, blocked):
    """Even if the plugin is blocked or has no entries, because both packages would have the same entry point."""
    write("mixed_hooks.py", "")
    write("mixed-1.dist-info/METADATA", "Metadata-Version: 2.4\nName: mixed\nVersion: 1\n")
    write("mixed-1.dist-info/entry_points.txt", "[seqtasks]\nmixed_bag = mixed_hooks\n")
    monkeypatch.setenv("SEQTASKS_BLOCK", blocked)
    done = seqtasks("new-plugin", "mixed-bag", "--kind", "task", *form)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "Error: The name mixed-bag is already used by a plugin.\n"
        "Hint: Choose another name; seqtasks plugins shows the names in use.\n"
    )
    assert everything(here) == []


def test_package_that_is_installed(seqtasks, write, here):
    """The new package would replace it, also under another spelling; a single file replaces nothing."""
    write("Seqtasks_Far.Away-1.dist-info/METADATA", "Metadata-Version: 2.4\nName: Seqtasks_Far.Away\nVersion: 1\n")
    done = seqtasks("new-plugin", "far-away", "--kind", "task")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "Error: The package seqtasks-far-away is installed, and the new package would replace it.\n"
        "Hint: Choose another name.\n"
    )
    assert everything(here) == []
    assert seqtasks("new-plugin", "far-away", "--kind", "task", "--single-file").code == 0


@pytest.mark.parametrize("form", [[], ["--single-file"]], ids=["package", "single file"])
@pytest.mark.parametrize("what", ["file", "folder", "dangling link"])
def test_what_exists_stays(seqtasks, here, form, what):
    """An empty folder and a link to nothing, too."""
    name = "two_back.py" if form else "seqtasks-two-back"
    match what:
        case "file":
            (here / name).write_text("mine")
        case "folder":
            (here / name).mkdir()
        case "dangling link":
            (here / name).symlink_to("nowhere")
    before = os.lstat(here / name)
    done = seqtasks("new-plugin", "two-back", "--kind", "task", *form)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"Error: {name} exists; nothing was written.\nHint: Choose another name, or another folder: --into\n"
    )
    assert os.lstat(here / name) == before
    assert everything(here) == [name]


def test_twice(seqtasks, here):
    """The second time it is refused, and the first stays as its author left it."""
    assert seqtasks("new-plugin", "two-back", "--kind", "task").code == 0
    mine = here / "seqtasks-two-back" / "src" / "seqtasks_two_back" / "task.py"
    mine.write_text("mine")
    assert seqtasks("new-plugin", "two-back", "--kind", "task").code == 2
    assert mine.read_text() == "mine"


def test_no_folder(seqtasks, here):
    """The command that makes it."""
    done = seqtasks("new-plugin", "two-back", "--kind", "task", "--into", "not there")
    assert (done.code, done.out) == (2, "")
    assert done.err == ("Error: The folder not there does not exist.\nHint: mkdir -p 'not there'\n")


def test_no_folder_at_home(seqtasks, here, monkeypatch):
    """The home folder is spelt out, for a shell leaves ``~`` in quotes as it is."""
    monkeypatch.setenv("HOME", str(here))
    done = seqtasks("new-plugin", "two-back", "--kind", "task", "--into", "~/not there")
    assert done.err.endswith(f"Hint: mkdir -p '{here}/not there'\n")


@pytest.mark.parametrize("into", ["bar.py", "bar.py/inner", "dangling/inner"])
def test_file_where_a_folder_should_be(seqtasks, here, into):
    """No command makes a folder of it."""
    (here / "bar.py").write_text("mine")
    (here / "dangling").symlink_to("nowhere")
    done = seqtasks("new-plugin", "two-back", "--kind", "task", "--into", f"./{into}")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"Error: {into.partition('/')[0]} is not a folder, so seqtasks-two-back cannot be written there.\n"
        "Hint: Name a folder: --into\n"
    )
    assert everything(here) == ["bar.py", "dangling"]


def test_full_disk_leaves_nothing(seqtasks, here, monkeypatch):
    """What was written of it so far is taken away."""

    def refuse(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("seqtasks.scaffold.placement.os.rename", refuse)
    done = seqtasks("new-plugin", "two-back", "--kind", "task")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "Error: seqtasks-two-back cannot be written into .: No space left on device.\n"
        "Hint: Name a folder of yours, with space in it: --into\n"
    )
    assert everything(here) == []


def test_ctrl_c_leaves_nothing(seqtasks, here, monkeypatch):
    """Half a package would look like a whole one."""

    def interrupt(source, target):
        raise KeyboardInterrupt

    monkeypatch.setattr("seqtasks.scaffold.placement.os.rename", interrupt)
    assert seqtasks("new-plugin", "two-back", "--kind", "task").code == 130
    assert everything(here) == []


def test_nobody_s_home(seqtasks, here):
    """An unknown home folder is an error."""
    done = seqtasks("new-plugin", "two-back", "--kind", "task", "--into", "~nobody-of-that-name")
    assert done.code == 1
    assert done.err.startswith("Error: seqtasks-two-back cannot be written into ~nobody-of-that-name: ")
    assert done.err.endswith("Hint: Name a folder of yours, with space in it: --into\n")


def test_unknown_kind(seqtasks, here):
    """Typer names the four."""
    done = seqtasks("new-plugin", "two-back", "--kind", "layer")
    assert done.code == 2
    assert all(kind in done.err for kind in KINDS)


def test_two_kinds(seqtasks, here):
    """Neither is chosen silently, and nothing is written."""
    done = seqtasks("new-plugin", "two-back", "--kind", "task", "--kind", "cell")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "Error: --kind appears 2 times: task, cell.\n"
        "Hint: Name one kind, and add further entries to the plugin by hand.\n"
    )
    assert everything(here) == []


def test_no_kind(seqtasks, here):
    """The option is required."""
    done = seqtasks("new-plugin", "two-back")
    assert (done.code, done.out) == (2, "")
    assert "Missing option '--kind'" in done.err


def test_it_is_light(here):
    """Neither NumPy nor anything above it is loaded."""
    code = """
import sys
from seqtasks.__main__ import main
sys.argv = ["seqtasks", "new-plugin", "two-back", "--kind", "trainer"]
try:
    main()
except SystemExit as done:
    assert not done.code
print(sorted({"numpy", "sklearn", "keras", "tensorflow", "rich"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"SEQTASKS_BLOCK": "*"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "seqtasks-two-back\n[]\n"
