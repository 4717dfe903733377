"""A progress bar, and the loss curve between chance and optimum, in a terminal or a notebook."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from itertools import pairwise
from typing import Final, Self, final

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.text import Text

from seqtasks.running.execution import Event, Interrupted, Loaded, Progress, Trained

BARS: Final = " ▁▂▃▄▅▆▇█"
WIDTH: Final = 60  # columns of the chart, where there is room
HEIGHT: Final = 6
MARGIN: Final = 18  # columns of the labels next to the chart
ROOMY: Final = 70  # columns from which the bar's line also shows the number of steps


def shown(events: Iterable[Event], doing: str) -> Iterator[Event]:
    """Pass on the events of a run, and display its progress if this is a terminal or a notebook.

    Args:
        events: The events of the run.
        doing: The activity before the first event.
    """
    notebook = Console().is_jupyter and find_spec("ipywidgets") is not None  # which Rich needs in a notebook
    if not (notebook or sys.stderr.isatty()):
        yield from events
        return
    loaded: Loaded | None = None  # during the training
    with Display(doing) as display:
        for event in events:
            match event:
                case Loaded():
                    loaded = event
                    display.doing("compiling")
                case Progress() if loaded is not None:
                    display.show(event.step, event.total, event.curve, loaded.chance, loaded.optimum)
                case Trained() | Interrupted():
                    display.doing("evaluating on fresh data")
                    loaded = None
            yield event


@final
class Display:
    """A live display that is erased at its end.

    Args:
        doing: The first activity.
    """

    def __init__(self, doing: str) -> None:
        self._console = Console(file=sys.stderr, markup=False, emoji=False, highlight=False)
        roomy = self._console.width >= ROOMY
        self._waiting = ProgressBar(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=self._console
        )
        self._learning = ProgressBar(
            TextColumn("training".rjust(MARGIN - 2)),
            BarColumn(bar_width=max(5, min(WIDTH, self._console.width - MARGIN) - (40 if roomy else 15))),
            TextColumn("{task.percentage:>3.0f}%" + (" of {task.total:,} steps" if roomy else "")),
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
            console=self._console,
        )
        self._run = self._learning.add_task("", total=None)
        self._live = Live(self._waiting, console=self._console, transient=True, refresh_per_second=8)
        self._wait = self._waiting.add_task(doing, total=None)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Erase the display and restore the cursor."""
        self._live.stop()

    def doing(self, activity: str) -> None:
        """Show an activity and its elapsed time."""
        self._waiting.reset(self._wait, description=activity)
        self._live.update(self._waiting)

    def show(self, step: int, total: int, curve: Sequence[float], chance: float, optimum: float | None) -> None:
        """Show the progress of the training; the full width of the chart is the whole run."""
        self._learning.update(self._run, completed=step, total=total)
        if curve:
            room = min(WIDTH, max(10, self._console.width - MARGIN - 1))
            width = max(1, room * step // total)
            self._live.update(Group(self._learning, Text(_drawn(curve, chance, optimum, width), no_wrap=True)))


def _drawn(curve: Sequence[float], chance: float, optimum: float | None, width: int) -> str:
    bottom = optimum or 0.0
    lines = chart(curve, chance, bottom, width, HEIGHT)
    labels = {0: f"chance {chance:.4g}", HEIGHT - 1: f"{'' if optimum is None else 'optimum '}{bottom:.4g}"}
    edges = (f"{labels[row]:>{MARGIN - 2}} ┤" if row in labels else f"{'│':>{MARGIN}}" for row in range(HEIGHT))
    now = f"{'loss':>{MARGIN - 2}}  {curve[-1]:.4g}"
    return "\n".join([*(f"{edge}{line}" for edge, line in zip(edges, lines, strict=True)), now])


def chart(losses: Sequence[float], chance: float, optimum: float, width: int, height: int) -> list[str]:
    """Lines from the top (chance) to the bottom (optimum); losses above chance touch the top.

    Each column is the mean of its share of the losses; the least of them is still a line on the floor.

    Example:
        >>> chart([1.0, 0.5, 0.0], chance=1.0, optimum=0.0, width=3, height=2)
        ['█  ', '██▁']
    """
    columns = _columns(losses, width)
    span = (chance - optimum) or 1.0
    eighths = [max(1, round(8 * height * min(1.0, (value - optimum) / span))) for value in columns]
    return ["".join(BARS[min(8, max(0, fill - 8 * row))] for fill in eighths) for row in reversed(range(height))]


def _columns(losses: Sequence[float], width: int) -> list[float]:
    count = len(losses)
    used = min(width, count)
    edges = [count * i // used for i in range(used + 1)] if used else []
    return [sum(losses[a:b]) / (b - a) for a, b in pairwise(edges)]
