"""A fixed set of sequences, shuffled in each epoch, with a validation set."""

from collections.abc import Mapping
from typing import Any, Final, Self, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.evaluation import evaluate
from seqtasks.core.memory import check_memory
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractTask, Chunk, FixedSets, Objective
from seqtasks.core.trainer import AbstractFeed, AbstractLearner
from seqtasks.errors import UsageError

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
        return cls(network, sets, batch, budget, patience, seed)

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
        drawn = task.sample(seed, sequences, length)
        if not drawn.weights.any():
            raise UsageError(
                f"No step of sequences of length {length} counts: the task needs {task.depth}.",
                f"Set length to {task.depth} or more.",
            )
        passes = epochs or (MOST_EPOCHS if patience else EPOCHS)
        budget = steps if steps is not None else passes * (sequences - held) * length
        return cls(network, FixedSets.of(drawn, validation), batch, budget, patience, seed)

    def __init__(
        self,
        network: AbstractNetwork,
        sets: FixedSets,
        batch: int,
        steps: int,
        patience: int | None,
        seed: int,
    ) -> None:
        self._network = network
        self._train, self._held = sets.training, sets.validation
        self._batch, self._patience = batch, patience
        self._total = self._whole(steps)
        self._random = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(1,))))
        self._shuffle()
        self._fed = 0
        self._best: tuple[float, Mapping[str, Any]] | None = None
        self._epochs_since = 0
        self._stopped = False

    @property
    def total(self) -> int:
        """The budget."""
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

    def learned(self, learner: AbstractLearner) -> float | None:
        """At the end of an epoch, validate and decide whether to go on."""
        if self._next < len(self._order):
            return None
        self._shuffle()
        if self._held is None:
            return None
        loss = evaluate(self._network, self._held).loss
        if self._patience is not None:
            self._judge(loss, learner, self._patience)
        return loss

    def finish(self, learner: AbstractLearner) -> float | None:
        """Within an epoch, validate once more; with patience, go back to the best there was.

        None of it is remembered, for an epoch that is to go on knows nothing of the end of a smaller budget.
        """
        loss = None
        if self._held is not None and self._next:
            loss = evaluate(self._network, self._held).loss
        if self._best is not None and not self._stopped:
            worse = self._epochs_since > 0 if loss is None else loss >= self._best[0]
            if worse:
                learner.restore(self._best[1])
        return loss

    @property
    def sets(self) -> FixedSets:
        """Those of the class."""
        return FixedSets(self._train, self._held)

    @property
    def goes_back(self) -> bool:
        """With patience."""
        return self._patience is not None

    def state(self) -> dict[str, Any]:
        """Where in which epoch, whose order is drawn again, and what was best so far."""
        return {
            "random": self._before,
            "next": self._next,
            "fed": self._fed,
            "best": None if self._best is None else list(self._best),
            "epochs_since": self._epochs_since,
            "stopped": self._stopped,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go to where the state was taken."""
        self._random.bit_generator.state = dict(state["random"])
        self._shuffle()
        self._next, self._fed = int(state["next"]), int(state["fed"])
        self._best = None if state["best"] is None else (float(state["best"][0]), state["best"][1])
        self._epochs_since, self._stopped = int(state["epochs_since"]), bool(state["stopped"])

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

    def _judge(self, loss: float, learner: AbstractLearner, patience: int) -> None:
        if self._best is None or not loss >= self._best[0]:  # whatever comes after not-a-number is better
            self._best, self._epochs_since = (loss, learner.state()), 0
            return
        self._epochs_since += 1
        if self._epochs_since >= patience:
            self._stopped = True
            learner.restore(self._best[1])
