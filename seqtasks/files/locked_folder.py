"""A folder that one process uses at a time."""

import fcntl
import os
from pathlib import Path
from typing import final

from seqtasks.errors import DataError, UsageError


@final
class LockedFolder:
    """Made if it is not there, and kept from others until it is closed or the process ends, however that ends.

    Args:
        name: The folder; ``~`` is the home folder.

    Raises:
        UsageError: If there can be no such folder.
        DataError: If somebody else has it.
    """

    def __init__(self, name: str) -> None:
        self.path = _made(name)
        self._lock: int | None = _locked(name, self.path)

    @property
    def closed(self) -> bool:
        """Whether it is free for others."""
        return self._lock is None

    def close(self) -> None:
        """Let others have it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _made(name: str) -> Path:
    try:
        path = Path(name).expanduser()
        usable = name != "" and (path.is_dir() or not path.exists())
        if usable:
            path.mkdir(exist_ok=True)
    except FileNotFoundError as error:
        raise UsageError(
            f"There is no folder {path.parent} to make {path.name} in.", f"mkdir -p {path.parent}"
        ) from error
    except (OSError, RuntimeError, ValueError) as error:  # too long a name, nobody's home, a link to itself
        reason = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise UsageError(f"The folder {name} cannot be made: {reason}.", "Name another folder.") from error
    if not usable:
        raise UsageError(
            f"{name} is not a folder." if name else "The name of the folder is empty.",
            "Name a folder; it is created if it does not exist.",
        )
    return path


def _locked(name: str, path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise UsageError(f"The folder {name} cannot be read: {error.strerror}.", "Name a folder of yours.") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise DataError(f"Another run uses the folder {name}.", "Wait for its end, or name another folder.") from error
    except OSError:  # some network file systems have no locks
        return descriptor
    return descriptor
