"""What a terminal shows while a run goes on: a bar, and the loss curve between chance and optimum."""

import sys
from collections.abc import Sequence
from typing import Final, Self, final

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from seqtasks.cli.chart import chart

WIDTH: Final = 60
HEIGHT: Final = 6
MARGIN: Final = 20


@final
class Display:
    """A live picture on stderr; leaves nothing behind.

    Args:
        doing: What is being done before the first news.
    """

    def __init__(self, doing: str) -> None:
        self._console = Console(file=sys.stderr, markup=False, emoji=False, highlight=False)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("steps"),
            TimeRemainingColumn(),
            console=self._console,
        )
        self._run = self._bar.add_task(doing, total=None)
        self._live = Live(self._bar, console=self._console, transient=True, refresh_per_second=8)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def doing(self, what: str) -> None:
        """Say what goes on now."""
        self._bar.update(self._run, description=what)

    def show(self, step: int, total: int, curve: Sequence[float], chance: float, optimum: float | None) -> None:
        """Show how far the run is."""
        self._bar.update(self._run, description="learning", completed=step, total=total)
        if curve:
            self._live.update(Group(self._bar, Text(self._drawn(curve, chance, optimum))))

    def _drawn(self, curve: Sequence[float], chance: float, optimum: float | None) -> str:
        bottom = optimum or 0.0
        lines = chart(curve, chance, bottom, min(WIDTH, max(10, self._console.width - MARGIN)), HEIGHT)
        labels = {0: f"{chance:.4g} chance", HEIGHT - 1: f"{bottom:.4g} {'optimum' if optimum is not None else ''}"}
        return "\n".join(f"{labels.get(row, ''):>{MARGIN - 2}} │{line}" for row, line in enumerate(lines))
