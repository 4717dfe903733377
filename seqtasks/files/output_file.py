"""Files that appear whole or not at all, and never in the place of something else that a user made."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final, final

from seqtasks.errors import DataError, UsageError

PART: Final = ".seqtasks-"  # how the name begins of a file that is not whole yet


@final
class OutputFile:
    """Where a file is to be written, checked before any work is done for it.

    Args:
        path: The file; ``~`` is the home folder. A link is followed.
        same_kind: Whether an existing file is one that this one may replace.
        kind: What such a file is called, for errors.
        force: Whether it may replace any file.

    Raises:
        UsageError: If it cannot be written there, or something else would be lost.
    """

    def __init__(self, path: str, same_kind: Callable[[Path], bool], kind: str, force: bool) -> None:
        if not path:
            raise UsageError("The name of the file to write is empty.", "Name a file, or leave the option out.")
        try:
            self.path = Path(path).expanduser()
            with suppress(FileNotFoundError, NotADirectoryError):  # a link may lead to a file still to be written
                self.path.stat()  # one that leads to itself is found here; since Python 3.13 resolve() lets it pass
            self._check(path, self.path.resolve().parent if self.path.is_symlink() else self.path.parent)
            is_others = self.path.exists() and not force and not same_kind(self.path)
        except UsageError:
            raise
        except (OSError, RuntimeError, ValueError) as error:  # too long a name, nobody's home, a link to itself
            reason = getattr(error, "strerror", None) or str(error).rstrip(".")
            raise UsageError(f"{path} cannot be written: {reason}.", "Name another file.") from error
        if is_others:
            raise UsageError(f"{path} exists and is no {kind}.", "Name another file, or add --force to replace it.")

    def _check(self, path: str, folder: Path) -> None:
        if self.path.is_dir():
            raise UsageError(f"{path} is a folder.", f"Name a file in it: {self.path / 'NAME'}")
        if not folder.is_dir():
            raise UsageError(f"There is no folder {folder} to write {self.path.name} into.", f"mkdir -p {folder}")
        if not os.access(folder, os.W_OK):
            raise UsageError(f"The folder {folder} cannot be written to.", "Name a file in a folder of yours.")
        if self.path.exists() and not self.path.is_file():
            raise UsageError(f"{path} is a device or a pipe, not a file.", "Name a file.")

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """A file to write to, which takes the place of the old one, and its permissions, when all is written.

        Raises:
            DataError: If the disk refuses.
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
                f"{self.path} cannot be written: {error.strerror or error}.", "Free space, or name another file."
            ) from error


def _mode(place: Path) -> int:
    """The permissions of the file that is replaced, or those of an ordinary new one; temporary files are private."""
    if place.exists():
        return place.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def begins_with(magic: bytes) -> Callable[[Path], bool]:
    """A test for files that begin so."""

    def test(path: Path) -> bool:
        try:
            with path.open("rb") as file:
                return file.read(len(magic)) == magic
        except OSError:
            return False

    return test
