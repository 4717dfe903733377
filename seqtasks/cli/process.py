"""The process of one command: its standard streams, the output of native code, its garbage collector and its exit."""

import atexit
import codecs
import errno
import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import IO, Any, Final, NoReturn, final

from seqtasks.errors import SeqtasksError

READER_GONE: Final = 141  # as a shell reports a process that SIGPIPE ended: 128 + 13
PLAIN: Final = "seqtasks.plain"  # an error handler: ASCII for the characters that a stream cannot encode
_PLAIN: Final = {"±": "+/-", "│": "|", "┤": "|", **dict.fromkeys("▁▂▃", "_"), **dict.fromkeys("▄▅▆▇█", "#")}


class ReaderGoneError(SeqtasksError):
    """The process that read standard output, such as ``head``, has ended. This is not a failure."""

    exit_code = READER_GONE


@final
class DataStream:
    """Standard output, whose failures are errors that name it, whichever library writes.

    Args:
        stream: The stream to write to.
        closed: Whether the process was started without a standard output.
    """

    def __init__(self, stream: Any, closed: bool = False) -> None:
        self._stream = stream
        self._closed = closed

    def check(self) -> None:
        """Check that the output of a command has somewhere to go.

        Raises:
            SeqtasksError: If it is closed.
        """
        if self._closed:
            raise SeqtasksError("Standard output is closed.", "Redirect it: > FILE or > /dev/null")

    def write(self, text: str) -> int:
        """Write, or raise a SeqtasksError."""
        with _errors_named():
            return int(self._stream.write(text))

    def flush(self) -> None:
        """Write what is buffered, or raise a SeqtasksError."""
        with _errors_named():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@final
class TalkStream:
    """Standard error, whose failures are ignored: a lost message changes neither the work nor the exit code.

    Args:
        stream: The stream to write to.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the text if possible."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is buffered if possible."""
        with suppress(OSError):
            self._stream.flush()

    def close(self) -> None:
        """Close the stream, even if it cannot write its buffer."""
        with suppress(OSError):
            self._stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def guarded() -> Iterator[DataStream]:
    """Replace the standard streams in this context, closed ones too; yields the new ``sys.stdout``."""
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
    """Open 0, 1 and 2 if they are closed, because the next file would be opened under the lowest free number."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


@contextmanager
def _errors_named() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise ReaderGoneError("The reader of standard output has ended.") from error
        raise SeqtasksError(
            f"Standard output cannot be written: {error.strerror}.", "Free some space, or redirect it: > FILE"
        ) from error


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unknown = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in unknown), error.end


codecs.register_error(PLAIN, _plain)


@final
class LastExitHandler:
    """An exit handler that ends the process at once, because taking TensorFlow apart would take a second.

    Python waits for threads that are not daemons, and then runs exit handlers in the opposite order of their
    registration. Therefore, all handlers that were registered after this object was created have run before its own
    handler, even if one of them raised an exception. Handlers that were registered earlier do not run. Neither do the
    finalizers of objects that still exist, and threads that are daemons end wherever they are. ``sys.stdout`` and
    ``sys.stderr`` are flushed; other open files are not, so they must be closed earlier.

    It does nothing until :attr:`code` is set.

    Attributes:
        code: The exit code; None to let Python end the process.
    """

    def __init__(self) -> None:
        self.code: int | None = None
        atexit.register(self._end)

    def _end(self) -> None:
        if self.code is None:
            return
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # None: it was closed when the process started
                with suppress(OSError, ValueError):
                    stream.flush()
        os._exit(self.code)


_LAST = LastExitHandler()  # at the import of this module, before plugins and heavy libraries register handlers


def leave(code: int) -> NoReturn:
    """End the process: exit handlers run and output is flushed, but objects are not taken apart.

    :class:`LastExitHandler` states which handlers run.

    Args:
        code: The exit code.
    """
    _LAST.code = code
    sys.exit(code)


@contextmanager
def no_collection() -> Iterator[None]:
    """Turn the garbage collector off, and exclude the objects that are created meanwhile from later collections.

    The import of TensorFlow creates a million objects that live until the end. The collector would go through them
    again and again, for a tenth of the time of the import and more of what follows.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def quiet(needs_temporary_folder: bool = True) -> Iterator[None]:
    """Hide what native code writes to file descriptor 2; Python's ``sys.stderr`` still reaches the user.

    TensorFlow ignores its own environment variable in some of its messages. The hidden output is shown if the work
    fails in an unforeseen way, because it may hold the reason. ``SEQTASKS_DEBUG=1`` hides nothing.

    Args:
        needs_temporary_folder: Whether the work needs a folder for temporary files. Without one, the hidden output is
            lost.

    Raises:
        SeqtasksError: If the work needs such a folder and none can be written to.
    """
    if os.environ.get("SEQTASKS_DEBUG") == "1":
        yield
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    with _hidden(needs_temporary_folder) as hidden, closing(_talk(os.dup(2), sys.stderr.encoding)) as stream:
        before, user = sys.stderr, stream.fileno()
        os.dup2(hidden.fileno(), 2)
        sys.stderr = stream
        try:
            yield
        except SeqtasksError:
            raise
        except Exception:  # an unforeseen one, raised again: the hidden output may hold its reason
            hidden.seek(0)
            stream.write(hidden.read().decode(errors="replace"))
            raise
        finally:
            stream.flush()
            os.dup2(user, 2)
            sys.stderr = before


def _hidden(needs_temporary_folder: bool) -> IO[bytes]:
    """The file that receives the output of native code."""
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        if not needs_temporary_folder:
            return open(os.devnull, "r+b")
        raise SeqtasksError(  # the import of TensorFlow needs the folder, too, and its error would be less clear
            f"No folder for temporary files can be written to: {error.strerror}.",
            "Name one that can be written to: export TMPDIR=FOLDER",
        ) from error


def _talk(descriptor: int, encoding: str) -> TalkStream:
    return TalkStream(os.fdopen(descriptor, "w", encoding=encoding, errors=PLAIN))
