"""The runs of a store as a table of pandas, and as files."""

import json
import math
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pandas as pd

from seqtasks.errors import MissingExtraError, UsageError
from seqtasks.files.output_file import OutputFile, begins_with
from seqtasks.store.details import Measures
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


def frame(runs: Sequence[StoredRun], measures: Mapping[str, Measures]) -> pd.DataFrame:
    """A row for each run, with the columns of :class:`~seqtasks.store.query.StoredRun`; unknown values are missing.

    If a run has a prequential skill, the column ``prequential`` follows, and for each metric, such as ``r2``, a column
    ``metrics.r2``.

    Args:
        runs: The runs.
        measures: Their judgements next to the loss, by key.
    """
    table = pd.DataFrame(runs, columns=StoredRun._fields).astype(_TYPES)
    for name in ("started", "finished"):
        table[name] = pd.to_datetime(table[name].astype("float64"), unit="s", utc=True)
    more = [_measured(measures.get(run.key, Measures())) for run in runs]
    for name in dict.fromkeys(name for each in more for name in each):
        table[name] = pd.Series([each.get(name) for each in more], dtype="float64")
    return table


def _measured(found: Measures) -> dict[str, float | None]:
    """The further columns of a run."""
    prequential = {} if found.prequential is None else {"prequential": found.prequential}
    return prequential | {f"metrics.{name}": score for name, score, _ in found.metrics}


def export(runs: Sequence[StoredRun], measures: Mapping[str, Measures], path: str, force: bool = False) -> Path:
    """Write runs to a file, whole or not at all.

    Args:
        runs: The runs.
        measures: Their judgements next to the loss, by key.
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
            opened.write(json.dumps([_record(run, measures) for run in runs], indent=2, allow_nan=False).encode())
        elif ending == ".csv":
            frame(runs, measures).to_csv(opened, index=False)
        else:
            frame(runs, measures).to_parquet(opened, index=False)
    return file.path


def _record(run: StoredRun, measures: Mapping[str, Measures]) -> dict[str, Any]:
    """Plain values; JSON has no infinity, so the skill of a network that diverged as it learned on is null."""
    more = _measured(measures.get(run.key, Measures()))
    return run.record() | {
        name: value if value is not None and math.isfinite(value) else None for name, value in more.items()
    }
