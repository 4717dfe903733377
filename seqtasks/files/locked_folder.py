"""A folder that one process uses at a time."""

import errno
import os
from pathlib import Path
from typing import Any, Final, final

from seqtasks.errors import DataError, UsageError
from seqtasks.lazy import LazyImport

LOCK: Final = ".lock"  # the file in the folder that carries the lock; it stays there, and an old one does no harm
NO_LOCKS: Final = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EINVAL}  # errors of file systems without locks

_FILE_LOCK: Final = LazyImport("filelock:FileLock")


@final
class LockedFolder:
    """A folder that is locked until it is closed, or until the process ends, even if it is killed.

    The folder is created if it does not exist. Two objects in one process exclude each other, too.

    Args:
        name: The folder; ``~`` is the home folder.

    Attributes:
        path: The folder.

    Raises:
        UsageError: If the folder cannot be created or written to.
        DataError: If it is in use.
    """

    def __init__(self, name: str) -> None:
        self.path = _create(name)
        self._lock = _acquire(name, self.path)

    @property
    def closed(self) -> bool:
        """Whether the folder is free for others."""
        return self._lock is None

    def close(self) -> None:
        """Release the lock."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def _create(name: str) -> Path:
    try:
        path = Path(name).expanduser()
        usable = name != "" and (path.is_dir() or not path.exists())
        if usable:
            path.mkdir(exist_ok=True)
    except FileNotFoundError as error:
        raise UsageError(f"The folder {path.parent} does not exist.", f"mkdir -p {path.parent}") from error
    except (OSError, RuntimeError, ValueError) as error:  # a name that is too long, an unknown ~user, a link to itself
        reason = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise UsageError(f"The folder {name} cannot be created: {reason}.", "Name another folder.") from error
    if not usable:
        raise UsageError(
            f"{name} is not a folder." if name else "The name of the folder is empty.",
            "Name a folder; it is created if it does not exist.",
        )
    return path


def _acquire(name: str, path: Path) -> Any:
    """The lock of the folder; on a file system without locks, an object that locks nothing."""
    if not os.access(path, os.W_OK):
        raise UsageError(f"The folder {name} cannot be written to.", "Name a folder that you can write to.")
    # any thread may release the lock; a soft lock would outlive a process that is killed
    lock = _FILE_LOCK(path / LOCK, timeout=0, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire()
    except TimeoutError as error:
        raise DataError(
            f"Another run is using the folder {name}.", "Wait until it ends, or name another folder."
        ) from error
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise UsageError(
                f"The folder {name} cannot be locked: {error.strerror}.", "Name a folder that you can write to."
            ) from error
    return lock
