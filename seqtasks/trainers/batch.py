"""Training on a fixed set of whole sequences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, final

from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractTask, Objective
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer
from seqtasks.errors import UsageError
from seqtasks.feeds.epochs import EpochFeed, length_for
from seqtasks.keras.batch_loop import BatchLearner
from seqtasks.keras.network import of_keras
from seqtasks.lazy import LazyImport
from seqtasks.spec.parameter import Names, Range

VALIDATION: Final = 0.1  # of a set that is drawn
LOSS: Final = "loss"

_METRICS: Final = LazyImport("seqtasks.metrics:Metrics")
_CHECK_NAMES: Final = LazyImport("seqtasks.metrics:check_names")


@final
@dataclass(frozen=True)
class Batch(AbstractTrainer):
    """Whole sequences from the initial state, gradients through all of each, epoch after epoch.

        weights <- optimizer(weights, d/dweights sum w l / sum w)        for every mini-batch

    Args:
        sequences: How many sequences the set has; none for as many as the task proposes, 10 000 for most.
        length: T, how many steps each has; none for what the task proposes, or else 32, or twice the task's depth if
            that is more.
        batch_size: B, how many sequences lead to one update.
        validation: The share of the set that is held back, in [0, 1); none for the validation set of a task that has
            one, or else 0.1.
        patience: The number of epochs without a better validation loss after which training stops and the best weights
            are restored; none for no early stopping.
        monitor: What the best weights and patience go by on the validation set: the loss, or the name of a scorer of
            scikit-learn, such as f1_macro or r2.
        learn_validation: Whether the network learns sequences of the whole data, those of the validation included, once
            patience has run out, or after 200 epochs: v / (1 - v) e epochs of as many sequences from the best weights
            on, where v is the share of the validation and e is the best epoch.
        optimizer: Any Keras optimizer.
        clip: The maximum global norm of a gradient; none for no limit.
        divisor: What sum w l is divided by: the sum of a mini-batch's ``weights``, or the number of its ``steps`` that
            count, so that a weight counts in a small mini-batch as it does among all sequences.

    Example:
        >>> Batch(length=10).length
        10

    Source: backpropagation through time, Werbos (1990), Proceedings of the IEEE 78(10); learning the validation
    set, too, Goodfellow, Bengio & Courville (2016), Deep Learning, section 7.8.
    """

    sequences: Annotated[int | None, Range(low=1, high=100_000_000)] = None
    length: Annotated[int | None, Range(low=1, high=1_000_000)] = None
    batch_size: Annotated[int, Range(low=1, high=1_000_000)] = 512
    validation: Annotated[float | None, Range(low=0, below=1)] = None
    patience: Annotated[int | None, Range(low=1)] = None
    monitor: str = LOSS
    learn_validation: bool = False
    optimizer: Annotated[Any, Names("optimizers")] = "adam:learning_rate=0.01"
    clip: Annotated[float | None, Range(above=0)] = 1.0
    divisor: Literal["weights", "steps"] = "weights"

    def __post_init__(self) -> None:
        """Check what patience goes by.

        Raises:
            UsageError: If scikit-learn has no such scorer, or nothing goes by it.
        """
        if self.monitor != LOSS:
            _CHECK_NAMES([self.monitor])
        wanted = {f"monitor={self.monitor}": self.monitor != LOSS, "learn_validation=true": self.learn_validation}
        without = next((setting for setting, is_set in wanted.items() if is_set), None)
        if without is not None and self.patience is None:
            raise UsageError(
                f"{without} has no effect without patience, because no epoch is chosen.",
                "Set patience as well, such as patience=20.",
            )

    def learner(self, network: AbstractNetwork, objective: Objective, seed: int) -> AbstractLearner:
        """A learner of whole sequences.

        Raises:
            UsageError: If the network is not made of Keras layers.
        """
        return self.replicas([network], objective, [seed])

    def replicas(
        self, networks: Sequence[AbstractNetwork], objective: Objective, seeds: Sequence[int]
    ) -> AbstractLearner:
        """A learner of several networks side by side, each from sequences of its own.

        Raises:
            UsageError: As :meth:`learner`, or if dropout or the optimizer cannot keep the networks apart.
        """
        own = [of_keras(network, "batch") for network in networks]
        return BatchLearner(own, objective.loss, self.optimizer, self.clip, self.batch_size, seeds[0], self.divisor)

    def feed(
        self, task: AbstractTask, network: AbstractNetwork, seed: int, steps: int | None, epochs: int | None
    ) -> EpochFeed:
        """The set of sequences, again and again.

        Raises:
            UsageError: If no step of the sequences counts, validation leaves none to train on, or a setting does not
                fit the fixed sets of the task.
        """
        sets, metrics = task.sets, None
        if self.monitor != LOSS:
            metrics = _METRICS([self.monitor], task.shapes, task.encoding, apart=False)
        if sets is not None:
            for name in ("sequences", "length", "validation", "learn_validation"):
                if getattr(self, name) is not None and getattr(self, name) is not False:
                    raise UsageError(
                        f"The task has fixed sets of sequences, so that {name} cannot be set.", f"Leave out {name}."
                    )
            return EpochFeed.fixed(
                sets,
                network,
                batch=self.batch_size,
                steps=steps,
                epochs=epochs,
                seed=seed,
                patience=self.patience,
                metrics=metrics,
            )
        return EpochFeed.drawn(
            task,
            network,
            sequences=self.sequences,
            length=self.truncation_length(task.objective),
            batch=self.batch_size,
            steps=steps,
            epochs=epochs,
            seed=seed,
            validation=VALIDATION if self.validation is None else self.validation,
            patience=self.patience,
            metrics=metrics,
            learn_validation=self.learn_validation,
        )

    def truncation_length(self, objective: Objective) -> int:
        """The sequences' length."""
        return length_for(objective, self.length)
