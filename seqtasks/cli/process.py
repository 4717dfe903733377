"""The process of one command: its exit, its garbage collector, and the output of native code on stderr."""

import atexit
import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import IO, NoReturn, final

from seqtasks.cli.streams import PLAIN, TalkStream
from seqtasks.errors import SeqtasksError


@final
class LastExitHandler:
    """An exit handler that ends the process at once, because taking TensorFlow apart would take a second.

    Exit handlers run in the opposite order of their registration: registered first, this one runs after those of
    plugins and libraries. It does nothing until :attr:`code` is set.

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


_LAST = LastExitHandler()  # at the import of this module, before those of libraries


def leave(code: int) -> NoReturn:
    """End the process: all exit handlers run and all output is written, but objects are not taken apart.

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
        except Exception:
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
