"""The interface of tasks: a law that turns past inputs into targets, and the losses of reference predictors.

Axis letters: B lanes or sequences, T steps, I inputs, O outputs.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.chunk import Chunk as Chunk  # noqa: PLC0414 - authors of tasks import it from here
from seqtasks.core.chunk import FixedSets as FixedSets  # noqa: PLC0414 - as Chunk
from seqtasks.core.constants import constant_outputs
from seqtasks.core.overview import Overview
from seqtasks.core.recipe import GroupRecipe, Recipe, TrainedPart

Kind = Literal["real", "binary", "class"]
TargetsOf = Literal["row", "step", "sequence"]

SEQUENCES = 10_000
TEST_LANES = 64
TEST_STEPS = 100_000
COUNTED_PER_LANE = -(-TEST_STEPS // TEST_LANES)


@final
@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes of a task's data.

    Args:
        inputs: I, the number of inputs at each step; for symbols, the number of different symbols.
        outputs: O, the number of outputs at each step; for ``class``, the number of classes K.
        kind: ``real`` (mean squared error), ``binary`` (cross-entropy of one logit) or ``class``
            (cross-entropy of K logits); cross-entropies in nats.
        symbols: Whether inputs are integers 0..I-1 in an array of shape (B, T, 1).
    """

    inputs: int
    outputs: int
    kind: Kind = "real"
    symbols: bool = False


@final
@dataclass(frozen=True, slots=True)
class Objective:
    """What a learner minimizes: everything about a task that it needs, apart from the data.

        L(weights) = sum w(t) l(t) / sum w(t)          l: the loss of a step, w: its weight

    Args:
        shapes: What the network fits. Its kind names the loss, unless there is a custom one.
        depth: Through how many evaluations of the cell the gradient has to flow to be exact: k + 1 for a lag of k.
            None if unknown.
        custom_loss: A function of targets (..., O) and outputs (..., O) that returns losses (...), such as
            ``KerasLoss``. None for the loss of the kind.
        sequence_length: How many steps a training sequence has where the trainer does not set it. None for 32, or twice
            the depth if that is more.

    Example:
        >>> Objective(Shapes(inputs=1, outputs=1, kind="binary"), depth=2).loss
        'binary'
    """

    shapes: Shapes
    depth: int | None = None
    custom_loss: Callable[[Any, Any], Any] | None = None
    sequence_length: int | None = None

    @property
    def loss(self) -> Kind | Callable[[Any, Any], Any]:
        """The custom loss, or else the kind, which :func:`seqtasks.core.loss.step_losses` takes."""
        return self.shapes.kind if self.custom_loss is None else self.custom_loss


@final
@dataclass(frozen=True, slots=True)
class Yardsticks:
    """The losses of reference predictors per counted step, in the task's own loss; None where unknown.

    Args:
        chance: The best constant.
        memoryless: The best predictor that sees only the present input.
        optimum: The best predictor that sees the whole past.
        baselines: Forecasts that need no network, by their names; the best of them is chance. Empty where chance is the
            best constant.
    """

    chance: float
    memoryless: float | None
    optimum: float | None
    baselines: Mapping[str, float] = field(default_factory=dict, repr=False)

    def skill(self, loss: float) -> float:
        """(chance - loss) / (chance - optimum): 0 at chance, 1 at the optimum (0 where that is unknown).

        Example:
            >>> Yardsticks(chance=0.1875, memoryless=0.1875, optimum=0.0).skill(0.01875)
            0.9
        """
        return (self.chance - loss) / (self.chance - (self.optimum or 0.0))


@final
@dataclass(frozen=True, slots=True)
class Output:
    """How one output of a network becomes a value in the target's own unit.

        value(t + ahead) = output(t) scale + mean + reference(t)
        reference(t) = y(t - r)                            r is its number of rows before the present row
        reference(t) = y(t - r) + y(t) - y(t - r - ahead)  with the change

    The reference is a forecast that needs no network, such as the last value; the network learns the deviation from it.

    Args:
        column: The target column's name.
        ahead: How many rows after the present row the forecast is for.
        mean: What is added to a real output.
        scale: What a real output is multiplied by.
        reference: The reference is the target's value this many rows before the present row: 0 for the present row's
            (persistence), p - ahead for that of p rows before the row forecast (a season). None for no reference.
        margins: Pairs of a coverage, such as 0.9, and half the width of the interval around a value that has it, in the
            target's own unit. Empty where no errors of a validation part are known.
        change: Whether the reference adds the latest change over r + ahead rows, a season.

    Example:
        >>> Output("load", ahead=1, mean=0.0, scale=2.0, reference=0).reference
        0
    """

    column: str
    ahead: int = 0
    mean: float = 0.0
    scale: float = 1.0
    reference: int | None = None
    margins: tuple[tuple[float, float], ...] = ()
    change: bool = False

    @property
    def earlier_rows(self) -> int:
        """How many rows before the present one the reference looks back."""
        return (self.reference or 0) + self.ahead * self.change


