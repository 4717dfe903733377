"""Output files appear whole or not at all, and never instead of something else."""

import os
import stat

import pytest

from seqtasks.errors import DataError, UsageError
from seqtasks.files.output_file import OutputFile, begins_with


def file(path, force=False):
    return OutputFile(str(path), begins_with(b"SEQ"), "test file", force)


def written(path, text=b"SEQ new", **options):
    with file(path, **options).opened() as out:
        out.write(text)
    return path.read_bytes()


def test_new_file_is_whole_and_ordinary(tmp_path):
    """The bytes arrive, with the permissions of any new file, and nothing else is left in the folder."""
    before = os.umask(0o027)
    try:
        assert written(tmp_path / "a") == b"SEQ new"
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["a"]


def test_same_kind_is_replaced_and_keeps_its_permissions(tmp_path):
    """A private file stays private."""
    (tmp_path / "a").write_bytes(b"SEQ old")
    (tmp_path / "a").chmod(0o600)
    assert written(tmp_path / "a") == b"SEQ new"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_other_kind_needs_force(tmp_path):
    """A user's thesis is not replaced by a network, unless that was meant."""
    (tmp_path / "thesis").write_bytes(b"years")
    with pytest.raises(UsageError, match="exists and is not a test file") as caught:
        file(tmp_path / "thesis")
    assert caught.value.hint == "Name another file, or add --force (force=True) to replace it."
    assert (tmp_path / "thesis").read_bytes() == b"years"
    assert written(tmp_path / "thesis", force=True) == b"SEQ new"


def test_empty_file_is_another_kind(tmp_path):
    """No beginning is no proof of the kind."""
    (tmp_path / "a").touch()
    with pytest.raises(UsageError, match="is not a test file"):
        file(tmp_path / "a")


def test_link_is_followed(tmp_path):
    """The file that a link points to is written; the link stays one."""
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far" / "a")
    assert written(tmp_path / "link") == b"SEQ new"
    assert (tmp_path / "link").is_symlink()
    assert os.listdir(tmp_path / "far") == ["a"]


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("", "The name of the file to write is empty.", "Name a file, or leave out the option."),
        ("{}", "{} is a folder.", "Name a file in it: {}/NAME"),
        ("{}/no/a", "The folder {}/no does not exist.", "mkdir -p {}/no"),
        ("{}/plain/a", "The folder {}/plain does not exist.", "mkdir -p {}/plain"),
        ("{}/loop", "{}/loop cannot be written: ", "Name another file."),
        ("{}/" + "a" * 300, "cannot be written: File name too long.", "Name another file."),
        ("~nobody-of-that-name/a", "~nobody-of-that-name/a cannot be written: ", "Name another file."),
        ("/dev/null", "/dev/null is a device or a pipe, not a file.", "Name a regular file."),
    ],
)
@pytest.mark.parametrize("force", [False, True])
def test_places_that_cannot_be_written(tmp_path, name, message, hint, force):
    """Each is refused before any work is done, with or without --force."""
    (tmp_path / "plain").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(UsageError) as caught:
        file(name.format(tmp_path), force)
    assert message.format(tmp_path) in caught.value.message
    assert caught.value.hint == hint.format(tmp_path)


def test_read_only_folder(tmp_path, monkeypatch):
    """A folder of another user is an error. Root may write everywhere, so the system's answer is simulated."""
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(UsageError, match=f"The folder {tmp_path} cannot be written to"):
        file(tmp_path / "a")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError("odd")])
def test_disk_refuses(tmp_path, error):
    """The old file stays, no incomplete file is left, and the error names the reason."""
    (tmp_path / "a").write_bytes(b"SEQ old")

    def fails():
        with file(tmp_path / "a").opened() as out:
            out.write(b"SEQ ne")
            raise error

    with pytest.raises(DataError) as caught:
        fails()
    assert caught.value.message == f"{tmp_path}/a cannot be written: {error.strerror or 'odd'}."
    assert {name: (tmp_path / name).read_bytes() for name in os.listdir(tmp_path)} == {"a": b"SEQ old"}


def test_anything_else_that_fails_leaves_nothing(tmp_path):
    """Ctrl-C while writing, too."""
    with pytest.raises(KeyboardInterrupt), file(tmp_path / "a").opened():
        raise KeyboardInterrupt
    assert os.listdir(tmp_path) == []


def test_folder_that_came_meanwhile(tmp_path):
    """An error at the replacement is reported, and no incomplete file is left."""
    target = file(tmp_path / "a")
    with pytest.raises(DataError, match="a cannot be written: Is a directory"), target.opened():
        (tmp_path / "a").mkdir()
    assert os.listdir(tmp_path) == ["a"]
