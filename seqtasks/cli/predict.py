"""``seqtasks predict``: apply a saved network to the rows of a CSV file."""

import csv
import json as json_format
import math
import sys
from collections.abc import Iterator
from typing import Annotated, Any, Final

import typer

from seqtasks.cli import output
from seqtasks.cli.options import JsonOption, PluginOption, start_host
from seqtasks.cli.process import no_collection, quiet
from seqtasks.lazy import LazyImport

_LOAD: Final = LazyImport("seqtasks.files.store:load")
_NAMES: Final = LazyImport("seqtasks.files.prediction:names")
_PREDICTIONS: Final = LazyImport("seqtasks.files.prediction:predictions")
_ROWS: Final = LazyImport("seqtasks.files.prediction:rows_of")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("predict")(predict)


def predict(
    context: typer.Context,
    network: Annotated[str, typer.Argument(metavar="NETWORK", help="Network file that `seqtasks run --save` wrote.")],
    data: Annotated[str, typer.Argument(metavar="DATA", help="CSV file, or - for standard input.")],
    json: JsonOption = False,
    plugin: PluginOption = None,
) -> None:
    """Apply a saved network to a CSV file, row by row.

    The network carries its state from row to row. Each row of the file yields one row of predictions, in constant
    memory.
    """
    host = start_host(context, plugin)
    with quiet():
        with no_collection():
            stored = _LOAD(network, host)
        names = _NAMES(stored)
        rows = _rows(_PREDICTIONS(stored, _ROWS(stored, data), output.talk))
        (_as_json if json else _as_csv)(names, rows)


def _rows(pieces: Iterator[Any]) -> Iterator[list[Any]]:
    for columns in pieces:
        yield from (list(row) for row in zip(*columns, strict=True))
        sys.stdout.flush()  # the process that reads these rows may wait for them before it sends the next


def _as_csv(names: list[str], rows: Iterator[list[Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for number, row in enumerate(rows):
        if number == 0:  # a file that cannot be read prints no header
            writer.writerow(names)
        writer.writerow(f"{cell:.7g}" if isinstance(cell, float) else cell for cell in row)


def _as_json(names: list[str], rows: Iterator[list[Any]]) -> None:
    opening = "["
    for row in rows:
        cells = (None if isinstance(cell, float) and not math.isfinite(cell) else cell for cell in row)
        sys.stdout.write(f"{opening}\n{json_format.dumps(dict(zip(names, cells, strict=True)))}")
        opening = ","
    sys.stdout.write("\n]\n")
