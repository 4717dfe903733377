"""The training curve as a PNG or SVG file, between chance and optimum."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from seqtasks.entry import Entry
from seqtasks.errors import MissingExtraError, UsageError
from seqtasks.output_file import OutputFile, begins_with
from seqtasks.result import Result

MAGIC: Final = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml"}

_FIGURE: Final = Entry("figure", "A Matplotlib figure without a window.", "matplotlib.figure:Figure")


def target(path: str, force: bool) -> OutputFile:
    """Where the picture goes, checked before the run.

    Raises:
        UsageError: If the name ends in neither .png nor .svg, or the file cannot be written.
        MissingExtraError: If Matplotlib is not installed.
    """
    form = _form(Path(path))
    if form not in MAGIC:
        raise UsageError(f"{path} is neither PNG nor SVG by its name.", f"Write {Path(path).with_suffix('.png')}")
    file = OutputFile(path, begins_with(MAGIC[form]), f"{form.upper()} picture", force)
    if find_spec("matplotlib") is None:
        raise MissingExtraError("matplotlib", "plot")
    return file


def draw(result: Result, file: OutputFile) -> None:
    """Write the picture: the loss of each stretch before its updates, the yardsticks, and the loss on fresh data."""
    figure = _FIGURE.load()(figsize=(7, 4.2), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    axes.plot(
        result.history["step"],
        result.history["loss"],
        color="#3b6ea5",
        linewidth=1,
        label="training, before each update",
    )
    if "validation" in result.history:
        held = result.history["validation"]
        axes.plot(held["step"], held["loss"], color="#d08a2e", linewidth=1.2, label="validation")
    sticks = (
        ("chance", result.chance, "--"),
        ("memoryless", result.memoryless, "-."),
        ("optimum", result.optimum, ":"),
    )
    for name, value, style in sticks:
        if value is not None:
            axes.axhline(value, color="#555555", linestyle=style, linewidth=1, label=f"{name} {value:.4g}")
    if result.loss is not None:
        axes.plot(
            [result.steps], [result.loss], "o", color="#b5322f", clip_on=False, label=f"fresh data {result.loss:.4g}"
        )
    top = 1.4 * result.chance
    axes.set_ylim(min(0.0, result.optimum or 0.0) - 0.03 * top, top)
    axes.set_xlabel("time steps learned")
    axes.set_ylabel("loss")
    axes.set_title(
        f"{_name(result.task)}, {_name(result.model)}, {_name(result.trainer)}, seed {result.seed}", fontsize=10
    )
    axes.legend(frameon=False, fontsize=8, loc="upper right")
    axes.spines[["top", "right"]].set_visible(False)
    with file.opened() as out:
        figure.savefig(out, format=_form(file.path))


def _form(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")


def _name(spec: str) -> str:
    return spec.partition(":")[0]
