"""The leaderboard and the memory horizons as a picture for papers."""

from collections.abc import Sequence
from typing import Any, Final

from seqtasks.comparison.horizon import SHARE
from seqtasks.comparison.lags import Memory
from seqtasks.files.output_file import OutputFile
from seqtasks.lazy import LazyImport
from seqtasks.reports.content import Content

METHODS: Final = 20  # in the leaderboard, at most
LINES: Final = 8  # methods in the picture of horizons
WIDTH: Final = 7.5  # inches
LINE: Final = 0.3  # inches of a method
CURVES: Final = 2.8  # inches of a picture of horizons
COLOURS: Final = ("#0b6bb3", "#c2570c", "#13795b", "#a3307f", "#7a6400", "#6441a5", "#b3261e", "#4d5966")

_FIGURE: Final = LazyImport("matplotlib.figure:Figure")


def draw(content: Content, file: OutputFile, form: str) -> None:
    """Draw the skills with their intervals, and the share of seeds that solve each lag.

    Args:
        content: What the report states.
        file: The picture's file.
        form: ``png`` or ``svg``.
    """
    standings = content.standings[:METHODS]
    families = list(dict.fromkeys(each.family for each in content.memories))
    heights = [0.9 + LINE * max(1, len(standings)), *[CURVES] * len(families)]
    figure = _FIGURE(figsize=(WIDTH, sum(heights)), dpi=150, layout="constrained")
    axes = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
    _skills(axes[0], content)
    for place, family in zip(axes[1:], families, strict=True):
        _horizons(place, [each for each in content.memories if each.family == family][:LINES], content)
    with file.opened() as out:
        figure.savefig(out, format=form)


def _skills(axes: Any, content: Content) -> None:
    standings = content.standings[:METHODS]
    for place, each in enumerate(standings):
        low, value, high = each.skill.low, each.skill.value, each.skill.high
        if low is not None and high is not None:
            axes.plot([low, high], [place, place], color=COLOURS[0], linewidth=2, alpha=0.6)
        axes.plot([value], [place], "o", color=COLOURS[0], markersize=5)
    axes.set_yticks(range(len(standings)))
    axes.set_yticklabels([content.names[each.method] for each in standings], fontsize=8, parse_math=False)
    axes.invert_yaxis()
    axes.set_xlabel(f"{content.measure}, interquartile mean and 95 % interval (0 chance, 1 optimum)", fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def _horizons(axes: Any, memories: Sequence[Memory], content: Content) -> None:
    lags = sorted({lag for each in memories for lag in each.by_lag})
    for number, each in enumerate(memories):
        known = [(lag, one.share, one.share_interval) for lag, one in each.by_lag.items()]
        points = [(lags.index(lag), share[0] / share[1], ends) for lag, share, ends in known if share and ends]
        x, y = [at for at, _, _ in points], [share for _, share, _ in points]
        spread = [[share - low for _, share, (low, _) in points], [high - share for _, share, (_, high) in points]]
        moved = [at + 0.06 * (number - (len(memories) - 1) / 2) for at in x]
        axes.errorbar(
            moved, y, spread, color=COLOURS[number], marker="o", markersize=3.5, linewidth=1.4, elinewidth=0.8,
            label=_plain(content.names[each.method]),
        )  # fmt: skip
    axes.axhline(SHARE, color="#666666", linestyle="--", linewidth=0.8)
    axes.set_xticks(range(len(lags)), [f"{lag:,}" for lag in lags], fontsize=8)
    axes.set_xlabel(f"lag of {_plain(memories[0].family)}", fontsize=8)
    axes.set_ylabel("share of seeds that solve it", fontsize=8)
    axes.set_ylim(-0.03, 1.03)
    axes.legend(frameon=False, fontsize=7)
    axes.spines[["top", "right"]].set_visible(False)


def _plain(text: str) -> str:
    """A text that Matplotlib does not take for a formula, and that a legend does not leave out."""
    return text.replace("$", r"\$").lstrip("_")
