"""Open a file that may be compressed."""

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, final

from seqtasks.errors import DataError
from seqtasks.tables.text import Source

_OPEN: Final[tuple[tuple[bytes, Callable[[IO[bytes]], Any]], ...]] = (
    (b"\x1f\x8b", lambda file: gzip.GzipFile(fileobj=file)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ", lzma.LZMAFile),
)
DAMAGE: Final = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
_ZIP: Final = b"PK\x03\x04"
SUFFIXES: Final = (".gz", ".bz2", ".xz", ".zip")


def existing(path: str) -> Path:
    """Where the file is.

    Raises:
        DataError: If it does not exist, or is a folder.
    """
    place = Path(path).expanduser()
    if place.is_dir() or not place.exists():
        what = "is a folder, not a file" if place.is_dir() else "does not exist"
        raise DataError(f"{path} {what}.", "Check the path; it is relative to the current folder.")
    return place


@final
class _Whole:
    """A file of which as many bytes as asked for are available at once."""

    def __init__(self, file: IO[bytes], head: bytes = b"") -> None:
        self._file = file
        self._head = head

    def read1(self, size: int, /) -> bytes:
        """At most ``size`` bytes."""
        head, self._head = self._head, b""
        return head or self._file.read(size)


@contextmanager
def opened(place: Path) -> Iterator[Source]:
    """The bytes of a file, decompressed if its first bytes are those of gzip, bzip2, xz or a ZIP archive of one file.

    Raises:
        DataError: If a ZIP archive holds more than one file.
    """
    with place.open("rb") as file:
        if not place.is_file():  # a pipe, which cannot be read twice
            yield file
            return
        head = file.read(6)
        file.seek(0)
        decompress = next((opener for start, opener in _OPEN if head.startswith(start)), None)
        if decompress is not None:
            with decompress(file) as content:
                yield _Whole(content)
        elif head.startswith(_ZIP) and zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive, archive.open(_only(place, archive)) as content:
                yield _Whole(content)
        else:
            file.seek(0)
            yield _Whole(file)


def _only(place: Path, archive: zipfile.ZipFile) -> str:
    names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
    if len(names) != 1 or not names[0].lower().endswith((".csv", ".tsv", ".txt")):
        raise DataError(
            f"{place} is an archive, such as a workbook, a ZIP or an NPZ file, not CSV.",
            "Save its table as CSV; a ZIP file holds one CSV file.",
        )
    return names[0]
