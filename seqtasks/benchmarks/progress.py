"""The progress of a benchmark in a terminal or a notebook: a bar, the time left, and what went wrong."""

import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

from seqtasks.benchmarks.schedule import Progressed


def shown(events: Iterable[Progressed]) -> Iterator[Progressed]:
    """Pass the progress on, and display it; the display is erased at the end.

    Args:
        events: The progress of a benchmark.
    """
    console = Console(file=sys.stderr, markup=False, emoji=False, highlight=False)
    if not (sys.stderr.isatty() or (Console().is_jupyter and find_spec("ipywidgets") is not None)):
        yield from events  # Rich needs ipywidgets in a notebook
        return
    bar = ProgressBar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("runs"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(compact=True),
        console=console,
        transient=True,
    )
    with bar:
        task = bar.add_task("starting", total=None)
        for event in events:
            bar.update(task, completed=event.ended, total=event.total, description=described(event))
            yield event


def described(event: Progressed) -> str:
    """What is going on, in a few words.

    Example:
        >>> described(Progressed(9, 20, 2, 1, {"done": 7, "failed": 2}))
        '2 running, 1 elsewhere, 2 failed'
    """
    wrong = [
        f"{event.statuses[status]} {status}" for status in ("diverged", "failed", "hung") if event.statuses.get(status)
    ]
    elsewhere = [f"{event.elsewhere} elsewhere"] if event.elsewhere else []
    return ", ".join([f"{event.running} running", *elsewhere, *wrong])
