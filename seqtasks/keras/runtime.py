"""A lock that also checks that the process may use TensorFlow's runtime, which does not survive a fork."""

import os
import threading
from typing import Final, final

import tensorflow as tf

from seqtasks.errors import SeqtasksError


@final
class RuntimeLock:
    """A reentrant lock to hold whenever TensorFlow computes: ``with lock.checked: ...``.

    TensorFlow's threads do not survive ``fork``, and a forked process that uses the runtime waits for them forever. The
    lock raises an error in such a process instead, before it waits.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a class with __exit__ of its own would not release it under KeyboardInterrupt

    @property
    def checked(self) -> "threading.RLock":
        """The lock.

        Raises:
            SeqtasksError: If TensorFlow had already computed when this process was forked.
        """
        if _origins:
            raise SeqtasksError(
                f"This process was forked from process {_origins[-1]}, where TensorFlow had already computed, and "
                "TensorFlow hangs in such a process.",
                "Start processes by 'spawn' or 'forkserver', as multiprocessing.get_context('spawn') does, or by "
                "joblib's default backend, loky.",
            )
        return self._lock


_origins: Final[list[int]] = []  # processes that this one was forked from after TensorFlow had computed there


def _has_computed() -> bool:
    """Whether TensorFlow has computed: from then on it refuses another number of threads."""
    threads = tf.config.threading.get_inter_op_parallelism_threads()
    try:
        tf.config.threading.set_inter_op_parallelism_threads(threads + 1)
    except RuntimeError:
        return True
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    return False


def _note_fork() -> None:
    if _has_computed():
        _origins.append(os.getppid())


os.register_at_fork(after_in_child=_note_fork)
