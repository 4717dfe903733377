"""The training curve as a PNG or SVG file, between chance and optimum."""

from collections.abc import Sequence
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from seqtasks.catalogue.entry import Entry
from seqtasks.errors import MissingExtraError, UsageError
from seqtasks.files.output_file import OutputFile, begins_with
from seqtasks.running.result import Result

MAGIC: Final = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml"}
SMOOTH: Final = 0.03  # of the curve's points, over which a second, calmer curve is averaged
CLOSE: Final = 0.05  # of the picture's height, within which two labels would overlap
BLUE, ORANGE, RED, GREY = "#3b6ea5", "#d08a2e", "#b5322f", "#666666"

_FIGURE: Final = Entry("figure", "A Matplotlib figure without a window.", "matplotlib.figure:Figure")


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


def draw(result: Result, file: OutputFile) -> None:
    """Write the picture: the loss of each stretch before its updates, the yardsticks, and the loss on fresh data."""
    figure = _FIGURE.load()(figsize=(7.5, 4.2), dpi=150, layout="constrained")
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
            label=f"{'fresh data' if result.replicas is None else 'fresh data, median'} {result.loss:.4g}"
            + (", above the picture" if above else ""),
        )
    axes.set_xlim(0, max(1, result.steps))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("time steps learned")
    axes.set_ylabel("loss per step")
    names = ", ".join(spec.partition(":")[0] for spec in (result.task, result.model, result.trainer))
    last = "" if result.replicas is None else f" to {result.replicas[-1]['seed']}"
    axes.set_title(f"{names}, seed{'s' * bool(last)} {result.seed}{last}", loc="left", fontsize=11)
    axes.legend(framealpha=0.85, edgecolor="none", fontsize=8, loc="upper right")
    axes.spines[["top", "right"]].set_visible(False)
    with file.opened() as out:
        figure.savefig(out, format=_form(file.path))


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
