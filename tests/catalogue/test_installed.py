"""Broken metadata of an installed package is one named line, and stops nothing."""

import sys
import zipfile
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from seqtasks.__main__ import main
from seqtasks.catalogue.host import Host
from seqtasks.catalogue.installed import distribution, requirements, version
from seqtasks.estimators import SequenceClassifier

pytestmark = pytest.mark.usefixtures("no_installed_plugins")

METADATA = b"Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n"
OURS = b"[seqtasks]\nfine = fine_plugin\n"
PLUGIN = """
from seqtasks import Entry, hookimpl

class Thing:
    def __init__(self, lag: int = 1): self.lag = lag

@hookimpl
def seqtasks_tasks():
    yield Entry("thing", "A thing.", "fine_plugin:Thing")
"""

# folder, METADATA, entry_points.txt; the reason that is given, after the folder's path; whether its plugin works on
KINDS = {
    "no =": ("stranger-1.0.dist-info", METADATA, b"[console_scripts]\nbroken\n", "'broken', is not of the form"),
    "no = of ours": ("stranger-1.0.dist-info", METADATA, OURS + b"broken\n", "'broken', is not of the form"),
    "no name": ("stranger-1.0.dist-info", METADATA, b"[seqtasks]\n= json\n", "'= json', is not of the form"),
    "no module": ("stranger-1.0.dist-info", METADATA, OURS + b"bad = not-a module\n", "names no module"),
    "relative module": ("stranger-1.0.dist-info", METADATA, OURS + b"bad = ..json\n", "names no module"),
    "same name twice": ("stranger-1.0.dist-info", METADATA, OURS + b"fine = json\n", "'fine = json', repeats a name"),
    "no section": ("stranger-1.0.dist-info", METADATA, b"fine = fine_plugin\n", "stands before the first [section]"),
    "zero bytes": ("stranger-1.0.dist-info", METADATA, OURS + b"\0\0\n", r"'\x00\x00', is not of the form"),
    "escape sequence": ("stranger-1.0.dist-info", METADATA, OURS + b"\x1b[2J = json\n", "has a name that cannot be"),
    "Latin-1 entry points": ("stranger-1.0.dist-info", METADATA, OURS + b"\xe9\n", "entry_points.txt is not UTF-8 at"),
    "Latin-1 metadata": ("stranger-1.0.dist-info", METADATA + b"Author: Jos\xe9\n", OURS, "METADATA is not UTF-8 at"),
    "no metadata": ("stranger-1.0.dist-info", None, OURS, "METADATA is missing or empty"),
    "empty metadata": ("stranger-1.0.dist-info", b"", OURS, "METADATA is missing or empty"),
    "metadata without a name": ("stranger-1.0.dist-info", b"Version: 1.0\n", OURS, "METADATA holds no Name"),
    "metadata is a folder": ("stranger-1.0.dist-info", "folder", OURS, "METADATA cannot be read: Is a directory"),
    "entry points are a folder": ("stranger-1.0.dist-info", METADATA, "folder", "cannot be read: Is a directory"),
    "dangling link": ("stranger-1.0.dist-info", METADATA, Path("nowhere"), "cannot be read: a link leads nowhere"),
    "link to itself": ("stranger-1.0.dist-info", METADATA, Path("entry_points.txt"), "Too many levels of symbolic"),
    "nameless": (".dist-info", None, None, "METADATA is missing or empty"),
    "nameless of ours": (".dist-info", None, OURS, "METADATA is missing or empty"),
}


