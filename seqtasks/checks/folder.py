"""A folder named where a package is meant: what to type instead."""

import shlex
import tomllib
from pathlib import Path

from seqtasks.catalogue.installed import distribution


def remedy(folder: str) -> str:
    """The command that checks the package in a folder, after the one that installs it where it is not installed.

    Args:
        folder: Its path.
    """
    name = _distribution(Path(folder, "pyproject.toml"))
    if not name:
        return "Name a file in it, or the package by the name of its distribution."
    check = f"seqtasks check {name}"
    return check if distribution(name) is not None else f"pip install -e {shlex.quote(folder)} && {check}"


def _distribution(project: Path) -> str:
    """The name that a project's file gives its distribution, or nothing."""
    try:
        content = tomllib.loads(project.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # the file cannot be read, or is not TOML
        return ""
    named = content.get("project", {})
    return str(named.get("name", "")) if isinstance(named, dict) else ""
