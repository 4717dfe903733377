"""The manifest: JSON that describes the content of an archive. It is read without NumPy."""

import json
import zipfile
from pathlib import Path
from typing import Any, Final

ESTIMATOR: Final = "seqtasks-estimator.json"  # the manifest of files of fitted estimators
MOST: Final = 2**24  # bytes; ten thousand columns take one million


class DamagedError(ValueError):
    """A defect inside a file. The message continues a sentence that starts with the file's name and a colon."""


def holds(path: Path, name: str) -> bool:
    """Whether a file is an archive with a manifest of that name."""
    try:
        with zipfile.ZipFile(path) as archive:
            return name in archive.namelist()
    except Exception:  # zipfile raises more than it documents on a file that only looks like one
        return False


def read(archive: zipfile.ZipFile, name: str) -> Any:
    """Read a manifest.

    Raises:
        DamagedError: If it is absent or implausibly large.
        ValueError: If it is not JSON.
    """
    if name not in archive.namelist():
        raise DamagedError(f"it holds no {name}")
    if archive.getinfo(name).file_size > MOST:
        raise DamagedError("its manifest is too large")
    return json.loads(archive.read(name))
