"""The target of a network file, checked before the run; ``store`` reads and writes the content."""

from pathlib import Path
from typing import Final

from seqtasks.errors import UsageError
from seqtasks.files import manifest
from seqtasks.files.output_file import OutputFile

MANIFEST: Final = "seqtasks-network.json"


def target(path: str, force: bool, networks: int = 1) -> OutputFile:
    """Check the file that a network will be written to.

    Raises:
        UsageError: If the file cannot be written, or the run trains more than one network.
    """
    if networks > 1:
        raise UsageError(
            f"A network file holds one network, but this run trains {networks}.",
            "To save one of them, train it alone with its seed.",
        )
    return OutputFile(path, is_network_file, "seqtasks network", force)


def learned_target(network: str, learn: bool, save: str | None, force: bool) -> OutputFile | None:
    """Check where a network that learns on will be saved: in its own file, unless another is named.

    Returns:
        The file; None if the network does not learn.

    Raises:
        UsageError: If the file cannot be written, or the network does not learn and a file is named.
    """
    if learn:
        return target(network if save is None else save, force)
    if save is not None:
        raise UsageError(
            f"Nothing is saved in {save}, because a network that does not learn does not change.",
            "Add --learn (learn=True), or leave out --save (save=).",
        )
    return None


def is_network_file(path: Path) -> bool:
    """Whether the file is a network file."""
    return manifest.holds(path, MANIFEST)
