"""The table of seqtasks bench and of seqtasks runs compare."""

from collections.abc import Mapping, Sequence
from typing import Any

from seqtasks.cli import output


def print_rows(rows: Sequence[Any]) -> None:
    """Print a line for each task, model, trainer and budget.

    Args:
        rows: Each a :class:`~seqtasks.benchmarks.summary.Row`.
    """
    columns: Sequence[str] = ("task", "model", "trainer", "steps", "weights", "runs", "solved (95 %)", "skill (95 %)")
    cells = [_row(row) for row in rows]
    if any(row.prequential is not None for row in rows):
        columns = (*columns, "prequential (95 %)")
        cells = [
            (*one, _estimate(row.prequential, row.prequential_interval)) for one, row in zip(cells, rows, strict=True)
        ]
    for name in dict.fromkeys(name for row in rows for name in row.metrics):
        columns = (*columns, f"{name} (95 %)")
        cells = [(*one, _metric(row.metrics.get(name), row.runs)) for one, row in zip(cells, rows, strict=True)]
    output.table(columns, cells)


def print_climbs(climbs: Sequence[Any]) -> None:
    """Print how far each model and trainer climbs the tasks of a suite.

    Args:
        climbs: Each a :class:`~seqtasks.benchmarks.summary.Climb`.
    """
    columns = ("model", "trainer", "steps", "weights", "memory horizon (95 %)")
    output.table(columns, [_climb(each) for each in climbs])


def _row(row: Any) -> tuple[str, ...]:
    failed = f" + {row.failed} failed" if row.failed else ""
    return (
        row.task,
        row.model,
        row.trainer,
        _count(row.steps),
        _count(row.parameters),
        f"{row.runs}{failed}",
        "" if row.solved is None else f"{row.solved} of {row.runs}{_interval(row.solved_interval, '.2f')}",
        _estimate(row.skill, row.skill_interval),
    )


def _estimate(value: float | None, interval: Sequence[float] | None) -> str:
    return "" if value is None else f"{value:.3f}{_interval(interval, '.3f')}"


def _metric(found: Mapping[str, Any] | None, runs: int) -> str:
    """The score and that of chance; the number of seeds if not all have a score."""
    if found is None or found["score"] is None:
        return ""
    interval = None if found["low"] is None else (found["low"], found["high"])
    chance = "" if found["chance"] is None else f", chance {found['chance']:.3f}"
    some = f", {found['seeds']} of {runs} seeds" if found["seeds"] < runs else ""
    return f"{_estimate(found['score'], interval)}{chance}{some}"


def _climb(each: Any) -> tuple[str, ...]:
    reached, low, high = (end or "none" for end in (each.reached, each.low, each.high))
    more = " or more" if each.is_last else ""
    horizon = f"{reached}{more} ({low} to {high}{more})"
    return (
        each.model,
        each.trainer,
        _count(each.steps),
        _count(each.parameters),
        horizon if each.parameters is not None else "no result",  # of runs that failed, nothing is known
    )


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _interval(interval: Sequence[float] | None, form: str) -> str:
    return "" if interval is None else f" ({' to '.join(f'{end:{form}}' for end in interval)})"
