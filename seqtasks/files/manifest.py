"""The JSON that says what is in a zip of seqtasks, read without NumPy."""

import json
import zipfile
from pathlib import Path
from typing import Any, Final

MOST: Final = 2**24  # bytes; ten thousand columns take one million


class DamagedError(ValueError):
    """What is wrong inside a file, in words that follow its name and a colon."""


def holds(path: Path, name: str) -> bool:
    """Whether that file is a zip with a manifest of that name."""
    try:
        with zipfile.ZipFile(path) as archive:
            return name in archive.namelist()
    except Exception:  # zipfile raises more than it documents on a file that only looks like one
        return False


def read(archive: zipfile.ZipFile, name: str) -> Any:
    """The manifest of that name.

    Raises:
        DamagedError: If there is none, or one of a size that none has.
        ValueError: If it is no JSON.
    """
    if name not in archive.namelist():
        raise DamagedError(f"it holds no {name}")
    if archive.getinfo(name).file_size > MOST:
        raise DamagedError("its manifest is too large")
    return json.loads(archive.read(name))
