"""Where network files go, and how one is told from any other file; reading and writing them is in ``store``."""

import zipfile
from pathlib import Path
from typing import Final

from seqtasks.files.output_file import OutputFile

MANIFEST: Final = "seqtasks-network.json"


def target(path: str, force: bool) -> OutputFile:
    """Where the network goes, checked before the run.

    Raises:
        UsageError: If the file cannot be written there.
    """
    return OutputFile(path, is_network_file, "seqtasks network", force)


def is_network_file(path: Path) -> bool:
    """Whether the file says that it holds a network of seqtasks."""
    try:
        with zipfile.ZipFile(path) as archive:
            return MANIFEST in archive.namelist()
    except Exception:  # zipfile raises more than it documents on a file that only looks like one
        return False
