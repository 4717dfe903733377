"""Models whose number of units follows from a budget of weights, so that it differs from task to task."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from seqtasks.comparison.configuration import Method, Run

CLOSE: Final = 1.25  # the ratio up to which two numbers of weights are of the same budget
_UNITS: Final = re.compile(r"(?<=[:,])units=\d+(?:,|$)")


class _Size(NamedTuple):
    """A method with a number of weights, and the tasks that it was run on."""

    weights: int
    method: Method
    tasks: frozenset[str]


def without_task_sizes(runs: Sequence[Run]) -> list[Run]:
    """The runs, with a common name for a model whose units differ only from task to task, at close numbers of weights.

    Two sizes that were run on the same task stay apart: there they are what is compared.

    Args:
        runs: The runs.

    Example:
        >>> small, large = (Method(f"gru:units={n}", "online") for n in (16, 15))
        >>> runs = [Run("", "a", small, 0, "done", parameters=929), Run("", "b", large, 0, "done", parameters=990)]
        >>> [run.method.model for run in without_task_sizes(runs)]
        ['gru (at most 990 weights)', 'gru (at most 990 weights)']
    """
    families: defaultdict[Method, list[_Size]] = defaultdict(list)
    for size in _sizes(runs):
        families[_without_units(size.method)].append(size)
    common: dict[Method, Method] = {}
    for family, sizes in families.items():
        for cluster in _clusters(sorted(sizes)):
            common |= _merged(family, cluster)
    return [run._replace(method=common.get(run.method, run.method)) for run in runs]


def _sizes(runs: Sequence[Run]) -> list[_Size]:
    weights: defaultdict[Method, int] = defaultdict(int)
    tasks: defaultdict[Method, set[str]] = defaultdict(set)
    for run in runs:
        weights[run.method] = max(weights[run.method], run.parameters or 0)
        tasks[run.method].add(run.task)
    return [_Size(weights[method], method, frozenset(found)) for method, found in tasks.items() if weights[method]]


def _clusters(sizes: Sequence[_Size]) -> list[list[_Size]]:
    """Sizes in order of their weights, in groups that are close to their smallest."""
    found: list[list[_Size]] = []
    for size in sizes:
        if found and size.weights <= CLOSE * found[-1][0].weights:
            found[-1].append(size)
        else:
            found.append([size])
    return found


def _merged(family: Method, cluster: Sequence[_Size]) -> Mapping[Method, Method]:
    """The common method of each size; none if there is one size, or a task has two of them."""
    tasks = [task for size in cluster for task in size.tasks]
    if len(cluster) == 1 or len(tasks) > len(set(tasks)):
        return {}
    common = family._replace(model=f"{family.model} (at most {cluster[-1].weights:,} weights)")
    return {size.method: common for size in cluster}


def _without_units(method: Method) -> Method:
    return method._replace(model=_UNITS.sub("", method.model).rstrip(":,"))
