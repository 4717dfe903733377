"""Tables as wide as the terminal; apart from ``output`` so that pipes and completion do not import Rich."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under column heads; the first column does not wrap, the others do."""
    drawn = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for position, column in enumerate(columns):
        drawn.add_column(column, no_wrap=position == 0, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    Console(markup=False, emoji=False, highlight=False).print(drawn)
