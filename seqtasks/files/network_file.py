"""Where network files go, and how one is told from any other file; reading and writing them is in ``store``."""

from pathlib import Path
from typing import Final

from seqtasks.errors import UsageError
from seqtasks.files import manifest
from seqtasks.files.output_file import OutputFile

MANIFEST: Final = "seqtasks-network.json"


def target(path: str, force: bool, networks: int = 1) -> OutputFile:
    """Where the network goes, checked before the run.

    Raises:
        UsageError: If the file cannot be written there, or there is more than one network.
    """
    if networks > 1:
        raise UsageError(
            f"A file holds one network, and there are {networks}.", "Train the one to save alone, with its seed."
        )
    return OutputFile(path, is_network_file, "seqtasks network", force)


def is_network_file(path: Path) -> bool:
    """Whether the file says that it holds a network of seqtasks."""
    return manifest.holds(path, MANIFEST)
