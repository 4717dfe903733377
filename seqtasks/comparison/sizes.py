"""Models that have another number of units on each task, because a budget of weights decides it."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from seqtasks.comparison.configuration import Method, Run

_UNITS: Final = re.compile(r"(?<=[:,])units=\d+,?")
SIZED: Final = "sized per task"


def without_task_sizes(runs: Sequence[Run]) -> list[Run]:
    """The runs, with a common name for models whose units differ only from task to task.

    A model that was run with several numbers of units on the same task keeps them all: there they are what is compared.

    Args:
        runs: The runs.

    Example:
        >>> small, large = (Method(f"gru:units={n}", "online") for n in (8, 9))
        >>> runs = [Run("", "a", small, 0, "done"), Run("", "b", large, 0, "done")]
        >>> [run.method.model for run in without_task_sizes(runs)]
        ['gru (sized per task)', 'gru (sized per task)']
    """
    sizes: defaultdict[Method, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    common = {method: _common(method) for method in dict.fromkeys(run.method for run in runs)}
    for run in runs:
        sizes[common[run.method]][run.task].add(run.method.model)
    merged = {
        method
        for method, tasks in sizes.items()
        if all(len(models) == 1 for models in tasks.values()) and len(set().union(*tasks.values())) > 1
    }
    return [run._replace(method=common[run.method]) if common[run.method] in merged else run for run in runs]


def _common(method: Method) -> Method:
    model = _UNITS.sub("", method.model).rstrip(":,")
    return method if model == method.model else method._replace(model=f"{model} ({SIZED})")
