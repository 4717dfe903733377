"""A user's table of rows in time order: predict one of its columns some rows ahead."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike, fspath
from typing import Annotated, Any, Final, Literal, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.overview import Overview
from seqtasks.core.real_series import located
from seqtasks.core.task import AbstractStream, AbstractTask, Chunk, Encoding, FixedSets, Objective, Shapes, Yardsticks
from seqtasks.errors import DataError, SeqtasksError, UsageError
from seqtasks.spec.parameter import Range
from seqtasks.tables.arrangement import Settings
from seqtasks.tables.cleaning import clean
from seqtasks.tables.columns import Columns
from seqtasks.tables.dialect import decimal_point, separator
from seqtasks.tables.frame import as_frame, columns_of, label_of
from seqtasks.tables.table_file import read_columns
from seqtasks.tasks.horizons import Horizons
from seqtasks.tasks.table_data import TableData, prepare
from seqtasks.tasks.table_overview import overview
from seqtasks.tasks.table_stream import TableStream

SHORTEST, LONGEST, HUNDREDTH = 32, 512, 100  # steps of a sequence
VIEWS: Final = 4  # of each row in an epoch
FEWEST, MOST = 200, 10_000  # sequences


@final
@dataclass(frozen=True)
class Table(AbstractTask):
    """Predict a column of your own CSV, Parquet or NPZ file some rows ahead.

        y[t] = target columns at row t + ahead,  x[t] = input columns at row t
        the network learns (y[t] - reference[t] - mean) / scale

    The last part of the rows is the test part. It is judged once, in time order, from the state that the training part
    leaves, and decides nothing else; no training target lies in it. Inputs and a real target are standardised by the
    training part. The stream is pass after pass over the training part, each an episode; independent sequences are
    windows of it. The seed moves windows, never the data.

    A network does not extrapolate, so a real target is learned as its deviation from a reference forecast: the mean,
    the last value (persistence), the value a period ago (seasonal persistence), or that value plus the latest change
    over a period, as if this change persisted. By default it is the one with the least squared error in the training
    part; the last of them is for up to 25 periods, and has to be better by a quarter. Unless that is the mean, the
    inputs hold the target's changes from one row ago and from a period ago as well. They do not hold its value where
    the means of the two halves of the training part differ by more than half a standard deviation. Chance is the best
    of the first three on the test part (for labels, the training part's frequencies); the best possible predictor is
    unknown.

    Args:
        path: A file whose name ends in .csv, .tsv or .txt, which may be compressed, or in .parquet, .feather, .npz or
            .sqlite; or one of the series that come with seqtasks, such as seqtasks:sunspots.
        target: The column to predict, or several columns of numbers, of which each has its own reference, mean and
            scale. The loss is the mean over them.
        inputs: The columns seen; every one with a number in it if not given, the target's own past included. True
            is 1 and False 0.
        ahead: How many rows ahead the target lies; 1-24 is an output for each of these numbers of rows, and 0 predicts
            it from the other columns of its own row.
        kind: What the target is: real, binary or class; auto takes two labels as binary, other numbers as real,
            other texts as class. Labels stay as they are in the file.
        reference: What the network learns the deviation from; auto takes the best in the training part. Where no period
            is known, seasonal is the last value.
        period: After how many rows the target repeats itself; none to find it, 1 for not at all.
        test_share: The share of the rows, the last ones, in the test part.
        time: The column that holds the times of the rows, by which they are sorted; auto takes the only column that
            holds times, and none takes the rows in the order of the file.
        calendar: Units of the calendar that are inputs, each as a sine and a cosine: minute, hour, weekday, day,
            yearday, month.
        missing: What is done about missing values: error counts them; forward takes the last known value; interpolate
            the line between known neighbours, in inputs of the training part, and else the last known value; mask the
            mean, with an input that is 1 where a value is missing; drop leaves the row out. A missing target does not
            count, whatever fills it.
        categories: The greatest number of labels of a text column that becomes inputs: one for each label, 1 where
            the cell has it, else 0.
        known: Columns that are known in advance: the input at row t is the value at row t + ahead. Not with
            missing=drop.
        group: The column whose labels tell several series of one file apart, such as a store. Each group is a series of
            its own, with its own training and test part, mean and scale; one network learns all of them.
        sep: What separates the cells of CSV: comma, semicolon, tab or bar; auto finds it.
        decimal: The decimal mark of CSV: point or comma; auto finds it.
        query: The SQL query whose rows are the table, for an SQLite database.

    Example:
        >>> import tempfile
        >>> with tempfile.NamedTemporaryFile("wb", suffix=".npz") as file:
        ...     np.savez(file, level=np.arange(10.0))
        ...     file.flush()
        ...     round(Table(file.name, target="level", reference="mean").yardsticks().chance, 4)
        0.1905
    """

    path: str
    target: tuple[str, ...]
    inputs: tuple[str, ...] = ()
    ahead: str = "1"
    kind: Literal["auto", "real", "binary", "class"] = "auto"
    reference: Literal["auto", "mean", "last", "seasonal", "seasonal-change"] = "auto"
    period: Annotated[int | None, Range(low=1)] = None
    test_share: Annotated[float, Range(above=0, below=1)] = 0.2
    time: str = "auto"
    calendar: tuple[str, ...] = ()
    missing: Literal["error", "forward", "interpolate", "mask", "drop"] = "error"
    categories: Annotated[int, Range(low=0)] = 20
    known: tuple[str, ...] = ()
    group: str = ""
    sep: str = "auto"
    decimal: str = "auto"
    query: str = ""

    @classmethod
    def of(cls, data: Any, target: str | Sequence[str], **settings: Any) -> "Table":
        """The task of a frame in memory, or of a file.

        Args:
            data: A frame of pandas or polars, a mapping of columns, or the path of a file.
            target: The column to predict, or several.
            settings: The other settings.

        Raises:
            UsageError: If it is no such frame, or a setting is wrong.

        Example:
            >>> Table.of({"level": np.arange(10.0)}, "level").shapes.inputs
            1
        """
        if isinstance(data, str | PathLike):
            return cls(fspath(data), _names(target), **settings)
        frame = as_frame(data)
        task = cls(label_of(frame), _names(target), **settings)
        task.__dict__["_columns"] = columns_of(task.path, frame)  # in place of the file's
        return task

    def __post_init__(self) -> None:
        """Check the settings before the file is read.

        Raises:
            UsageError: If ahead is not a number or a range, an input or a target is named twice, none is the target, an
                input is the number to predict, or several targets are to be labels.
        """
        object.__setattr__(self, "ahead", str(self.ahead))  # so that 24 and "24" are one task
        object.__setattr__(self, "target", _names(self.target))  # so that "load" and ["load"] are one task
        horizons = Horizons.of(self.ahead)
        for setting, names in (("inputs", self.inputs), ("target", self.target)):
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise UsageError(f"{setting} names column {twice} twice.", "Name each column once.")
        if not self.target:
            raise UsageError("target names no column.", "Name the column to predict, or several.")
        if len(self.target) > 1 and self.kind in ("binary", "class"):
            raise UsageError(
                f"kind={self.kind} is for one target, and target names {', '.join(self.target)}.",
                "Leave kind out, or choose one target.",
            )
        answer = next((name for name in self.target if name in self.inputs), None)
        if horizons.first == 0 and answer is not None:
            raise UsageError(
                f"With ahead=0 the target {answer} cannot be an input: the network would read the answer.",
                "Choose ahead=1 or more, or other inputs.",
            )

    @property
    def shapes(self) -> Shapes:
        """One input per column; one output for each target and horizon, or one per class."""
        return self._data.shapes

    @property
    def depth(self) -> None:
        """None: the number of steps that gradients need is unknown."""

    @property
    def target_delay(self) -> int:
        """As many rows as the farthest target lies ahead; one at least, because a row is predicted before it ends."""
        return max(1, Horizons.of(self.ahead).last)

    @property
    def encoding(self) -> Encoding:
        """The names, means and scales of the columns and of the target, and its classes."""
        return self._data.encoding

    @property
    def notes(self) -> tuple[str, ...]:
        """The columns that are not inputs by default, and the reasons."""
        return self._data.notes

    def overview(self) -> Overview:
        """Rows, times, columns, parts, and the target; where values are missing, without the reference.

        Raises:
            UsageError: If a setting does not fit the file.
            DataError: If the file cannot be read or its rows cannot be ordered.

        Example:
            >>> Table.of({"level": np.arange(10.0)}, "level").overview().test
            Part(rows=2, first='9', last='10')
        """
        try:
            references = self._data.references
        except SeqtasksError:
            references = {}
        return overview(self._columns, self._settings, self.period, references)

    def yardsticks(self) -> Yardsticks:
        """Chance on the test part; memoryless and optimum are unknown.

        Raises:
            DataError: If chance is 0, so that no network can be better.
        """
        baselines = self._data.baselines
        best = min(baselines, key=lambda name: baselines[name])
        if baselines[best] == 0:
            raise DataError(
                f"{self.path}: the {best} of {' and '.join(self.target)} is without error in the test part.",
                "Choose a larger test_share or another target.",
            )
        return Yardsticks(baselines[best], None, None, baselines)

    def baseline_outputs(self) -> dict[str, NDArray[np.float64]]:
        """The mean, persistence and seasonal persistence, or the frequencies of labels in the training part."""
        found, unit = self._data.truth.baseline_outputs(), self._data.test().unit
        return found if unit is None else {name: each[unit.rows] for name, each in found.items()}

    @property
    def objective(self) -> Objective:
        """Sequences of 32 steps, of two periods, or of a hundredth of the training part, whichever is longest.

        A hundredth counts up to 512 steps, and no sequence is longer than half of the training part, less the distance
        of the horizons: of that of the longest group, if there are several.
        """
        longest, period = int(self._data.training.max()), max(one or 1 for one in (*self._data.periods.values(), 1))
        length = max(SHORTEST, 2 * period, min(LONGEST, longest // HUNDREDTH))
        horizons = Horizons.of(self.ahead)
        most = (longest - (horizons.last - horizons.first)) // 2
        return Objective(self.shapes, self.depth, sequence_length=max(1, min(length, most)))

    @property
    def sequences(self) -> int:
        """As many as see each row of the training part four times, at least 200 and at most 10 000."""
        length = self.objective.sequence_length or 1
        return int(np.clip(VIEWS * int(self._data.training.sum()) // length, FEWEST, MOST))

    def stream(self, seed: int, lanes: int) -> AbstractStream:
        """Repeated passes over the training part, equal for all seeds; each lane starts at another row."""
        return TableStream(self._data, lanes)

    def sample(self, seed: int, sequences: int, length: int) -> Chunk:
        """Windows of the training part at random positions, sorted by time; none holds rows of two groups.

        Raises:
            UsageError: If a window is longer than the training part.
        """
        return self._windows(seed, sequences, length, self._data.training)

    def split(self, seed: int, sequences: int, length: int, validation: float) -> FixedSets:
        """Windows of the training part without its last rows, and these rows, each of which counts once.

        The state of a validation window begins with half a window of earlier rows, which do not count. Of several
        horizons, no window to train on holds a row whose farthest target is a target of the validation.

        Raises:
            UsageError: If a window is longer than the rows to train on.
        """
        training = self._data.training
        first = training - np.round(validation * training).astype(np.intp)
        horizons = Horizons.of(self.ahead)
        rows = np.maximum(first - (horizons.last - horizons.first if validation else 0), 1)
        windows = self._windows(seed, sequences - round(validation * sequences), length, rows)
        held = self._data.windows_between(first, training, length)
        return FixedSets(windows, held)

    def whole(self, seed: int, sequences: int, length: int, lanes: int) -> Chunk:
        """Windows of the whole training part."""
        return self.sample(seed, lanes, length)

    def _windows(self, seed: int, sequences: int, length: int, rows: NDArray[np.intp]) -> Chunk:
        """Windows of the first rows of each group (G,) at random positions."""
        longest = int(rows.max())
        if length > longest:
            raise UsageError(
                f"A sequence of {length} steps does not fit the rows of {self.path} to train on, which are {longest}.",
                f"Choose a length of at most {longest}.",
            )
        return self._data.windows(seed, sequences, length, rows)

    def test(self, seed: int) -> Chunk:
        """A lane for each group, in time order; only steps whose targets all lie in the test part count."""
        return self._data.test()

    @cached_property
    def _columns(self) -> Columns:
        return read_columns(located(self.path), separator(self.sep), decimal_point(self.decimal), self.query)

    @cached_property
    def _data(self) -> TableData:
        table = clean(self._columns, self._settings)
        return prepare(table, self.target, self.kind, Horizons.of(self.ahead), self.reference, self.period)

    @property
    def _settings(self) -> Settings:
        """The settings of the table that this task asks for."""
        return Settings(
            targets=self.target,
            horizons=tuple(Horizons.of(self.ahead)),
            inputs=tuple(self.inputs),
            labels={"auto": None, "real": False}.get(self.kind, True),
            time=self.time,
            calendar=tuple(unit for one in self.calendar for unit in one.split("+")),
            missing=self.missing,
            categories=self.categories,
            known=tuple(self.known),
            test_share=self.test_share,
            group=self.group,
            separator=separator(self.sep),
            decimal=decimal_point(self.decimal),
            query=self.query,
        )


def _names(target: str | Sequence[str]) -> tuple[str, ...]:
    return (target,) if isinstance(target, str) else tuple(target)
