"""Files that are written completely or not at all, and never replace a file of another kind by accident."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final, final

from seqtasks.errors import DataError, UsageError

PART: Final = ".seqtasks-"  # prefix of the name of an incomplete file


@final
class OutputFile:
    """A file to write, checked before the work whose result it takes.

    Args:
        path: The file; ``~`` is the home folder. A link is followed.
        same_kind: Returns whether an existing file may be replaced.
        kind: The name of the kind of file, for errors.
        force: Whether any existing file may be replaced.

    Raises:
        UsageError: If the file cannot be written, or a file of another kind would be lost.
    """

    def __init__(self, path: str, same_kind: Callable[[Path], bool], kind: str, force: bool) -> None:
        if not path:
            raise UsageError("The name of the file to write is empty.", "Name a file, or leave out the option.")
        try:
            self.path = Path(path).expanduser()
            with suppress(FileNotFoundError, NotADirectoryError):  # a link may lead to a file that does not exist yet
                self.path.stat()  # raises for a link to itself, which resolve() accepts since Python 3.13
            self._check(path, self.path.resolve().parent if self.path.is_symlink() else self.path.parent)
            is_others = self.path.exists() and not force and not same_kind(self.path)
        except UsageError:
            raise
        except (
            OSError,
            RuntimeError,
            ValueError,
        ) as error:  # a name that is too long, an unknown ~user, a link to itself
            reason = getattr(error, "strerror", None) or str(error).rstrip(".")
            raise UsageError(f"{path} cannot be written: {reason}.", "Name another file.") from error
        if is_others:
            raise UsageError(
                f"{path} exists and is not a {kind}.", "Name another file, or add --force (force=True) to replace it."
            )

    def _check(self, path: str, folder: Path) -> None:
        if self.path.is_dir():
            raise UsageError(f"{path} is a folder.", f"Name a file in it: {self.path / 'NAME'}")
        if not folder.is_dir():
            raise UsageError(f"The folder {folder} does not exist.", f"mkdir -p {folder}")
        if not os.access(folder, os.W_OK):
            raise UsageError(
                f"The folder {folder} cannot be written to.", "Name a file in a folder that you can write to."
            )
        if self.path.exists() and not self.path.is_file():
            raise UsageError(f"{path} is a device or a pipe, not a file.", "Name a regular file.")

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """Open a new file, which replaces the old one and takes its permissions once it is complete.

        Raises:
            DataError: If the file cannot be written.
        """
        place = self.path.resolve()
        try:
            with tempfile.NamedTemporaryFile(dir=place.parent, prefix=PART, delete=False) as part:
                try:
                    yield part
                    part.flush()
                    os.fsync(part.fileno())
                    os.fchmod(part.fileno(), _mode(place))
                    os.replace(part.name, place)
                except BaseException:
                    os.unlink(part.name)
                    raise
        except OSError as error:
            raise DataError(
                f"{self.path} cannot be written: {error.strerror or error}.", "Free some space, or name another file."
            ) from error


def _mode(place: Path) -> int:
    """The permissions of the file to replace, or those of a new file; temporary files are private."""
    if place.exists():
        return place.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def begins_with(magic: bytes) -> Callable[[Path], bool]:
    """A predicate for files that start with these bytes."""

    def test(path: Path) -> bool:
        try:
            with path.open("rb") as file:
                return file.read(len(magic)) == magic
        except OSError:
            return False

    return test


def npz_target(path: str, force: bool) -> OutputFile:
    """Check an NPZ file that will be written.

    Raises:
        UsageError: If its name is another one, or it cannot be written.
    """
    if not path.lower().endswith(".npz"):
        raise UsageError(f"{path} does not have the name of an NPZ file.", "Name a file that ends in .npz.")
    return OutputFile(path, begins_with(b"PK"), "NPZ file", force)
