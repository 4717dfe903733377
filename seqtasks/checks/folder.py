"""The hint for a user who names the folder of a package in place of the package."""

import shlex
import tomllib
from pathlib import Path

from seqtasks.catalogue.installed import distribution


def remedy(folder: str) -> str:
    """The command that checks the package in a folder, preceded by its installation if it is not installed.

    Args:
        folder: The path of the folder.
    """
    name = _distribution(Path(folder, "pyproject.toml"))
    if not name:
        return "Name a file in it, or the package by the name of its distribution."
    check = f"seqtasks check {name}"
    return check if distribution(name) is not None else f"pip install -e {shlex.quote(folder)} && {check}"


def _distribution(project: Path) -> str:
    """The distribution's name in ``pyproject.toml``, or an empty text."""
    try:
        content = tomllib.loads(project.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # the file cannot be read, or is not TOML
        return ""
    named = content.get("project", {})
    return str(named.get("name", "")) if isinstance(named, dict) else ""
