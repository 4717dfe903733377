"""The target of a table over time, with its training part and its test part, as a PNG or SVG file."""

from itertools import accumulate, islice, product
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.overview import Overview, Series
from seqtasks.files.output_file import OutputFile
from seqtasks.files.picture import BLUE, ORANGE, shorten_dates
from seqtasks.lazy import LazyImport

MARKED: Final = 500  # rows, up to which each is a dot: more dots would be a blur
GROUPS: Final = 6
LABELS: Final = 30  # that are written on the axis
GAP: Final = 1.5  # times the usual distance of rows, beyond which the line is interrupted

_FIGURE: Final = LazyImport("matplotlib.figure:Figure")


def draw(overview: Overview, file: OutputFile) -> None:
    """Write the picture; missing values and gaps interrupt the line.

    Each target, and each of the first six groups, has axes of its own.

    Args:
        overview: Of the table.
        file: The picture's file.
    """
    shown = [*product(_parts(overview), overview.targets)]
    figure = _FIGURE(figsize=(9, 3.6 if len(shown) == 1 else 2.0 * len(shown) + 0.6), dpi=100, layout="constrained")
    each = figure.subplots(len(shown), squeeze=False)[:, 0]
    for axes, ((label, first, split, stop), target) in zip(each, shown, strict=True):
        _draw(axes, overview, target.series, first, split, stop)
        _name_axes(axes, target.series, label)
    figure.legend(*each[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    with file.opened() as out:
        figure.savefig(out, format=file.path.suffix.lower().removeprefix("."))


def _parts(overview: Overview) -> list[tuple[str, int, int, int]]:
    """The label, the first row, the first row of the test part, and the end of each series that is drawn."""
    groups = overview.groups
    if groups is None:
        return [("", 0, overview.training.rows, overview.rows)]
    stops = [*accumulate(groups.rows)]
    each = zip(groups.labels, groups.rows, groups.training, stops, strict=True)
    return [(label, stop - rows, stop - rows + training, stop) for label, rows, training, stop in islice(each, GROUPS)]


def _draw(axes: Any, overview: Overview, series: Series, first: int, split: int, stop: int) -> None:
    gaps = overview.time is not None and overview.time.gaps > 0
    parts = (("training", slice(first, split), BLUE), ("test", slice(split, stop), ORANGE))
    for name, rows, color in parts:
        at, values = series.at[rows], series.values[rows]
        label = f"{name} part, {len(at):,} row{'s' * (len(at) != 1)}" if overview.groups is None else f"{name} part"
        line = _interrupted(at, values) if gaps else (at, values)
        style = "steps-mid" if series.labels else "default"
        marker = "." if stop - first <= MARKED else ""
        axes.plot(*line, color=color, linewidth=0.9, marker=marker, markersize=4, drawstyle=style, label=label)
    axes.axvline(series.at[split], color=ORANGE, linestyle=":", linewidth=1)
    axes.spines[["top", "right"]].set_visible(False)


def _name_axes(axes: Any, series: Series, label: str) -> None:
    axes.margins(x=0.01)
    if label:
        axes.set_title(label, fontsize=9, parse_math=False)
    if series.at.dtype.kind == "M":
        shorten_dates(axes)
    axes.set_xlabel(series.axis, parse_math=False)  # a column's name may hold dollar signs
    axes.set_ylabel(series.name, parse_math=False)
    if series.labels and len(series.labels) <= LABELS:
        axes.set_yticks(range(len(series.labels)), series.labels, parse_math=False)


def _interrupted(at: NDArray[Any], values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """With a missing value in each gap."""
    apart = np.diff(at)
    if not apart.size:
        return at, values
    after = 1 + np.flatnonzero(apart > GAP * np.median(apart))
    return np.insert(at, after, at[after]), np.insert(values, after, np.nan)