@final
@dataclass(frozen=True, slots=True)
class GroupEncoding:
    """What one of the series of a table has of its own.

    Args:
        label: The label of its group.
        means: What is subtracted from each input column.
        scales: What each input column is divided by.
        output_means: What is added to each real output.
        output_scales: What each real output is multiplied by.
        recipe: What it has of its own in the recipe.
    """

    label: str
    means: tuple[float, ...]
    scales: tuple[float, ...]
    output_means: tuple[float, ...]
    output_scales: tuple[float, ...]
    recipe: GroupRecipe


@final
@dataclass(frozen=True, slots=True)
class Encoding:
    """How a row of a user's file becomes an input, and an output a value in the target's own unit.

        input[t, i] = (column_i[t] - means_i) / scales_i                               lags_i = 0
        input[t, i] = (column_i[t] - column_i[t - lags_i] - means_i) / scales_i        else

    Args:
        columns: The input columns' names, I of them (one for symbols). A name may occur several times, with other lags.
        means: What is subtracted from each column.
        scales: What each column is divided by.
        outputs: What each output means: O of them for a real target, one for a binary or class target.
        classes: The labels of a binary (two: false, true) or class (K) target, in the outputs' order.
        lags: For each input, over how many rows the change of its column is taken; 0 for the value itself. Empty means
            0 for all.
        recipe: How the columns are computed from those of a file; None if they are those of the file.
        groups: Where the rows belong to several series, their means and scales, which take the place of those above.
            The scales of the outputs are 1, and their margins are in units of the scale of each group.
        trained: The training part of the series, or of each group; empty where rows are not those of a table.
        targets_of: What has a target: each row of one series; or each step of many sequences, or each whole one.
    """

    columns: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    outputs: tuple[Output, ...]
    classes: tuple[str, ...] = ()
    lags: tuple[int, ...] = ()
    recipe: Recipe | None = None
    groups: tuple[GroupEncoding, ...] = ()
    trained: tuple[TrainedPart, ...] = ()
    targets_of: TargetsOf = "row"

    @property
    def target(self) -> str:
        """The name of the (first) target column."""
        return self.outputs[0].column

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the target columns, each once. Those of a table all have the same horizons."""
        return tuple(dict.fromkeys(one.column for one in self.outputs))

    def margins(self, coverage: float) -> list[float] | None:
        """Half the width of each output's interval; None unless all have one of this coverage."""
        found = [dict(one.margins).get(coverage) for one in self.outputs]
        known = [margin for margin in found if margin is not None]
        return known if len(known) == len(found) else None

    @property
    def earlier_rows(self) -> int:
        """How many earlier rows the inputs and the references of a row need."""
        return max((*self.lags, *(one.earlier_rows for one in self.outputs)), default=0)

    @classmethod
    def plain(cls, shapes: Shapes) -> "Encoding":
        """Columns ``x`` (or ``x0``, ``x1``, ...) as they are, targets ``y``; classes named by their number."""
        count = 1 if shapes.symbols else shapes.inputs
        columns = ("x",) if count == 1 else tuple(f"x{i}" for i in range(count))
        labels = {"real": 0, "binary": 2, "class": shapes.outputs}[shapes.kind]
        targets = 1 if labels else shapes.outputs
        names = ("y",) if targets == 1 else tuple(f"y{i}" for i in range(targets))
        classes = tuple(str(k) for k in range(labels))
        zeros, ones = (0.0,) * count, (1.0,) * count
        return cls(columns, zeros, ones, tuple(map(Output, names)), classes)