def put(path, content):
    match content:
        case "folder":
            path.mkdir()
        case Path():
            path.symlink_to(content)
        case bytes():
            path.write_bytes(content)


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Writes a metadata folder next to a plugin's module, on ``sys.path``."""
    (tmp_path / "fine_plugin.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(folder, metadata, points):
        place = tmp_path / folder
        place.mkdir()
        put(place / "METADATA", metadata)
        put(place / "entry_points.txt", points)
        return place

    yield install
    sys.modules.pop("fine_plugin", None)


@pytest.fixture
def seqtasks(monkeypatch, capfd):
    """Exit code, stdout and stderr of a command."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["seqtasks", *words])
        capfd.readouterr()
        with pytest.raises(SystemExit) as caught:
            main()
        return caught.value.code or 0, *capfd.readouterr()

    return run


def of_ours(points):
    return isinstance(points, bytes) and b"fine_plugin" in points and points.startswith(b"[seqtasks]")


@pytest.mark.parametrize("kind", KINDS)
def test_broken_metadata_is_one_line_and_stops_nothing(install, seqtasks, kind):
    """It is named with its file and a next step; what of the package can be read works on, and so do all commands."""
    folder, metadata, points, reason = KINDS[kind]
    place = install(folder, metadata, points)
    name = "stranger" if folder.startswith("stranger") else ".dist-info"
    code, out, err = seqtasks("list", "tasks")
    assert (code, err.count("\n")) == (0, 1), err
    assert err.startswith(f"Package {name}: ")
    assert err.endswith(f"; update or reinstall it, or skip it with SEQTASKS_BLOCK={name}.\n")
    assert str(place) in err
    assert reason in err
    assert "\nprev-bit" in out
    assert ("\nthing" in out) == of_ours(points)
    assert seqtasks("show", "gru")[::2] == (0, err)
    assert seqtasks("run", "--help")[0] == 0
    code, out, plugins_err = seqtasks("plugins")
    assert (code, plugins_err) == (1, "")
    assert out.splitlines()[-1] == err.removeprefix("Package ").removesuffix("\n")
    assert SequenceClassifier(model="gru:units=3").get_params()["model"] == "gru:units=3"


@pytest.mark.parametrize("kind", KINDS)
def test_blocked_package_is_not_wrong(install, seqtasks, monkeypatch, kind):
    """SEQTASKS_BLOCK silences it, by its name and by ``*``, as it does a plugin."""
    folder, metadata, points, _ = KINDS[kind]
    install(folder, metadata, points)
    for block in ("*", "stranger" if folder.startswith("stranger") else ".dist-info"):
        monkeypatch.setenv("SEQTASKS_BLOCK", block)
        code, out, err = seqtasks("list", "tasks")
        assert (code, err, "\nthing" in out) == (0, "", False)
        assert seqtasks("show", "gru")[::2] == (0, "")
        assert seqtasks("run", "--help")[0] == 0
        code, out, err = seqtasks("plugins")
        assert (code, err) == (0, "")
        assert out.splitlines()[-1].endswith("blocked")
        assert SequenceClassifier(model="gru:units=3").get_params()["model"] == "gru:units=3"


def test_package_without_a_name_is_not_blocked_by_an_empty_list(install):
    """An unset SEQTASKS_BLOCK, and one that ends in a comma, hold no name, not an empty one."""
    install("stranger-1.0.dist-info", b"Version: 1.0\n", OURS)
    for environ in ({}, {"SEQTASKS_BLOCK": ""}, {"SEQTASKS_BLOCK": "other,"}):
        assert [report.blocked for report in Host.start((), environ).plugins] == [False, False, False]


def test_every_line_of_a_broken_file_is_one_report(install, seqtasks):
    """The first is quoted, the others are counted."""
    install("stranger-1.0.dist-info", METADATA, b"[console_scripts]\n" + b"broken\n" * 1000)
    _, _, err = seqtasks("list")
    assert err.count("\n") == 1
    assert "line 2 of" in err
    assert "it is the first of 1000 such lines" in err


def test_unreadable_file(install, seqtasks, monkeypatch):
    """Without the permission to read it, there may be a plugin in it; importlib.metadata passes over it silently."""
    place = install("stranger-1.0.dist-info", METADATA, OURS)
    read = Path.read_bytes

    def refuse(self):
        if self == place / "entry_points.txt":
            raise PermissionError(13, "Permission denied")
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    code, _, err = seqtasks("list")
    assert (code, err.count("\n")) == (0, 1)
    assert err.startswith(f"Package stranger: {place}/entry_points.txt cannot be read: Permission denied; ")


def test_what_an_update_left_behind(install, seqtasks, tmp_path):
    """Two versions in one folder are reported, since chance decides which counts; elsewhere on the path none is."""
    install("stranger-1.0.dist-info", METADATA, OURS)
    install("stranger-2.0.dist-info", METADATA.replace(b"1.0", b"2.0"), OURS)
    code, _, err = seqtasks("list")
    assert (code, err.count("\n")) == (0, 1)
    assert err.startswith("Package stranger: it is installed twice, in ")
    assert all(f"{tmp_path}/stranger-{number}.dist-info" in err for number in ("1.0", "2.0"))


@pytest.mark.parametrize(
    "build", ["file", "shadowed", "same folder twice", "absent folder", "file on the path", "no text"]
)
def test_what_is_not_broken_is_not_reported(install, seqtasks, tmp_path, monkeypatch, build):
    """Old .egg-info files, a package shadowed by another folder's, and what an import passes over on the path."""
    match build:
        case "file":
            (tmp_path / "stranger-1.0.egg-info").write_bytes(METADATA)
        case "shadowed":
            install("stranger-1.0.dist-info", METADATA, OURS)
            other = tmp_path / "other"
            other.mkdir()
            (tmp_path / "stranger-1.0.dist-info").rename(other / "stranger-2.0.dist-info")
            install("stranger-1.0.dist-info", METADATA, OURS)
            monkeypatch.setattr(sys, "path", [*sys.path, str(other)])
        case "same folder twice":
            install("stranger-1.0.dist-info", METADATA, OURS)
            monkeypatch.setattr(sys, "path", [*sys.path, f"{tmp_path}/"])
        case "absent folder":
            monkeypatch.setattr(sys, "path", [str(tmp_path / "absent"), *sys.path])
        case "file on the path":
            monkeypatch.setattr(sys, "path", [str(tmp_path / "fine_plugin.py"), *sys.path])
        case "no text":
            monkeypatch.setattr(sys, "path", [3, None, *sys.path])
    assert seqtasks("list")[::2] == (0, "")


@pytest.mark.parametrize("metadata", [True, False], ids=["with METADATA", "without"])
def test_plugin_in_an_archive(install, seqtasks, tmp_path, monkeypatch, metadata):
    """It is listed, shown with its settings, and made, although its source is no file."""
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("zipped_thing/__init__.py", "")
        zipped.writestr("zipped_thing/plugin.py", PLUGIN.replace("fine_plugin", "zipped_thing.plugin"))
        zipped.writestr("zipped-1.0.dist-info/entry_points.txt", "[seqtasks]\nzipped = zipped_thing.plugin\n")
        if metadata:
            zipped.writestr("zipped-1.0.dist-info/METADATA", "Name: zipped\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(archive))
    code, out, err = seqtasks("list")
    assert (code, "\nthing" in out, err.count("\n")) == (0, True, int(not metadata))
    host = Host.start((), {})
    assert host.plugins[1].problems == ()
    assert host.make("tasks", host.spec("tasks", "thing:lag=4")).lag == 4
    for name in ("zipped_thing.plugin", "zipped_thing"):
        del sys.modules[name]
    host = Host.start((), {})
    sys.modules.pop("zipped_thing.plugin")
    sys.modules.pop("zipped_thing")
    assert host.signature("tasks", "thing").parameters[0].default == 1


class Finder:
    """Finds nothing to import, and lists what it is given before it fails."""

    def __init__(self, listed, error):
        self.listed, self.error = listed, error

    def find_spec(self, *_):
        return None

    def find_distributions(self, context):
        yield from self.listed
        if self.error:
            raise self.error


class Silent(Distribution):
    """Has no folder, and fails as it is read."""

    def read_text(self, filename):
        raise SystemExit(3)

    def locate_file(self, path):
        return path


@pytest.mark.parametrize(
    ("listed", "error", "line"),
    [
        ([], RuntimeError("odd"), "it cannot list installed packages: RuntimeError: odd"),
        ([], SystemExit(3), "it cannot list installed packages: it called sys.exit(3)"),
        ([3], None, "it cannot list installed packages: TypeError: 3 is not a distribution"),
        ([Silent()], None, "entry_points.txt cannot be read: it called sys.exit(3)"),
    ],
)
def test_finder_that_fails(install, seqtasks, monkeypatch, listed, error, line):
    """It stands first on the meta path, as in a program that installs its own, and hides nobody's plugins."""
    install("stranger-1.0.dist-info", METADATA, OURS)
    monkeypatch.setattr(sys, "meta_path", [Finder(listed, error), *sys.meta_path])
    code, out, err = seqtasks("list")
    assert (code, "\nthing" in out, err.count("\n")) == (0, True, 1), err
    assert line in err


def test_one_distribution_is_found_behind_a_finder_that_fails(install, monkeypatch):
    """Its version and requirements are those that importlib.metadata reads where nothing fails."""
    install("stranger-1.0.dist-info", METADATA + b"Requires-Dist: numpy>=1\n", OURS)
    monkeypatch.setattr(sys, "meta_path", [Finder([], RuntimeError("odd")), *sys.meta_path])
    assert (version("Stranger"), requirements("Stranger")) == ("1.0", ["numpy>=1"])
    assert (version("not-there-at-all"), requirements("not-there-at-all")) == (None, [])


class Foreign:
    """A distribution as the package importlib_metadata has it: the same methods, and no common class."""

    requires = ("numpy>=1",)

    def read_text(self, filename):
        return {"METADATA": "Name: foreign\nVersion: 2.0\n"}.get(filename)


def test_distributions_of_another_library_are_read(monkeypatch):
    """Programs such as Dask import importlib_metadata, whose finder then takes the place of the standard one."""
    monkeypatch.setattr(sys, "meta_path", [Finder([Foreign()], None), *sys.meta_path])
    assert (version("foreign"), list(requirements("foreign"))) == ("2.0", ["numpy>=1"])


def test_distribution_whose_metadata_is_broken(install):
    """It is installed, of an unknown version and without requirements."""
    install("stranger-1.0.dist-info", b"Requires-Dist: \xe9\n", OURS)
    assert distribution("Stranger") is not None
    assert (requirements("stranger"), version("stranger")) == ([], "unknown")
