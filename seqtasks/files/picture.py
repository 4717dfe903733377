"""The training curve as a PNG or SVG file, between chance and optimum."""

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
SMOOTH: Final = 0.03  # of the curve's points, over which a second, calmer curve is averaged
WIDTH: Final = 80  # characters of the title in a line
HEIGHT: Final = 4.2  # inches of a picture whose title is one line
TITLE_LINE: Final = 0.17  # inches of each further line
CLOSE: Final = 0.05  # of the picture's height, within which two labels would overlap
BLUE, ORANGE, RED, GREY = "#3b6ea5", "#d08a2e", "#b5322f", "#666666"

_FIGURE: Final = LazyImport("matplotlib.figure:Figure")


def target(path: str, force: bool) -> OutputFile:
    """Where the picture goes, checked before the run.

    Raises:
        UsageError: If the name ends in neither .png nor .svg, or the file cannot be written.
        MissingExtraError: If Matplotlib is not installed.
    """
    form = _form(Path(path))
    if form not in MAGIC:
        raise UsageError(
            f"The picture {path!r} is neither PNG nor SVG by its name.", f"Write {Path(path).stem or 'curve'}.png"
        )
    file = OutputFile(path, begins_with(MAGIC[form]), f"{form.upper()} picture", force)
    if find_spec("matplotlib") is None:
        raise MissingExtraError("matplotlib", "plot")
    return file


def draw(result: Result, file: OutputFile, specs: Sequence[str]) -> None:
    """Write the picture: the loss of each stretch before its updates, the yardsticks, and the loss on fresh data.

    Args:
        result: The run.
        file: Where the picture goes.
        specs: Of task, model and trainer, without settings that are the defaults.
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


def _title(result: Result, specs: Sequence[str]) -> str:
    """What was run: in one line, or each spec in lines of its own, broken behind commas."""
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
    """Room above chance for what is worse, and a little below the optimum for the eye."""
    low = result.optimum or 0.0
    height = (result.chance - low) or 1.0
    return low - 0.06 * height, low + 1.5 * height


def _curves(axes: Any, result: Result) -> None:
    """One run as it was and calmer; of several each thin, and their median thick."""
    for one in result.replicas or ():
        axes.plot(one["history"]["step"], _calm(one["history"]["loss"]), color=BLUE, linewidth=0.6, alpha=0.35)
    steps, losses = result.history["step"], result.history["loss"]
    calm = _width(losses) > 1
    if result.replicas is not None:
        axes.plot(steps, _calm(losses), color=BLUE, linewidth=2.2, label=f"median of {len(result.replicas)}, training")
    else:
        axes.plot(
            steps,
            losses,
            color=BLUE,
            linewidth=0.6 if calm else 1.4,
            marker="" if len(losses) > 1 else ".",  # a line of one point cannot be seen
            clip_on=len(losses) > 1,
            alpha=0.25 if calm else 1,
            label="training, before each update",
        )
        if calm:
            axes.plot(steps, _calm(losses), color=BLUE, linewidth=1.6, label="its running mean")
    if "validation" in result.history:
        held = result.history["validation"]
        axes.plot(held["step"], held["loss"], color=ORANGE, linewidth=1.6, label="validation")


def _yardsticks(axes: Any, result: Result, close: float) -> None:
    """A line each, named at its right end; lines that lie close share a label."""
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
            if value == at:  # drawn already
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


def _calm(losses: Sequence[float]) -> list[float]:
    """The mean of each point's last ones, itself included."""
    width, sums = _width(losses), [0.0, *accumulate(losses)]
    return [(sums[i + 1] - sums[max(0, i + 1 - width)]) / min(width, i + 1) for i in range(len(losses))]


def _form(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")
