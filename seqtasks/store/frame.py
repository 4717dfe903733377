"""The runs of a store as a table of pandas, and as files."""

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pandas as pd

from seqtasks.errors import MissingExtraError, UsageError
from seqtasks.files.output_file import OutputFile, begins_with
from seqtasks.store.query import StoredRun

_FIRST: Final = {".csv": b"key,", ".parquet": b"PAR1", ".json": b"["}  # the first bytes of our own files
_TYPES: Final = {
    "skill": "float64",
    "loss": "float64",
    "seconds": "float64",
    "solved": "boolean",
    "parameters": "Int64",
    "steps": "Int64",
}


def frame(runs: Sequence[StoredRun]) -> pd.DataFrame:
    """A row for each run, with the columns of :class:`~seqtasks.store.query.StoredRun`; unknown values are missing.

    Args:
        runs: The runs.
    """
    table = pd.DataFrame(runs, columns=StoredRun._fields).astype(_TYPES)
    for name in ("started", "finished"):
        table[name] = pd.to_datetime(table[name].astype("float64"), unit="s", utc=True)
    return table


def export(runs: Sequence[StoredRun], path: str, force: bool = False) -> Path:
    """Write runs to a file, whole or not at all.

    Args:
        runs: The runs.
        path: The file, whose name ends in ``.csv``, ``.parquet`` or ``.json``.
        force: Whether a file of another kind may be replaced.

    Returns:
        The file.

    Raises:
        UsageError: If the name has another ending, or a file of another kind would be lost.
        DataError: If the file cannot be written.
        MissingExtraError: If pyarrow, which writes Parquet, is not installed.
    """
    ending = Path(path).suffix.lower()
    if ending not in _FIRST:
        raise UsageError(f"The name of {path!r} ends in none of {', '.join(_FIRST)}.", f"Name it {Path(path).stem}.csv")
    file = OutputFile(path, begins_with(_FIRST[ending]), f"table of runs in {ending[1:]}", force)
    if ending == ".parquet" and find_spec("pyarrow") is None:
        raise MissingExtraError("pyarrow", "table")
    with file.opened() as opened:
        if ending == ".json":
            opened.write(json.dumps([run.record() for run in runs], indent=2).encode())
        elif ending == ".csv":
            frame(runs).to_csv(opened, index=False)
        else:
            frame(runs).to_parquet(opened, index=False)
    return file.path
