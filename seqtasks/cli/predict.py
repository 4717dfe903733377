"""``seqtasks predict``: apply a saved network to the rows of a CSV file."""

import csv
import json as json_format
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from seqtasks.cli import output
from seqtasks.cli.options import JsonOption, PluginOption, start_host
from seqtasks.cli.process import no_collection, quiet
from seqtasks.errors import UsageError
from seqtasks.files.network_file import learned_target
from seqtasks.files.output_file import npz_target
from seqtasks.lazy import LazyImport

Table = dict[str, Sequence[Any]]

_LOAD: Final = LazyImport("seqtasks.files.store:load")
_PREDICTIONS: Final = LazyImport("seqtasks.files.prediction:predictions")
_ROWS: Final = LazyImport("seqtasks.files.prediction:rows_of")
_AS_TABLE: Final = LazyImport("seqtasks.files.forecast:as_table")
_COVERAGE: Final = LazyImport("seqtasks.files.forecast:coverage_of")
_LAST: Final = LazyImport("seqtasks.files.prediction:last_of_each")
_SEQUENCES: Final = LazyImport("seqtasks.files.sequence_prediction:sequences_of")
_PREDICTED_SEQUENCES: Final = LazyImport("seqtasks.files.sequence_prediction:predicted")
_SEQUENCE_TABLE: Final = LazyImport("seqtasks.files.sequence_prediction:as_table")
_WRITE_SEQUENCES: Final = LazyImport("seqtasks.files.sequence_prediction:write")
_TARGET: Final = LazyImport("seqtasks.files.picture:target")
_LEARNING_ON: Final = LazyImport("seqtasks.files.learning_on:LearningOn")
_PICTURE: Final = LazyImport("seqtasks.files.forecast_picture:ForecastPicture")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("predict")(predict)


def predict(
    context: typer.Context,
    network: Annotated[str, typer.Argument(metavar="NETWORK", help="Network file from `seqtasks run --save`.")],
    data: Annotated[
        str, typer.Argument(metavar="DATA", help="CSV file, - for standard input, or an .npz file of sequences.")
    ],
    *,
    learn: Annotated[
        bool,
        typer.Option(
            "--learn", help="Learn each row as soon as its targets are known, and save the network. For tables."
        ),
    ] = False,
    save: Annotated[
        str | None, typer.Option(metavar="FILE", help="With --learn, save the network to this file instead of NETWORK.")
    ] = None,
    last: Annotated[
        bool,
        typer.Option(
            "--last", help="Print only the predictions from the last row, or from the last row of each group."
        ),
    ] = False,
    interval: Annotated[
        float | None, typer.Option(help="Coverage of the intervals of forecasts. The default is 0.9.")
    ] = None,
    npz: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write predictions for sequences to an .npz file, not to stdout.")
    ] = None,
    plot: Annotated[
        str | None, typer.Option(metavar="FILE", help="Draw forecasts next to observed values as .png or .svg.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Allow --save, --npz and --plot to replace files of other kinds.")
    ] = False,
    json: JsonOption = False,
    plugin: PluginOption = None,
) -> None:
    """Apply a saved network to a CSV file, row by row.

    The network carries its state from row to row. Each row of the file yields a row of predictions, or one for each
    horizon, in constant memory. With --learn, only rows that were not learned are predicted.
    """
    network_file = learned_target(network, learn, save, force)
    npz_file = None if npz is None else npz_target(npz, force)
    picture_file = None if plot is None else _TARGET(plot, force)
    host = start_host(context, plugin)
    with quiet():
        with no_collection():
            stored = _LOAD(network, host)
        if _is_of_sequences(stored, data, npz):
            _no_options_of_rows({"--learn": learn, "--last": last, "--plot": plot, "--interval": interval})
            _write_sequences(stored, data, npz_file, json)
            return
        coverage = _COVERAGE(stored.encoding, network, interval)
        picture = None if picture_file is None else _PICTURE(stored.encoding, coverage, picture_file)
        learner = None
        if network_file is None:
            pieces = _PREDICTIONS(stored, _ROWS(stored, data), output.talk)
        else:
            learner = _LEARNING_ON.load().of(stored, network, host, output.talk)
            pieces = learner.forecaster.predictions(_ROWS(stored, data, targets=True))
        if picture is not None:
            pieces = picture.seen(pieces)
        if last:
            pieces = _LAST(stored.encoding, pieces)
        tables = (_AS_TABLE(stored.encoding, one, coverage) for one in pieces)
        try:
            (_as_json if json else _as_csv)(tables)
        except KeyboardInterrupt:  # the usual end of a stream
            if learner is not None and learner.forecaster.learned:
                _save(learner, network_file)
            raise
        if learner is not None and learner.forecaster.learned:
            _save(learner, network_file)
        if picture is not None:
            picture.draw()


def _is_of_sequences(stored: Any, data: str, npz: str | None) -> bool:
    """Whether the data are many sequences: an NPZ file, for a network of sequences."""
    if stored.encoding.targets_of != "row" and data.lower().endswith(".npz"):
        return True
    if npz is not None:
        raise UsageError(
            f"--npz {npz} is for predictions of sequences in an .npz file, by a network of the task sequences.",
            "Leave out --npz, and send the output to a file: > FILE.",
        )
    return False


def _no_options_of_rows(options: Mapping[str, Any]) -> None:
    wrong = next((name for name, value in options.items() if value not in (None, False)), None)
    if wrong is not None:
        raise UsageError(f"{wrong} is for the rows of a table, and the data are sequences.", f"Leave out {wrong}.")


def _write_sequences(stored: Any, data: str, npz_file: Any, json: bool) -> None:
    """Predict sequences; CSV, JSON, or an NPZ file."""
    pieces = _PREDICTED_SEQUENCES(stored, _SEQUENCES(data))
    if npz_file is not None:
        _WRITE_SEQUENCES(stored, list(pieces), npz_file)
        return
    (_as_json if json else _as_csv)(_SEQUENCE_TABLE(stored, one) for one in pieces)


def _save(learner: Any, file: Any) -> None:
    learner.save(file)
    output.talk(learner.summary(file))


def _as_csv(pieces: Iterator[Table]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for number, table in enumerate(pieces):
        if number == 0:  # a file that cannot be read prints no header
            writer.writerow(table)
        columns = [
            [f"{cell:.7g}" for cell in column] if isinstance(column[0], float) else column for column in table.values()
        ]
        writer.writerows(zip(*columns, strict=True))
        sys.stdout.flush()  # the process that reads these rows may wait for them before it sends the next


def _as_json(pieces: Iterator[Table]) -> None:
    opening = "["
    for table in pieces:
        for row in zip(*table.values(), strict=True):
            cells = (None if isinstance(cell, float) and not math.isfinite(cell) else cell for cell in row)
            sys.stdout.write(f"{opening}\n{json_format.dumps(dict(zip(table, cells, strict=True)))}")
            opening = ","
        sys.stdout.flush()
    sys.stdout.write("[]\n" if opening == "[" else "\n]\n")
