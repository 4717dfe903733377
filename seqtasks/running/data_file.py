"""The digest of the file that a task reads: the same task on another file is another run."""

import os
from collections.abc import Mapping
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final

from seqtasks.core.real_series import located
from seqtasks.errors import UsageError

SETTING: Final = "path"  # of tasks that read a file of the user


def data_digest(settings: Mapping[str, Any]) -> str:
    """The SHA-256 digest of the file that a task's setting ``path`` names; empty if it names none.

    Args:
        settings: The settings of the task.

    Example:
        >>> data_digest({"lag": 3}), data_digest({"path": "no such file.csv"})
        ('', '')
    """
    path = settings.get(SETTING)
    if not isinstance(path, str):
        return ""
    try:
        place = Path(located(path)).expanduser().resolve()
        found = place.stat()
        return _digest(place, found.st_mtime_ns, found.st_size)
    except (OSError, RuntimeError, ValueError, UsageError):  # the task says what is wrong with the file
        return ""


@lru_cache(maxsize=64)
def _digest(place: os.PathLike[str], _modified: int, _size: int) -> str:
    with open(place, "rb") as file:
        return file_digest(file, "sha256").hexdigest()
