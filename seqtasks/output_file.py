"""Files that appear whole or not at all, and never in the place of something else that a user made."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, final

from seqtasks.errors import DataError, UsageError


@final
class OutputFile:
    """Where a file is to be written, checked before any work is done for it.

    Args:
        path: The file; ``~`` is the home folder.
        same_kind: Whether an existing file is one that this one may replace.
        kind: What such a file is called, for errors.
        force: Whether it may replace any file.

    Raises:
        UsageError: If it cannot be written there, or something else would be lost.
    """

    def __init__(self, path: str, same_kind: Callable[[Path], bool], kind: str, force: bool) -> None:
        self.path = Path(path).expanduser()
        folder = self.path.parent
        if self.path.is_dir():
            raise UsageError(f"{path} is a folder.", f"Name a file in it: {self.path / 'NAME'}")
        if not folder.is_dir():
            raise UsageError(f"There is no folder {folder} to write {self.path.name} into.", f"mkdir -p {folder}")
        if not os.access(folder, os.W_OK):
            raise UsageError(f"The folder {folder} cannot be written to.", "Name a file in a folder of yours.")
        if self.path.exists() and not force and not same_kind(self.path):
            raise UsageError(f"{path} exists and is no {kind}.", "Name another file, or add --force to replace it.")

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """A file to write to, which takes the place of the old one when all is written.

        Raises:
            DataError: If the disk refuses.
        """
        try:
            with tempfile.NamedTemporaryFile(dir=self.path.parent, prefix=f".{self.path.name}.", delete=False) as part:
                try:
                    yield part
                    part.flush()
                    os.fsync(part.fileno())
                except BaseException:
                    os.unlink(part.name)
                    raise
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(part.name, 0o666 & ~umask)  # as an ordinary new file; temporary ones are private
            os.replace(part.name, self.path)
        except OSError as error:
            raise DataError(
                f"{self.path} cannot be written: {error.strerror}.", "Free space, or name another file."
            ) from error


def begins_with(magic: bytes) -> Callable[[Path], bool]:
    """A test for files that begin so."""

    def test(path: Path) -> bool:
        try:
            with path.open("rb") as file:
                return file.read(len(magic)) == magic
        except OSError:
            return False

    return test
