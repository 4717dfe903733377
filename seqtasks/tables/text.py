"""Decode the text of a file or a pipe as its bytes arrive."""

import codecs
import io
import shlex
from collections.abc import Iterator
from typing import Final, Protocol, final

from seqtasks.errors import DataError

STANDARD_INPUT: Final = "standard input"
BLOCK: Final = 2**22  # bytes read at once, if so many are available
_LONGEST_MARK: Final = 4
_MARKS: Final = (  # the longer of two that begin alike comes first
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CSV_FROM_PARQUET: Final = (
    "Write it as CSV: python -c \"import pandas; pandas.read_parquet('{name}').to_csv('NEW.csv', index=False)\""
)
_FORMATS: Final = (
    (b"\x1f\x8b", "is compressed with gzip", "Type gunzip -c {path} > NEW.csv, and use NEW.csv."),
    (b"\xfd7zXZ", "is compressed with xz", "Type xz -dc {path} > NEW.csv, and use NEW.csv."),
    (b"(\xb5/\xfd", "is compressed with Zstandard", "Type zstd -dc {path} > NEW.csv, and use NEW.csv."),
    (b"PK\x03\x04", "is an archive, such as a workbook, a ZIP or an NPZ file, not CSV", "Save its table as CSV."),
    (b"\xd0\xcf\x11\xe0", "is a workbook, not CSV", "Save its table as CSV."),
    (b"PAR1\x15", "is a Parquet file, not CSV", _CSV_FROM_PARQUET),
    (
        b"\x93NUMPY",
        "is a NumPy array, not CSV",
        "Save it with numpy.savetxt('NEW.csv', array, delimiter=',', header='NAME,NAME', comments='').",
    ),
)


class Source(Protocol):
    """A binary file or pipe."""

    def read1(self, size: int, /) -> bytes:
        """At most ``size`` bytes, waiting only if none are there."""


@final
class NotTextError(Exception):
    """The next line is not text.

    Args:
        problem: What it is.
        hint: What to do.
    """

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


@final
class Text(Iterator[str]):
    """Pieces of a text as they arrive, with a newline at the end of each line, whichever line ends the text has.

    The text is UTF-8, or what its byte order mark says. The text before an error is returned before it is raised.

    Args:
        name: The name of the source in messages.
        source: The bytes.

    Raises:
        DataError: If the first bytes are those of a file of another format.
    """

    def __init__(self, name: str, source: Source) -> None:
        self._name = name
        self._source = source
        head = b""
        while len(head) < _LONGEST_MARK and (block := source.read1(BLOCK)):
            head += block
        _check_format(name, head)
        mark, self._codec = next(((mark, codec) for mark, codec in _MARKS if head.startswith(mark)), (b"", "utf-8"))
        self._decoder = codecs.getincrementaldecoder(self._codec)()
        self._newlines = io.IncrementalNewlineDecoder(None, translate=True)
        self._problem: NotTextError | None = None
        self._head: bytes | None = head[len(mark) :]
        self._ended = not head

    def __next__(self) -> str:
        """The text of the next bytes, which may be empty.

        Raises:
            NotTextError: If they are not text.
        """
        if self._problem is not None:
            raise self._problem
        if self._head is not None:
            block, self._head = self._head, None
            return self._newlines.decode(self._decoded(block), self._ended)
        if self._ended:
            raise StopIteration
        block = self._source.read1(BLOCK)
        self._ended = not block
        return self._newlines.decode(self._decoded(block), self._ended)

    def _decoded(self, block: bytes) -> str:
        try:
            text = self._decoder.decode(block, self._ended)
        except UnicodeDecodeError as error:
            text = bytes(error.object[: error.start]).decode(self._codec)
            hint = f"If it is Latin-1, {_recode(self._name, 'LATIN1')}" if self._codec == "utf-8" else "Save it again."
            self._problem = NotTextError(f"is not {self._codec.upper()} text", hint)
        text, zero, _ = text.partition("\0")
        if zero:
            self._problem = NotTextError("holds a zero byte, which text does not", "Name a text file.")
        return text


def _recode(name: str, encoding: str) -> str:
    """The hint to write a text anew as UTF-8."""
    command = f"iconv -f {encoding} -t UTF-8"
    if name == STANDARD_INPUT:
        return f"pipe it through {command}."
    return f"type {command} {shlex.quote(name)} > NEW.csv, and use NEW.csv."


def _check_format(name: str, head: bytes) -> None:
    for start, what, hint in _FORMATS:
        if head.startswith(start):
            piped = "Pipe CSV into the command."
            raise DataError(
                f"{name} {what}.", piped if name == STANDARD_INPUT else hint.format(name=name, path=shlex.quote(name))
            )
    for zeros, encoding in (([False, True] * 2, "UTF-16LE"), ([True, False] * 2, "UTF-16BE")):
        if [byte == 0 for byte in head[:_LONGEST_MARK]] == zeros:
            raise DataError(f"{name} is UTF-16 without a byte order mark.", f"To read it, {_recode(name, encoding)}")
