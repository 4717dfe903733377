"""A fixed set of sequences, shuffled in each epoch, with a validation set."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Self, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.loss import evaluated
from seqtasks.core.memory import check_memory
from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.task import AbstractTask, Chunk, FixedSets, Objective
from seqtasks.core.trainer import AbstractFeed
from seqtasks.errors import UsageError

if TYPE_CHECKING:  # scikit-learn is loaded for a run that asks for a metric
    from seqtasks.metrics import Metrics

EPOCHS: Final = 20
MOST_EPOCHS: Final = 200  # where patience ends the training
SHORTEST: Final = 32


def length_for(objective: Objective, setting: int | None) -> int:
    """The number of steps of each sequence.

    Args:
        objective: What is minimized.
        setting: The trainer's setting; None for the objective's, or else 32, or twice its depth if that is more.

    Example:
        >>> from seqtasks.core.task import Shapes
        >>> length_for(Objective(Shapes(1, 1), depth=21), None)
        42
    """
    return setting or objective.sequence_length or max(SHORTEST, 2 * (objective.depth or 1))


@final
@dataclass(frozen=True, slots=True)
class Best:
    """The epoch with the best validation.

    Args:
        epoch: Its number, from 1.
        badness: Its validation loss; or the opposite of its score, then its loss, which decides between equal scores.
        weights: The network's weights at its end.
    """

    epoch: int
    badness: tuple[float, ...]
    weights: Sequence[Array]


@final
class EpochFeed(AbstractFeed):
    """Epochs of shuffled mini-batches.

    Args:
        network: The network, for validation.
        sets: What to train on, and what to validate on.
        batch: How many sequences a mini-batch has; chunks are whole mini-batches, so that their cut changes nothing.
        steps: The budget in time steps, rounded up to whole mini-batches.
        patience: The number of epochs without a better validation loss after which training stops and the best weights
            are restored; None for no early stopping.
        seed: The seed of the order.
        metrics: The metric that patience goes by in place of the loss; None for the loss.
        whole: As many sequences as there are to train on, drawn from the data of both sets. Once patience has run out,
            or after 200 epochs, they are learned from the best weights on, for v / (1 - v) times as many epochs as the
            best one, where v is ``share``. None to end with the best weights.
        share: v, the share of the data that is for validation.

    Raises:
        UsageError: If the metric does not fit the validation set.
    """

    @classmethod
    def fixed(
        cls,
        sets: FixedSets,
        network: AbstractNetwork,
        *,
        batch: int,
        steps: int | None,
        epochs: int | None,
        seed: int,
        patience: int | None,
        metrics: "Metrics | None" = None,
    ) -> Self:
        """The sets of a task; arguments as for :meth:`drawn`.

        Raises:
            UsageError: If patience has no validation set to go by.
        """
        if patience is not None and sets.validation is None:
            raise UsageError(
                "patience needs a validation loss, and the task has no validation set.",
                "Add one, or choose a trainer without patience, such as --trainer batch.",
            )
        passes = epochs or (MOST_EPOCHS if patience else EPOCHS)
        budget = steps if steps is not None else passes * sets.training.lanes * sets.training.steps
        return cls(network, sets, batch, budget, patience, seed, metrics=metrics)

    @classmethod
    def drawn(
        cls,
        task: AbstractTask,
        network: AbstractNetwork,
        *,
        sequences: int | None,
        length: int,
        batch: int,
        steps: int | None,
        epochs: int | None,
        seed: int,
        validation: float = 0.0,
        patience: int | None = None,
        metrics: "Metrics | None" = None,
        learn_validation: bool = False,
    ) -> Self:
        """A set that is drawn from a task.

        Args:
            task: Where the sequences come from.
            network: What is validated.
            sequences: How many; None for as many as the task proposes.
            length: T.
            batch: As of the class.
            steps: The budget; None for that of the epochs.
            epochs: How many, where steps are not given; None for 20, or with patience at most 200.
            seed: Of the sequences and their order.
            validation: The share at the end of the set that is for validation, in [0, 1).
            patience: As of the class.
            metrics: As of the class.
            learn_validation: Whether the validation data are learned, too, once patience has run out.

        Raises:
            UsageError: If no step of the sequences counts, none is left to train on or, with patience, to validate on,
                or the set would not fit into memory.
        """
        sequences = sequences or task.sequences
        held = round(validation * sequences)
        if patience is not None and not held:
            raise UsageError("patience needs a validation loss, and no sequence is held back.", "Raise validation.")
        if held >= sequences:
            raise UsageError(
                f"validation={validation} of {sequences} sequences leaves none to train on.",
                "Lower validation, or raise sequences.",
            )
        numbers, before = task.shapes.inputs + task.shapes.outputs + 2, task.depth or 1
        check_memory(
            8 * sequences * (length + before) * numbers,
            f"{sequences:,} sequences x ({length:,} steps + {before:,} before) x {numbers} numbers x 8 bytes",
            "Use fewer or shorter sequences.",
        )
        sets = task.split(seed, sequences, length, validation)
        if not sets.training.weights.any():
            raise UsageError(
                f"No step of sequences of length {length} counts: the task needs {task.depth}.",
                f"Set length to {task.depth} or more.",
            )
        if patience is not None and sets.validation is None:
            raise UsageError("patience needs a validation loss, and no row is held back.", "Raise validation.")
        most = MOST_EPOCHS + (_further_epochs(validation, MOST_EPOCHS) if learn_validation else 0)
        passes = epochs or (most if patience else EPOCHS)
        budget = steps if steps is not None else passes * (sequences - held) * length
        whole = task.whole(seed, sequences, length, sets.training.lanes) if learn_validation else None
        return cls(network, sets, batch, budget, patience, seed, metrics=metrics, whole=whole, share=validation)

    def __init__(
        self,
        network: AbstractNetwork,
        sets: FixedSets,
        batch: int,
        steps: int,
        patience: int | None,
        seed: int,
        *,
        metrics: "Metrics | None" = None,
        whole: Chunk | None = None,
        share: float = 0.0,
    ) -> None:
        self._network = network
        self._train, self._held = sets.training, sets.validation
        self._sets, self._all_data, self._share = sets, whole, share
        self._batch, self._patience, self._metrics = batch, patience, metrics
        if metrics is not None and self._held is not None:
            metrics.check(self._held, "validation")
        self._total = self._whole(steps)
        self._random = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(1,))))
        self._shuffle()
        self._fed = 0
        self._epoch = 1  # of the next chunk, from 1
        self._best: Best | None = None
        self._final: int | None = None  # the incomplete epoch at the end of the budget, if it is the best
        self._stopped = False
        self._left: int | None = None  # epochs over the data of both sets
        self._held_out: Sequence[Array] | None = None  # the weights before these epochs

    @property
    def total(self) -> int:
        """The budget in steps."""
        return self._total

    def take(self, steps: int) -> Chunk | None:
        """The next whole mini-batches, at most to the end of the epoch."""
        if self._stopped or self._fed >= self._total:
            return None
        length = self._train.steps
        batches = max(1, min(steps, self._total - self._fed) // (self._batch * length))
        chosen = self._order[self._next : self._next + batches * self._batch]
        self._next += len(chosen)
        self._fed += len(chosen) * length
        return self._train.lanes_at(chosen)

    def in_order(self, values: NDArray[Any]) -> NDArray[Any]:
        """Sequence after sequence."""
        return values.ravel()

    def learned(self) -> dict[str, float] | None:
        """At the end of an epoch, validate and decide whether to go on."""
        if self._next < len(self._order):
            return None
        self._shuffle()
        if self._left is not None:
            self._count_down(self._left)
            return None
        self._epoch += 1
        if self._held is None:
            return None
        found = self._validated(self._held)
        if self._patience is not None:
            self._judge(_badness(found), self._patience)
        return found

    def finish(self) -> dict[str, float] | None:
        """Within an epoch, validate once more; with patience, restore the best weights there were.

        None of it changes the state, because an epoch that is continued must not depend on the end of a smaller budget.
        """
        if self._left is not None:
            return None
        best, self._final = self._best, None
        found = self._validated(self._held) if self._held is not None and self._next else None
        if best is not None and not self._stopped:
            if found is None or _badness(found) >= best.badness:
                self._network.load(best.weights)
            else:
                self._final = self._epoch
        return found

    def _validated(self, held: Chunk) -> dict[str, float]:
        """The validation ``loss`` and, if patience goes by another metric, the score."""
        found, outputs = evaluated(self._network, held)
        return {"loss": found.loss, **({} if self._metrics is None else self._metrics(held, outputs))}

    @property
    def sets(self) -> FixedSets:
        """The fixed sets that the feed draws from."""
        return self._sets

    @property
    def held_out_weights(self) -> Sequence[Array] | None:
        """The best weights, if the validation data were learned since."""
        return self._held_out

    @property
    def stopped(self) -> bool:
        """Whether patience has run out."""
        return self._stopped

    def keep(self) -> None:
        """Load the best weights, if patience has run out."""
        if self._stopped and self._best is not None:
            self._network.load(self._best.weights)

    @property
    def best_epoch(self) -> int | None:
        """With patience, the epoch with the best validation loss; the last one may be incomplete."""
        return self._final or (None if self._best is None else self._best.epoch)

    def state(self) -> dict[str, Any]:
        """Where in which epoch, whose order is drawn again, and what was best so far."""
        best = self._best
        return {
            "random": self._before,
            "next": self._next,
            "fed": self._fed,
            "epoch": self._epoch,
            "best": None if best is None else {name: getattr(best, name) for name in ("epoch", "badness", "weights")},
            "stopped": self._stopped,
            "left": self._left,
            "held_out": self._held_out,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go to where the state was taken."""
        self._random.bit_generator.state = dict(state["random"])
        self._shuffle()
        self._next, self._fed = int(state["next"]), int(state["fed"])
        self._epoch, self._stopped = int(state["epoch"]), bool(state["stopped"])
        self._left, self._held_out = state["left"], state["held_out"]
        if self._left is not None and self._all_data is not None:
            self._train = self._all_data
        self._best = (
            None if state["best"] is None else Best(**{**state["best"], "badness": tuple(state["best"]["badness"])})
        )
        self.keep()

    def _shuffle(self) -> None:
        """The order of a new epoch."""
        self._before = dict(self._random.bit_generator.state)
        self._order = self._random.permutation(self._train.lanes)
        self._next = 0

    def _whole(self, steps: int) -> int:
        epoch = self._train.lanes * self._train.steps
        epochs, rest = divmod(steps, epoch)
        size = self._batch * self._train.steps
        return epochs * epoch + min(epoch, -(-rest // size) * size)

    def _judge(self, badness: tuple[float, ...], patience: int) -> None:
        """Compare the epoch that has just ended with the best one."""
        epoch = self._epoch - 1
        if self._best is None or badness < self._best.badness:
            self._best = Best(epoch, badness, self._network.weights())
        is_last = self._all_data is not None and epoch >= MOST_EPOCHS
        if is_last or epoch - self._best.epoch >= patience:
            self._go_back(self._best)

    def _go_back(self, best: Best) -> None:
        """Restore the best weights, and go on with the data of both sets if that is wanted."""
        self._network.load(best.weights)
        if self._all_data is None:
            self._stopped = True
            return
        self._train, self._held_out = self._all_data, best.weights
        self._left = _further_epochs(self._share, best.epoch)

    def _count_down(self, left: int) -> None:
        """End the training after the last epoch over the data of both sets."""
        assert self._best is not None
        self._left = left - 1
        if not self._left:
            self._stopped, self._best = True, replace(self._best, weights=self._network.weights())


def _further_epochs(share: float, best: int) -> int:
    """How many epochs over the data of both sets make up for a validation set that was not learned until then."""
    return max(1, round(share / (1.0 - share) * best))


def _badness(found: Mapping[str, float]) -> tuple[float, ...]:
    """As of :class:`Best`; a loss or a score that is not a number is the worst."""
    loss, *scores = found.values()
    return (*(math.inf if math.isnan(score) else -score for score in scores), math.inf if math.isnan(loss) else loss)
