"""Runs of several versions of seqtasks, of plugins, or of the data."""

from collections.abc import Sequence

from seqtasks.comparison.configuration import Method, Run


def newest(runs: Sequence[Run]) -> tuple[list[Run], int]:
    """The runs of one version for each method on each task: the version whose run with a result ended last.

    Seeds of two versions are no sample of one method. A run whose version is unknown stays.

    Args:
        runs: The runs.

    Returns:
        These runs, and how many of other versions are left out.

    Example:
        >>> gru = Method("gru", "online")
        >>> made = [Run("", "a", gru, seed, "done", 0.5, finished=seed, version=f"{seed // 3}") for seed in range(5)]
        >>> kept, others = newest(made)
        >>> [run.seed for run in kept], others
        ([3, 4], 3)
    """
    last: dict[tuple[str, Method], Run] = {}
    for run in runs:
        other = last.get((run.task, run.method))
        if run.version and (other is None or run.recency >= other.recency):
            last[run.task, run.method] = run
    kept = [run for run in runs if not run.version or run.version == last[run.task, run.method].version]
    return kept, len(runs) - len(kept)
