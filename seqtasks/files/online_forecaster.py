"""Prequential forecasts of the rows of a file: each row is predicted, and learned as soon as its targets are known."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.loss import step_losses
from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.recipe import Derived, Recipe
from seqtasks.core.trainer import AbstractStreamLearner
from seqtasks.errors import DataError
from seqtasks.files.pending_steps import PendingSteps
from seqtasks.files.prediction import Predicted
from seqtasks.files.row_encoder import RowEncoder
from seqtasks.files.store import Stored
from seqtasks.tables.columns import Columns, before_bad_cell
from seqtasks.tables.live import Cleaner
from seqtasks.tables.series_state import SeriesState

MARK: Final = "\0missing "  # and a target: a column that says where it is missing, of a name that no file has


@final
@dataclass(frozen=True, slots=True)
class Tally:
    """The losses of rows that were predicted before they were learned.

    Args:
        rows: How many rows.
        learning: The sum of the losses of the network that learns on.
        frozen: That of the network that the training left.
    """

    rows: int = 0
    learning: float = 0.0
    frozen: float = 0.0


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """The position in a series.

    Args:
        stream: What the learner carries on.
        state: The state of the frozen network.
        rows: How many rows have come.
        pending: Those that are not learned yet.
    """

    stream: Mapping[str, Any]
    state: Any
    rows: int
    pending: PendingSteps | None


@final
class OnlineForecaster:
    """A network that forecasts row after row and learns on.

    The weights are those that have learned all rows whose targets are known where a target is one row ahead. Where the
    farthest target is d > 1 rows ahead, d rows are learned at a time. How the rows come in pieces changes nothing.

    Rows of the training are not learned again: they only lead the state on. They are recognized by their time, or are
    the first rows where rows have no times.

    Args:
        stored: The network and its encoding.
        learner: The learner of its weights, in one lane.
        frozen: A network with the weights that the training left.
        note: Receives sentences on what is unusual in the rows.

    Source: Dawid (1984), J. R. Statist. Soc. A 147(2): prequential, that is predictive sequential.
    """

    def __init__(
        self,
        stored: Stored,
        learner: AbstractStreamLearner,
        frozen: AbstractNetwork,
        note: Callable[[str], None] = warnings.warn,
    ) -> None:
        encoding = stored.encoding
        assert encoding.recipe is not None  # as the encoding of every table has
        self._encoding, self._learner, self._frozen, self._note = encoding, learner, frozen, note
        self._kind = stored.network.shapes.kind
        self._farthest = max(one.ahead for one in encoding.outputs)
        self._encoder = RowEncoder(encoding, stored.network.shapes)
        self._fresh = _Place(learner.stream_state(), frozen.initial_state(1), 0, None)
        self._places: dict[int, _Place] = {}
        self._cleaner = self._new_cleaner(encoding.recipe)
        self._resumed = self._warned = False
        self.tally = Tally()
        self.learned = 0  # rows by this object
        self._mark: dict[str, Any] = {}
        self._complete()

    def _new_cleaner(self, recipe: Recipe) -> Cleaner:
        targets = self._encoding.targets
        marks = tuple(Derived(MARK + name, name, "missing") for name in targets)
        common = replace(recipe, derived=(*recipe.derived, *marks))
        groups = {one.label: one.recipe.applied(common) for one in self._encoding.groups}
        labels = targets if self._encoding.classes else ()
        return Cleaner(common, self._encoder.needed, self._note, groups, labels)

    def predictions(self, pieces: Iterable[Columns]) -> Iterator[Predicted]:
        """The predictions for the rows that were not learned, piece by piece.

        Raises:
            DataError: If a column is missing, a cell cannot be used, or the network diverges.
        """
        last = None
        for piece in self._cleaner.clean(pieces):
            last = piece
            numbers, error = before_bad_cell(piece, self._checked)
            count = len(next(iter(numbers.values())))
            if count:
                found = self._followed(piece.head(count), numbers)
                self._complete()
                if found is not None:
                    yield found
            if error is not None:
                raise error
        if last is not None:
            self._check_end(last)

    def _checked(self, piece: Columns) -> dict[str, NDArray[np.float64]]:
        """The numbers of the columns that are used; those of the targets are checked, too."""
        for name in () if self._encoding.classes else self._encoding.targets:
            piece.values(name)
        return self._encoder.numbers(piece)

    def _followed(self, piece: Columns, numbers: Mapping[str, NDArray[np.float64]]) -> Predicted | None:
        """Learn and predict a piece, in which rows of one series after another are taken together."""
        codes = self._encoder.codes(piece)
        ends = [*(np.flatnonzero(np.diff(codes)) + 1).tolist(), piece.rows]
        outputs, references, new = [], [], []
        for first, end in zip([0, *ends], ends, strict=False):
            rows, code = slice(first, end), int(codes[first])
            found = self._series(piece.take(rows), {name: own[rows] for name, own in numbers.items()}, code)
            outputs.append(found.learning[found.new])
            references.append(found.references[found.new])
            new.append(found.new)
        kept = np.flatnonzero(np.concatenate(new))
        if not kept.size:
            return None
        self.learned += kept.size
        values = self._encoder.values(np.concatenate(outputs), np.concatenate(references), codes[kept])
        return Predicted(piece.take(kept), values, self._encoder.units(codes[kept]))

    def _series(self, rows: Columns, own: Mapping[str, NDArray[np.float64]], code: int) -> PendingSteps:
        """Learn and predict rows that follow one another in a series."""
        place = self._places.get(code, self._fresh)
        inputs, references = self._encoder.encoded(own, code)
        outputs, state = self._frozen.run(inputs[None], np.zeros((1, len(inputs)), np.bool_), place.state)
        targets, observed = self._targets(rows)
        new = self._new(rows, inputs, place, code)
        steps = PendingSteps(inputs, references, targets, observed, new, np.full_like(outputs[0], np.nan), outputs[0])
        self._learner.resume_stream(place.stream)
        old = len(steps) - int(new.sum())
        pending = self._learn_all(_joined(place.pending, steps.take(slice(old))), code) if old else place.pending
        if old < len(steps):
            follow = self._follow_each if self._farthest <= 1 else self._follow_blocks
            steps.learning[old:], pending = follow(pending, steps.take(slice(old, None)), code)
        self._places[code] = _Place(self._learner.stream_state(), state, place.rows + len(steps), pending)
        if not self._learner.is_finite:
            raise DataError(
                f"{rows.file}: learning on diverged at rows up to {rows.number(len(steps) - 1)}.",
                "Correct values that are far from the others, or leave out --learn (learn=True).",
            )
        return steps

    def _learn_all(self, steps: PendingSteps, code: int) -> PendingSteps:
        """Learn all steps whose targets are known; returns the others."""
        count = max(len(steps) - self._farthest, 0)
        if count:
            self._learner.learn(self._chunk(steps, count, code))
        return steps.take(slice(count, None))

    def _follow_each(self, pending: PendingSteps | None, rows: PendingSteps, code: int) -> tuple[Array, PendingSteps]:
        """Learn each step before the next is predicted, all in one call; the outputs for the rows."""
        steps = _joined(pending, rows)
        before, count = len(steps) - len(rows), len(steps) - self._farthest
        outputs = []
        if count:
            chunk = self._chunk(steps, count, code)
            outputs.append(self._learner.follow(chunk)[1][0])
        if count < len(steps):
            outputs.append(self._predict(steps.take(slice(count, None))))
        steps.learning[before:] = found = np.concatenate(outputs)[before:]
        if count:
            self._count(steps, chunk)
        return found, steps.take(slice(count, None))

    def _follow_blocks(self, pending: PendingSteps | None, rows: PendingSteps, code: int) -> tuple[Array, PendingSteps]:
        """Learn as many steps at a time as a target lies ahead; the outputs for the rows."""
        delay, done, outputs = self._farthest, 0, []
        while done < len(rows):
            before = 0 if pending is None else len(pending)
            pending = _joined(pending, rows.take(slice(done, done + 2 * delay - before)))
            pending.learning[before:] = found = self._predict(pending)[before:]
            outputs.append(found)
            done += len(found)
            if len(pending) == 2 * delay:
                chunk = self._chunk(pending, delay, code)
                self._learner.learn(chunk)
                self._count(pending, chunk)
                pending = pending.take(slice(delay, None))
        assert pending is not None  # there is a row
        return np.concatenate(outputs), pending

    def _predict(self, steps: PendingSteps) -> Array:
        found: Array = self._learner.predict(steps.inputs[None], np.zeros((1, len(steps)), np.bool_))[0]
        return found

    def _chunk(self, steps: PendingSteps, count: int, code: int) -> Any:
        unit = self._encoder.output_means[code], self._encoder.output_scales[code]
        return steps.chunk(count, self._encoding, self._kind, unit)

    def _count(self, steps: PendingSteps, chunk: Any) -> None:
        """Add the losses of steps that count and were predicted before they were learned."""
        counted = (chunk.weights[0] > 0) & steps.new[: chunk.steps]
        each = [
            step_losses(self._kind, chunk.targets[0, counted][None], outputs[: chunk.steps][counted][None]).sum()
            for outputs in (steps.learning, steps.frozen)
        ]
        now = self.tally
        self.tally = Tally(now.rows + int(counted.sum()), now.learning + float(each[0]), now.frozen + float(each[1]))

    def _targets(self, rows: Columns) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """The target columns (N, C), and where they are known."""
        names, classes = self._encoding.targets, self._encoding.classes
        observed = np.stack([rows.numbers(MARK + name) == 0 for name in names], axis=1)
        if not classes:
            return np.stack([rows.values(name) for name in names], axis=1), observed
        codes = {label: code for code, label in enumerate(classes)}
        written = rows.written(names[0])
        found = np.array([[codes.get(str(label), -1)] for label in written], np.float64)
        unknown = np.flatnonzero((found[:, 0] < 0) & observed[:, 0])
        if unknown.size:
            self._say(
                f"{rows.file}: column {names[0]}, row {rows.number(int(unknown[0]))} is {written[unknown[0]]}, a label "
                "that the network was not trained on; such rows are not learned."
            )
        return found, observed & (found >= 0)

    def _new(self, rows: Columns, inputs: Array, place: _Place, code: int) -> NDArray[np.bool_]:
        """(N,) which rows are none of the training."""
        if self._resumed and place.rows:
            return np.ones(rows.rows, np.bool_)
        part, recipe = self._encoding.trained[code], self._encoding.recipe
        assert recipe is not None
        if part.time:
            new = np.asarray(rows.arrays[recipe.time] > np.datetime64(part.time))
            if new[0] and not place.rows:
                self._say(
                    f"{rows.file} begins after the rows of the training, so the network begins without a past. Pass a "
                    "file that begins earlier to bring its state to the first new row."
                )
            return new
        last = part.rows - 1 - self._farthest - place.rows  # the last row that the training learned, among these
        known = part.inputs and recipe.missing != "interpolate" and 0 <= last < len(inputs)
        if known and not np.allclose(inputs[last], part.inputs, rtol=1e-4, atol=1e-5):
            raise DataError(
                f"{rows.file}: row {rows.number(last)} is not that of the training: which rows are new is not known.",
                "Pass the training file, with later rows at its end; a column of times also identifies new rows.",
            )
        return np.arange(place.rows, place.rows + rows.rows) >= part.rows

    def _check_end(self, last: Columns) -> None:
        """Say so if no row was new."""
        if self.learned:
            return
        if self._encoding.trained[0].time:
            self._note(f"{last.file} has no row that is later than those of the training; nothing is predicted.")
            return
        raise DataError(
            f"{last.file} holds {last.number(last.rows - 1)} rows, and the network was trained on "
            f"{sum(one.rows for one in self._encoding.trained)}.",
            "Pass the training file, with later rows at its end.",
        )

    def _say(self, sentence: str) -> None:
        if not self._warned:
            self._warned = True
            self._note(sentence)

    def _complete(self) -> None:
        """Remember the state after a piece: an interruption goes back to it."""
        self._mark = {
            "learner": self._learner.snapshot(),
            "places": dict(self._places),
            "earlier": self._encoder.state(),
            "cleaner": self._cleaner.states,
            "tally": self.tally,
        }

    def state(self) -> dict[str, Any]:
        """The state after the last complete piece, for :meth:`restore`: numbers, texts and arrays."""
        mark = self._mark
        self._learner.roll_back(mark["learner"])
        self._places, self.tally = dict(mark["places"]), mark["tally"]
        series = {
            str(code): {
                "stream": _arrays(place.stream),
                "state": [*map(np.asarray, place.state)],
                "rows": place.rows,
                "pending": None if place.pending is None else place.pending.to_tree(),
            }
            for code, place in self._places.items()
        }
        tally = {"rows": self.tally.rows, "learning": self.tally.learning, "frozen": self.tally.frozen}
        return {
            "learner": self._learner.state(),
            "frozen": self._frozen.weights(),
            "series": series,
            "earlier": mark["earlier"],
            "cleaner": {label: state.to_tree() for label, state in mark["cleaner"].items()},
            "tally": tally,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on after the rows of another file, where :meth:`state` was taken."""
        self._learner.restore(state["learner"])
        self._frozen.load(state["frozen"])
        self._encoder.restore(state["earlier"])
        self._cleaner.resume({label: SeriesState.of_tree(tree) for label, tree in state["cleaner"].items()})
        self.tally = Tally(**state["tally"])
        for code, one in state["series"].items():
            pending = None if one["pending"] is None else PendingSteps.of_tree(one["pending"])
            self._places[int(code)] = _Place(one["stream"], tuple(one["state"]), int(one["rows"]), pending)
        self._resumed = True
        self._complete()


def _joined(pending: PendingSteps | None, rows: PendingSteps) -> PendingSteps:
    return rows if pending is None else pending.and_later(rows)


def _arrays(stream: Mapping[str, Any]) -> dict[str, Any]:
    return {name: [*map(np.asarray, each)] if isinstance(each, list) else each for name, each in stream.items()}
