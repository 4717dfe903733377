"""The trainer ``torch-batch``."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, final

from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractTask, Objective
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer
from seqtasks.feeds.epochs import EpochFeed, length_for
from seqtasks.spec.parameter import Names, Range
from seqtasks_torch.batch_learner import BatchLearner
from seqtasks_torch.loss import step_loss
from seqtasks_torch.network import of_torch
from seqtasks_torch.updates import Updates


@final
@dataclass(frozen=True)
class TorchBatch(AbstractTrainer):
    """Whole sequences from the initial state, gradients through all of each, epoch after epoch.

        weights <- optimizer(weights, d/dweights sum w l / sum w)        for every mini-batch

    Args:
        sequences: How many sequences the set has.
        length: T, how many steps each has; none for 32, or twice the task's depth if that is more.
        batch_size: B, how many sequences lead to one update.
        optimizer: ``adam``, ``adamw`` or ``sgd``.
        clip: The greatest global norm of a gradient; none for no limit.
        divisor: What sum w l is divided by: the sum of a mini-batch's ``weights``, or the number of its ``steps`` that
            count, so that a weight counts in a small mini-batch as it does among all sequences.

    Example:
        >>> from seqtasks.tasks.prev_bit import PrevBit
        >>> TorchBatch().truncation_length(PrevBit().objective)
        32

    Source: backpropagation through time, Werbos (1990), Proceedings of the IEEE 78(10).
    """

    sequences: Annotated[int, Range(low=1, high=100_000_000)] = 10_000
    length: Annotated[int | None, Range(low=1, high=1_000_000)] = None
    batch_size: Annotated[int, Range(low=1, high=1_000_000)] = 512
    optimizer: Annotated[Any, Names("optimizers")] = "adam:learning_rate=0.01"
    clip: Annotated[float | None, Range(above=0)] = 1.0
    divisor: Literal["weights", "steps"] = "weights"

    def truncation_length(self, objective: Objective) -> int:
        """The sequences' length."""
        return length_for(objective, self.length)

    def learner(self, network: AbstractNetwork, objective: Objective, seed: int) -> AbstractLearner:
        """A learner of whole sequences; nothing in it is random.

        Raises:
            UsageError: If the network is not made of PyTorch modules, or there is no such optimizer for them.
        """
        own = of_torch(network, "torch-batch")
        loss, updates = step_loss(objective, "torch-batch"), Updates(own, self.optimizer, self.clip)
        return BatchLearner(own, loss, updates, self.batch_size, self.divisor)

    def feed(
        self, task: AbstractTask, network: AbstractNetwork, seed: int, steps: int | None, epochs: int | None
    ) -> EpochFeed:
        """The set of sequences, again and again, in another order each time.

        Raises:
            UsageError: If no step of the sequences counts, or the set would not fit into memory.
        """
        return EpochFeed.drawn(
            task,
            network,
            sequences=self.sequences,
            length=self.truncation_length(task.objective),
            batch=self.batch_size,
            steps=steps,
            epochs=epochs,
            seed=seed,
        )
