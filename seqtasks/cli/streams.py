"""Standard streams that are closed, full, read by nobody any more, or cannot encode a character."""

import codecs
import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, final

from seqtasks.errors import SeqtasksError

READER_GONE: Final = 141  # as a shell reports a process that SIGPIPE ended: 128 + 13
PLAIN: Final = "seqtasks.plain"  # an error handler: ASCII for the characters that a stream cannot encode
_PLAIN: Final = {"±": "+/-", "│": "|", "┤": "|", **dict.fromkeys("▁▂▃", "_"), **dict.fromkeys("▄▅▆▇█", "#")}


class ReaderGoneError(SeqtasksError):
    """Whoever read standard output, such as ``head``, has ended: nothing is wrong, and nothing is left to do."""

    exit_code = READER_GONE


@final
class DataStream:
    """Standard output: what it cannot write is an error that names it, whichever library writes.

    Args:
        stream: Where the text goes.
        closed: Whether the process was started without a standard output.
    """

    def __init__(self, stream: Any, closed: bool = False) -> None:
        self._stream = stream
        self._closed = closed

    def check(self) -> None:
        """Refuse to work for nobody: the result of hours would have nowhere to go.

        Raises:
            SeqtasksError: If it is closed.
        """
        if self._closed:
            raise SeqtasksError("Standard output is closed.", "Send it somewhere, such as > FILE or > /dev/null")

    def write(self, text: str) -> int:
        """Write, or raise a SeqtasksError."""
        with _named():
            return int(self._stream.write(text))

    def flush(self) -> None:
        """Write what is held, or raise a SeqtasksError."""
        with _named():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@final
class TalkStream:
    """Standard error: what it cannot write is lost, and changes neither the work nor the exit code.

    Args:
        stream: Where the text goes.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be written."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is held, as far as it can be written."""
        with suppress(OSError):
            self._stream.flush()

    def close(self) -> None:
        """Close it, whether or not all could be written."""
        with suppress(OSError):
            self._stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def guarded() -> Iterator[DataStream]:
    """Let ``sys.stdout``, which is yielded, and ``sys.stderr`` fail in words meanwhile; stand in for closed streams."""
    _fill_closed_descriptors()
    before = sys.stdin, sys.stdout, sys.stderr
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=PLAIN)
    with open(os.devnull) as nothing, open(os.devnull, "w") as nowhere:
        sys.stdin, sys.stderr = sys.stdin or nothing, TalkStream(sys.stderr or nowhere)
        sys.stdout = data = DataStream(sys.stdout or nowhere, closed=sys.stdout is None)
        try:
            yield data
        finally:
            sys.stdin, sys.stdout, sys.stderr = before


def _fill_closed_descriptors() -> None:
    """Keep 0, 1 and 2 for what they stand for: the next file that is opened gets the lowest number that is free."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise ReaderGoneError("Nobody reads standard output any more.") from error
        raise SeqtasksError(
            f"Standard output cannot be written: {error.strerror}.", "Free space, or send it elsewhere: > FILE"
        ) from error


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unknown = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in unknown), error.end


codecs.register_error(PLAIN, _plain)
