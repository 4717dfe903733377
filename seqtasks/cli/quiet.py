"""Keeps TensorFlow's chatter from the user: some of it ignores its environment variable and writes to descriptor 2."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import IO

from seqtasks.cli.streams import PLAIN, TalkStream
from seqtasks.errors import SeqtasksError


@contextmanager
def quiet() -> Iterator[None]:
    """Hold what C++ code writes to file descriptor 2; Python's ``sys.stderr`` goes on to the user.

    Whatever was held is shown if the work fails in a way that nobody foresaw, since it may say why.
    ``SEQTASKS_DEBUG=1`` holds nothing.

    Raises:
        SeqtasksError: If there is no folder for temporary files.
    """
    if os.environ.get("SEQTASKS_DEBUG") == "1":
        yield
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    with _held() as held, closing(_talk(os.dup(2), sys.stderr.encoding)) as stream:
        before, user = sys.stderr, stream.fileno()
        os.dup2(held.fileno(), 2)
        sys.stderr = stream
        try:
            yield
        except SeqtasksError:
            raise
        except Exception:  # whatever it is, it is raised again below
            held.seek(0)
            stream.write(held.read().decode(errors="replace"))
            raise
        finally:
            stream.flush()
            os.dup2(user, 2)
            sys.stderr = before


def _held() -> IO[bytes]:
    try:
        return tempfile.TemporaryFile()
    except OSError as error:  # TensorFlow asks for such a folder as it is imported, and would fail less clearly
        raise SeqtasksError(
            f"There is no folder for temporary files: {error.strerror}.",
            "Name one that can be written: export TMPDIR=FOLDER",
        ) from error


def _talk(descriptor: int, encoding: str) -> TalkStream:
    return TalkStream(os.fdopen(descriptor, "w", encoding=encoding, errors=PLAIN))
