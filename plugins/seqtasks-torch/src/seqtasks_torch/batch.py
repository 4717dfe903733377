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
    """Full backpropagation through time on whole sequences, in mini-batches and epochs.

        weights <- optimizer(weights, d/dweights sum w l / sum w)        for every mini-batch

    Args:
        sequences: The number of sequences of the data set.
        length: T, the number of steps of each; none for 32, or twice the task's depth if that is larger.
        batch_size: B, the number of sequences in a mini-batch.
        optimizer: ``adam``, ``adamw`` or ``sgd``.
        clip: The maximum global norm of a gradient; none for no limit.
        divisor: sum w l is divided by the sum of a mini-batch's ``weights``, or by the number of its ``steps`` that
            count. With ``steps``, the effect of a weight does not depend on the mini-batch.

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
        """The length of the sequences."""
        return length_for(objective, self.length)

    def learner(self, network: AbstractNetwork, objective: Objective, seed: int) -> AbstractLearner:
        """A learner of whole sequences; ``seed`` is not used.

        Raises:
            UsageError: If the network is not made of PyTorch modules, or the optimizer does not exist for them.
        """
        own = of_torch(network, "torch-batch")
        loss, updates = step_loss(objective, "torch-batch"), Updates(own, self.optimizer, self.clip)
        return BatchLearner(own, loss, updates, self.batch_size, self.divisor)

    def feed(
        self, task: AbstractTask, network: AbstractNetwork, seed: int, steps: int | None, epochs: int | None
    ) -> EpochFeed:
        """The data set, in another order in each epoch.

        Raises:
            UsageError: If no step of the sequences counts, or the data set does not fit into memory.
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
