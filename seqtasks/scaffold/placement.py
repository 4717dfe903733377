"""Writes new files and folders completely or not at all, and never over others."""

import os
import shlex
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from seqtasks.errors import DataError, UsageError
from seqtasks.files.output_file import PART


def place(files: Mapping[str, str], into: str) -> Path:
    """Write files into a folder; they are written next to it first, and appear all at once.

    Args:
        files: Texts by path; all paths begin with the same name, which must not exist. Texts that begin with ``#!``
            can be run.
        into: The folder; ``~`` is the home folder.

    Returns:
        What stands there now.

    Raises:
        UsageError: If there is no such folder, or the name exists.
        DataError: If the disk refuses.
    """
    top = Path(next(iter(files))).parts[0]
    try:
        folder = Path(into).expanduser()
        made = folder / top
        _refuse(folder, made)
        _write(files, folder, made)
    except UsageError:
        raise
    except (OSError, RuntimeError, ValueError) as error:  # a full disk, nobody's home, a zero byte
        reason = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise DataError(
            f"{top} cannot be written into {into}: {reason}.", "Name a folder of yours, with space in it: --into"
        ) from error
    return made


def _refuse(folder: Path, made: Path) -> None:
    for path in (folder, *folder.parents):
        if os.path.lexists(path) and not path.is_dir():
            raise UsageError(
                f"{path} is not a folder, so {made.name} cannot be written there.", "Name a folder: --into"
            )
    if not folder.is_dir():
        raise UsageError(f"The folder {folder} does not exist.", f"mkdir -p {shlex.quote(str(folder))}")
    if os.path.lexists(made):
        raise UsageError(f"{made} exists; nothing was written.", "Choose another name, or another folder: --into")


def _write(files: Mapping[str, str], folder: Path, made: Path) -> None:
    part = Path(tempfile.mkdtemp(dir=folder, prefix=PART))
    try:
        for name, text in files.items():
            path = part / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            if text.startswith("#!"):
                mode = path.stat().st_mode
                path.chmod(mode | (mode & 0o444) >> 2)  # who may read it may run it
        os.rename(part / made.name, made)
    finally:
        shutil.rmtree(part)
