"""The training curve as a PNG or SVG file, with chance and optimum as horizontal lines."""

import re
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from seqtasks.errors import MissingExtraError, UsageError
from seqtasks.files.output_file import OutputFile, begins_with
from seqtasks.lazy import LazyImport
from seqtasks.running.result import Result

MAGIC: Final = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml"}
SMOOTH: Final = 0.03  # window of the running mean, as a fraction of the curve's points
WIDTH: Final = 80  # characters per line of the title
HEIGHT: Final = 4.2  # inches, with a title of one line
TITLE_LINE: Final = 0.17  # inches per further line
CLOSE: Final = 0.05  # distance at which two labels overlap, as a fraction of the height
BLUE, ORANGE, RED, GREY = "#3b6ea5", "#d08a2e", "#b5322f", "#666666"

_FIGURE: Final = LazyImport("matplotlib.figure:Figure")
_DATES: Final = LazyImport("matplotlib.dates:ConciseDateFormatter")


def target(path: str, force: bool) -> OutputFile:
    """Check the file that the picture will be written to.

    Raises:
        UsageError: If the name ends in neither .png nor .svg, or the file cannot be written.
        MissingExtraError: If Matplotlib is not installed.
    """
    form = _form(Path(path))
    if form not in MAGIC:
        raise UsageError(
            f"The name of the picture {path!r} ends in neither .png nor .svg.",
            f"Name it {Path(path).stem or 'curve'}.png",
        )
    file = OutputFile(path, begins_with(MAGIC[form]), f"{form.upper()} picture", force)
    if find_spec("matplotlib") is None:
        raise MissingExtraError("matplotlib", "plot")
    return file


def draw(result: Result, file: OutputFile, specs: Sequence[str]) -> None:
    """Draw the loss of each block of steps before its updates, the yardsticks, and the loss on fresh data.

    Args:
        result: The run.
        file: The picture's file.
        specs: The specs of task, model and trainer, without settings that have their default.
    """
    title = _title(result, specs)
    height = HEIGHT + TITLE_LINE * title.count("\n")
    figure = _FIGURE(figsize=(7.5, height), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    bottom, top = _limits(result)
    axes.set_ylim(bottom, top)
    _curves(axes, result)
    _yardsticks(axes, result, CLOSE * (top - bottom))
    if result.loss is not None:
        above = result.loss > top
        axes.plot(
            [result.steps],
            [min(result.loss, top)],
            "^" if above else "o",
            color=RED,
            clip_on=False,
            zorder=3,
            linestyle="none",
            label=f"on fresh data after training: {result.loss:.4g}"
            + (", the median" if result.replicas is not None else "")
            + (", above the picture" if above else ""),
        )
    axes.set_xlim(0, max(1, result.steps))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("time steps learned")
    axes.set_ylabel("loss per step")
    axes.set_title(title, loc="left", fontsize=9, parse_math=False)  # a file's name may hold dollar signs
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    with file.opened() as out:
        figure.savefig(out, format=_form(file.path))


def shorten_dates(axes: Any) -> None:
    """Write the year of the dates on the x axis once, so that their labels do not overlap."""
    day, clock = "%d %b", "%H:%M"  # formats of ticks at years, months, days, hours, minutes, and seconds
    formatter = _DATES(
        axes.xaxis.get_major_locator(),
        formats=["%Y", "%b", day, clock, clock, "%S.%f"],
        zero_formats=["", "%Y", day, day, clock, clock],
        offset_formats=["", "%Y", "%Y", f"{day} %Y", f"{day} %Y", f"{day} %Y {clock}"],
    )
    axes.xaxis.set_major_formatter(formatter)


def _title(result: Result, specs: Sequence[str]) -> str:
    """The specs and the seed in one line, or each spec in lines of its own that break after commas."""
    seeds = (
        f"seed {result.seed}" if result.replicas is None else f"seeds {result.seed} to {result.replicas[-1]['seed']}"
    )
    words = [*specs, seeds if result.status == "done" else f"{seeds}, {result.status}"]
    line = ", ".join(words)
    if len(line) <= WIDTH:
        return line
    *others, trainer, last = words
    return "\n".join(piece for spec in (*others, f"{trainer}, {last}") for piece in _pieces(spec))


def _pieces(spec: str) -> Iterator[str]:
    line = ""
    for part in re.findall(rf"[^,]{{1,{WIDTH - 1}}},?|,", spec):
        if line and len(line + part) > WIDTH:
            yield line
            line = ""
        line += part
    yield line


def _limits(result: Result) -> tuple[float, float]:
    """The limits of the y axis: half the range above chance, and a margin below the optimum."""
    low = result.optimum or 0.0
    height = (result.chance - low) or 1.0
    return low - 0.06 * height, low + 1.5 * height


def _curves(axes: Any, result: Result) -> None:
    """One run and its running mean; of several replicas each as a thin line, and their median as a thick one."""
    for one in result.replicas or ():
        axes.plot(one["history"]["step"], _running_mean(one["history"]["loss"]), color=BLUE, linewidth=0.6, alpha=0.35)
    steps, losses = result.history["step"], result.history["loss"]
    smooth = _width(losses) > 1
    if result.replicas is not None:
        axes.plot(
            steps, _running_mean(losses), color=BLUE, linewidth=2.2, label=f"median of {len(result.replicas)}, training"
        )
    else:
        axes.plot(
            steps,
            losses,
            color=BLUE,
            linewidth=0.6 if smooth else 1.4,
            marker="" if len(losses) > 1 else ".",  # a line of one point is invisible
            clip_on=len(losses) > 1,
            alpha=0.25 if smooth else 1,
            label="training, before each update",
        )
        if smooth:
            axes.plot(steps, _running_mean(losses), color=BLUE, linewidth=1.6, label="its running mean")
    if "validation" in result.history:
        validation = result.history["validation"]
        axes.plot(validation["step"], validation["loss"], color=ORANGE, linewidth=1.6, label="validation")


def _yardsticks(axes: Any, result: Result, close: float) -> None:
    """One labelled line per yardstick; lines that are close share a label."""
    sticks = (
        ("chance", result.chance, "--"),
        ("memoryless", result.memoryless, "-."),
        ("optimum", result.optimum, ":"),
    )
    labels: list[tuple[float, str]] = []
    for name, value, style in sticks:
        if value is None:
            continue
        at, words = labels[-1] if labels else (value, "")
        if words and at - value < close:
            labels[-1] = (at, f"{words}\n{name} {value:.4g}")
            if value == at:  # the line exists already
                continue
        else:
            labels.append((value, f"{name} {value:.4g}"))
        axes.axhline(value, color=GREY, linestyle=style, linewidth=1)
    for at, words in labels:
        axes.annotate(
            words,
            (1, at),
            (10, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            color=GREY,
            fontsize=8,
            va="center",
        )


def _width(losses: Sequence[float]) -> int:
    return max(1, round(SMOOTH * len(losses)))


def _running_mean(losses: Sequence[float]) -> list[float]:
    """The running mean: each point is averaged with the points before it in the window."""
    width, sums = _width(losses), [0.0, *accumulate(losses)]
    return [(sums[i + 1] - sums[max(0, i + 1 - width)]) / min(width, i + 1) for i in range(len(losses))]


def _form(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")
