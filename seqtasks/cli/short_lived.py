"""What a process that lives for one command need not do: look for garbage among imports, and tidy up at the end."""

import atexit
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn


@contextmanager
def no_collection() -> Iterator[None]:
    """Keep the garbage collector off; what is made meanwhile is taken to live for ever.

    The import of TensorFlow makes a million objects that do, through which the collector would go again and again:
    a tenth of the time of the import, and more of what follows.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def leave(code: int) -> NoReturn:
    """End the process once exit handlers have run and all is written; taking TensorFlow apart would take a second."""
    atexit._run_exitfuncs()  # the interpreter's own way; there is no public name
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # as one is that was closed when the process began
            with suppress(OSError, ValueError):
                stream.flush()
    os._exit(code)