class AbstractStream(ABC):
    """An endless supply of steps in B lanes that remembers where it is.

    How the steps are asked for changes nothing: two takes of 5 are one take of 10, to the bit. Lane b does not depend
    on how many lanes there are.
    """

    @abstractmethod
    def take(self, steps: int) -> Chunk:
        """The next ``steps`` steps of every lane."""

    @abstractmethod
    def state(self) -> Mapping[str, Any]:
        """The position of the stream, as plain numbers and arrays."""

    @abstractmethod
    def restore(self, state: Mapping[str, Any]) -> None:
        """Go to where :meth:`state` was taken."""


class AbstractTask(ABC):
    """A law that turns past inputs into targets. Subclasses are final and, best, frozen dataclasses of their settings.

    Targets depend on the past and present inputs only. The same seed gives the same data.
    """

    @property
    @abstractmethod
    def shapes(self) -> Shapes:
        """The shapes of the data."""

    @property
    @abstractmethod
    def depth(self) -> int | None:
        """Through how many cell evaluations the gradient has to flow to be exact (lag k: k + 1); None if unknown."""

    @property
    def objective(self) -> Objective:
        """What learners of this task minimize: the loss of its kind."""
        return Objective(self.shapes, self.depth)

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes about the data for the user, in sentences, for example about columns of a file that are left out."""
        return ()

    def overview(self) -> Overview | None:
        """What a user's data hold and how they are used; None for a task whose law makes its data.

        It is found even where the data cannot be learned as they are, for example because values are missing.
        """
        return None

    @abstractmethod
    def yardsticks(self) -> Yardsticks:
        """The losses of reference predictors, which a network is compared with."""

    @abstractmethod
    def stream(self, seed: int, lanes: int) -> AbstractStream:
        """An endless stream for training, from its start."""

    @property
    def encoding(self) -> Encoding:
        """How rows of a file are read for this task by ``seqtasks predict``."""
        return Encoding.plain(self.shapes)

    @property
    def target_delay(self) -> int | None:
        """How many steps after a step its target is known, where a run is also judged prequentially.

        None: a run is judged by frozen weights alone, as it is where the test is fresh data without end.
        """
        return None

    @property
    def sets(self) -> FixedSets | None:
        """The sets of a task whose data are finite, for trainers on whole sequences; None if sequences can be drawn."""
        return None

    def baseline_outputs(self) -> Mapping[str, NDArray[Any]]:
        """The outputs of predictors without a network in the test, by name: (O,) for constants, else (B, T, O).

        By default the constants that fit the training set, or a stream, best.
        """
        drawn = self.stream(0, TEST_LANES).take(self.test_length) if self.sets is None else self.sets.training
        return constant_outputs(self.shapes.kind, drawn.targets, drawn.weights, self.shapes.outputs)

    @property
    def sequences(self) -> int:
        """How many independent sequences a training set has where the trainer does not set it."""
        return SEQUENCES

    def sample(self, seed: int, sequences: int, length: int) -> Chunk:
        """Independent sequences: the first ``length`` steps of a stream with that many lanes."""
        return self.stream(seed, sequences).take(length)

    def split(self, seed: int, sequences: int, length: int, validation: float) -> FixedSets:
        """Sequences to train on, and others that decide which epoch is best.

        By default, the last of :meth:`sample` are for validation. Where sequences of one series overlap, a task takes
        care that no step is in both sets.

        Args:
            seed: The seed of the data.
            sequences: How many there are in all.
            length: T, how many steps each has.
            validation: The share of the sequences, or of the series, that is for validation, in [0, 1).
        """
        return FixedSets.of(self.sample(seed, sequences, length), validation)

    def whole(self, seed: int, sequences: int, length: int, lanes: int) -> Chunk:
        """Some sequences of the data of both sets of :meth:`split`; by default every n-th of those that it divides.

        Args:
            seed: The seed of the data.
            sequences: How many there are in all.
            length: T, how many steps each has.
            lanes: How many are taken.
        """
        return self.sample(seed, sequences, length).lanes_at(np.arange(lanes) * sequences // lanes)

    @property
    def test_length(self) -> int:
        """How many steps each lane of :meth:`test` has: 100 000 in all, and before them those that lack a past."""
        return COUNTED_PER_LANE + (self.depth or 1) - 1

    def test(self, seed: int) -> Chunk:
        """Fresh data to judge frozen weights on: 64 lanes, at least 100 000 counted steps, never those of training."""
        fresh = int(np.random.SeedSequence(seed).spawn(1)[0].generate_state(1, np.uint64)[0])
        return self.stream(fresh, TEST_LANES).take(self.test_length)
