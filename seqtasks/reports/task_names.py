"""The names of tasks in a report: a file of the user without its folder, which is nobody else's business."""

import json
import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from seqtasks.comparison.configuration import Run

_PATH: Final = re.compile(r'(?<=[:,])path=("(?:[^"\\]|\\.)*"|[^,]*)')


def without_folders(runs: Sequence[Run]) -> list[Run]:
    """The runs, with the path of a task's file reduced to its name; unchanged if that would confuse two tasks.

    Args:
        runs: The runs.

    Example:
        >>> from seqtasks.comparison.configuration import Method
        >>> run = Run("", "table:path=/home/me/power.csv,target=load", Method("gru", "online"), 0, "done")
        >>> without_folders([run])[0].task
        'table:path=power.csv,target=load'
    """
    short = {run.task: _PATH.sub(_reduced, run.task) for run in runs}
    if len(set(short.values())) < len(short):
        return list(runs)
    return [run._replace(task=short[run.task]) for run in runs]


def _reduced(found: re.Match[str]) -> str:
    text = found[1]
    if not text.startswith('"'):
        return f"path={PurePath(text).name}"
    name = PurePath(json.loads(text)).name
    return f"path={json.dumps(name, ensure_ascii=False)}" if re.search(r'[,"\\]', name) else f"path={name}"
