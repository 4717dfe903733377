"""Where the store of runs is."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

VARIABLE: Final = "SEQTASKS_STORE"
NAME: Final = "seqtasks-runs.sqlite"
PROJECT: Final = ("pyproject.toml", ".git", NAME)  # what tells the folder of a project


def store_path(given: str | os.PathLike[str] | None, environ: Mapping[str, str] = os.environ) -> Path:
    """The file of the store.

    It is the given file, else that of ``SEQTASKS_STORE``, else ``seqtasks-runs.sqlite`` in the folder of the project:
    the nearest one upwards that holds such a file, a ``pyproject.toml`` or a ``.git``, else the current folder.

    Args:
        given: The file that the user names, or None.
        environ: Where ``SEQTASKS_STORE`` is looked up.
    """
    named = given if given is not None else environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    here = Path.cwd()
    project = next((f for f in (here, *here.parents) if any((f / name).exists() for name in PROJECT)), here)
    return project / NAME
