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
    """
    if os.environ.get("SEQTASKS_DEBUG") == "1":
        yield
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    before, user = sys.stderr, os.dup(2)
    with _somewhere() as held, closing(_talk(user, before.encoding)) as stream:
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


def _somewhere() -> IO[bytes]:
    """A file that is gone when it is closed; where no folder takes one, what is written to it is lost."""
    try:
        return tempfile.TemporaryFile()
    except OSError:
        return open(os.devnull, "w+b")


def _talk(descriptor: int, encoding: str) -> TalkStream:
    return TalkStream(os.fdopen(descriptor, "w", encoding=encoding, errors=PLAIN))
