"""The pictures of a page: which methods and seeds they show."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, final

import numpy as np
from markupsafe import Markup

from seqtasks.comparison.configuration import Configuration, Method
from seqtasks.comparison.contest import plural
from seqtasks.comparison.horizon import SHARE
from seqtasks.comparison.lags import Memory
from seqtasks.reports.content import Content
from seqtasks.reports.figures import Line, Point, horizon_curves, learning_curves, thinned
from seqtasks.reports.source import Curve

LINES: Final = 8  # methods in a picture; the colours of more are hard to tell apart
PICTURES: Final = 60  # of learning curves, at most
POINTS: Final = 80  # of a learning curve
CURVES: Final = 2_000  # to read: a store has up to 1000 points of each of 100,000 runs
BEST_OF: Final = 3  # seeds of a configuration, at least


@final
@dataclass(frozen=True)
class Picture:
    """A picture with its caption.

    Args:
        title: What it shows.
        tasks: The tasks in it.
        lines: Number and name of each line, for the legend.
        svg: The picture.
        caption: What else a reader must know.
    """

    title: str
    tasks: Sequence[str]
    lines: Sequence[tuple[int, str]]
    svg: Markup
    caption: str


def horizon_pictures(content: Content) -> Iterator[Picture]:
    """A picture for each family of tasks that differ only in their lag.

    Args:
        content: What the report states.
    """
    for family, group in groupby(content.memories, key=lambda each: each.family):
        methods = list(group)
        shown = methods[:LINES]
        lags = sorted({lag for each in shown for lag in each.by_lag})
        lines = [_horizon_line(content, number, each, lags) for number, each in enumerate(shown)]
        svg = horizon_curves(lines, lags, SHARE, f"Share of seeds that solve each lag of {family}")
        tasks = list(dict.fromkeys(one.task for each in shown for one in each.by_lag.values()))
        caption = f"With 95 % intervals.{_left_out(len(methods))}"
        yield Picture(family, tasks, [(line.number, line.name) for line in lines], svg, caption)


def _horizon_line(content: Content, number: int, memory: Memory, lags: Sequence[int]) -> Line:
    points, intervals = [], []
    for lag, each in memory.by_lag.items():
        if each.share is not None and each.share_interval is not None:
            points.append((float(lags.index(lag)), each.share[0] / each.share[1]))
            intervals.append(each.share_interval)
    return Line(number, content.names[memory.method], points, intervals)


def learning_pictures(content: Content) -> Iterator[Picture]:
    """A picture for each task, with the median loss over the seeds of each method.

    Args:
        content: What the report states.
    """
    numbers = {method: number for number, method in enumerate(list(content.names)[:LINES])}
    by_task = {
        task: [row.configuration for row in rows]
        for task, rows in groupby(content.rows, key=lambda row: row.configuration.task)
    }
    chosen = {
        task: sorted((each for each in found if each.method in numbers), key=lambda each: numbers[each.method])
        for task, found in list(by_task.items())[:PICTURES]
    }
    number = sum(map(len, chosen.values()))
    seeds = max(BEST_OF, CURVES // max(1, number))
    for task, found in chosen.items():
        picture = _learning(content, task, found, numbers, seeds, len(by_task[task]))
        if picture is not None:
            yield picture


def _learning(
    content: Content, task: str, found: Sequence[Configuration], numbers: dict[Method, int], seeds: int, methods: int
) -> Picture | None:
    keys = {each.method: [run.key for run in each.runs if run.score is not None][:seeds] for each in found}
    curves = content.source.curves([key for group in keys.values() for key in group])
    lines, most = [], 0
    for method, group in keys.items():
        known = [curves[key] for key in group if key in curves and curves[key][0]]
        points = _median(known) if known else []
        if points:
            most = max(most, len(known))
            lines.append(Line(numbers[method], content.names[method], thinned(points, POINTS)))
    if not lines:
        return None
    values = ((name, content.yardstick(task, name)) for name in ("chance", "memoryless", "optimum"))
    ordered = sorted(((name, value) for name, value in values if value is not None), key=lambda stick: -stick[1])
    svg = learning_curves(lines, ordered, f"Learning curves on {task}")
    caption = f"The median of {plural(most, 'seed')}, each loss before its update.{_left_out(methods)}"
    return Picture(task, [task], [(line.number, line.name) for line in lines], svg, caption)


def _median(curves: Sequence[Curve]) -> list[Point]:
    """The median loss at each step that the longest curve has; a loss that is not a number counts as infinite."""
    steps, longest = max(curves, key=lambda curve: len(curve[0]))
    losses = np.array([losses for own, losses in curves if own == steps] or [longest], np.float64)
    losses[np.isnan(losses)] = np.inf
    medians = np.median(losses, axis=0)
    return [(step, loss) for step, loss in zip(steps, medians.tolist(), strict=True) if loss < np.inf]


def _left_out(methods: int) -> str:
    return f" {plural(methods - LINES, 'method')} left out." if methods > LINES else ""
