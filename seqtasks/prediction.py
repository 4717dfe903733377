"""The command ``predict`` from Python."""

import warnings
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from seqtasks.catalogue.host import Host
from seqtasks.files import network_file
from seqtasks.lazy import LazyImport

if TYPE_CHECKING:
    from pandas import DataFrame

_LOAD = LazyImport("seqtasks.files.store:load")
_PREDICTIONS = LazyImport("seqtasks.files.prediction:predictions")
_ROWS = LazyImport("seqtasks.files.prediction:rows_of")
_LAST = LazyImport("seqtasks.files.prediction:last_of_each")
_SEQUENCES = LazyImport("seqtasks.files.sequence_prediction:sequences_of")
_PREDICTED_SEQUENCES = LazyImport("seqtasks.files.sequence_prediction:predicted")
_SEQUENCE_TABLE = LazyImport("seqtasks.files.sequence_prediction:as_table")
_LEARNING_ON = LazyImport("seqtasks.files.learning_on:LearningOn")
_AS_TABLE = LazyImport("seqtasks.files.forecast:as_table")
_AS_FRAME = LazyImport("seqtasks.files.forecast:as_frame")
_COVERAGE = LazyImport("seqtasks.files.forecast:coverage_of")


def predict(
    network: str | PathLike[str],
    data: Any,
    *,
    learn: bool = False,
    save: str | PathLike[str] | None = None,
    last: bool = False,
    interval: float | None = None,
    force: bool = False,
    plugins: Sequence[str] = (),
) -> "DataFrame":
    """Apply a saved network to the rows of a file or a frame, as ``seqtasks predict`` does.

    Args:
        network: The network file that :func:`run` or :func:`save` wrote.
        data: A file, a frame of pandas or polars, or a mapping of columns. For a network of the task ``sequences``, an
            NPZ file with the array ``X``, or sequences: (n, T, F), (n, T), or n arrays (T_i, F).
        learn: Whether the network of a table learns each row as soon as its targets are known, and is saved. Only rows
            that were not learned are predicted, each before it is learned.
        save: The file for the network that has learned; by default its own.
        last: Whether only what is predicted from the last row is returned, of each group if there are several.
        interval: The coverage of the intervals of forecasts; by default 0.9.
        force: Whether ``save`` may replace a file of another kind.
        plugins: Files or modules that provide the model, as after ``--plugin``.

    Returns:
        A row for each row of the data, or one for each horizon of it, with the columns that the command prints. Times
        are times. Of sequences, a row for each of them, or for each of their steps, where each has a target.

    Raises:
        SeqtasksError: If the file is no network file, the rows cannot be used, or the network cannot learn.

    Example:
        >>> predict("load.net", "new.csv", learn=True)  # doctest: +SKIP
                         time  ahead        load         low        high
        0 2024-04-30 01:00:00      1  331.204112  310.221731  352.186493
    """
    name = fspath(network)
    file = network_file.learned_target(name, learn, None if save is None else fspath(save), force)
    host = Host.start(plugins)
    stored = _LOAD(name, host)
    if stored.encoding.targets_of != "row" and not learn and _are_sequences(data):
        pieces = _PREDICTED_SEQUENCES(stored, _SEQUENCES(data))
        of_sequences: DataFrame = _AS_FRAME(stored.encoding, (_SEQUENCE_TABLE(stored, one) for one in pieces))
        return of_sequences
    coverage = _COVERAGE(stored.encoding, name, interval)
    learner = None
    if file is None:
        pieces = _PREDICTIONS(stored, _ROWS(stored, data), warnings.warn)
    else:
        learner = _LEARNING_ON.load().of(stored, name, host, warnings.warn)
        pieces = learner.forecaster.predictions(_ROWS(stored, data, targets=True))
    if last:
        pieces = _LAST(stored.encoding, pieces)
    found: DataFrame = _AS_FRAME(stored.encoding, (_AS_TABLE(stored.encoding, piece, coverage) for piece in pieces))
    if learner is not None and learner.forecaster.learned:
        learner.save(file)
    return found


def _are_sequences(data: Any) -> bool:
    """Whether data for a network of sequences are many of them, not the rows of one."""
    if isinstance(data, str | PathLike):
        return fspath(data).lower().endswith(".npz")
    return not hasattr(data, "columns") and not isinstance(data, Mapping)
