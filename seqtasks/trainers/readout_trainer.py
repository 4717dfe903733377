"""Base of the trainers that solve for the readout and leave all other weights as they are."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

import keras

from seqtasks.core.memory import check_memory
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractTask, Objective
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer
from seqtasks.errors import UsageError
from seqtasks.feeds.stream import StreamFeed
from seqtasks.keras.network import KerasNetwork, of_keras
from seqtasks.spec.parameter import Range
from seqtasks.trainers.least_squares import AbstractLeastSquares
from seqtasks.trainers.readout_learner import ReadoutLearner, below_readout

STEPS: Final = 10_000
COPIES: Final = 3  # matrices (F, F) in memory at once


@dataclass(frozen=True)
class AbstractReadoutTrainer(AbstractTrainer):
    """The least-squares readout of a network's states. Subclasses are final and define ``solver``.

    Args:
        lanes: B, the number of parallel streams.
        ridge: The weight of the sum of the readout's squares, biases included, relative to the sum of squared errors.
        washout: The number of steps at the start of an episode that are not learned, so that the state forgets its
            initial value.
    """

    name: ClassVar[str]

    lanes: Annotated[int, Range(low=1, high=65536)] = 1
    ridge: Annotated[float, Range(above=0)] = 1e-6
    washout: Annotated[int, Range(low=0)] = 0

    @abstractmethod
    def solver(self, features: int, outputs: int) -> AbstractLeastSquares:
        """A solver for a readout (F, O)."""

    def truncation_length(self, objective: Objective) -> None:
        """None, because a readout is solved for without gradients."""
        return

    def learner(self, network: AbstractNetwork, objective: Objective, seed: int) -> AbstractLearner:
        """A learner of the readout.

        Raises:
            UsageError: If the loss is not the mean squared error, or the network has no linear dense Keras readout, or
                has dropout.
        """
        own = of_keras(network, self.name)
        if objective.loss != "real":
            raise UsageError(
                f"The trainer {self.name} minimizes the squared error, but the loss is {_name_of(objective)}.",
                "Use a task with real targets, or --trainer online, which trains a readout with any loss.",
            )
        self._check_readout(own)
        features = below_readout(own).architecture.outputs + 1
        check_memory(
            COPIES * 8 * features**2,
            f"{features:,} features x {features:,} x 8 bytes x {COPIES} (a matrix, its product and its solution)",
            "Use fewer units, or --trainer online.",
        )
        return ReadoutLearner(own, self.solver(features, objective.shapes.outputs), self.lanes, self.washout)

    def feed(
        self, task: AbstractTask, network: AbstractNetwork, seed: int, steps: int | None, epochs: int | None
    ) -> StreamFeed:
        """The task's stream.

        Raises:
            UsageError: If ``epochs`` is set, because a stream has none.
        """
        return StreamFeed.of(task, self.lanes, seed, STEPS if steps is None else steps, epochs, self.name)

    def _check_readout(self, network: KerasNetwork) -> None:
        arch = network.architecture
        readout: Any = arch.readout
        if type(readout) is not keras.layers.Dense or readout.activation is not keras.activations.linear:
            raise UsageError(
                f"The trainer {self.name} solves for a linear readout, but this network has none.",
                "Use readout=dense.",
            )
        if not readout.use_bias or not all(v.trainable for v in readout.variables):
            raise UsageError(
                f"The trainer {self.name} solves for all of a readout, but this one has no bias or is not trainable.",
                "Create the readout with use_bias=True and trainable=True.",
            )
        if arch.dropout:
            raise UsageError(
                f"The trainer {self.name} does not support dropout, but the model sets dropout={arch.dropout}.",
                "Set dropout=0, or use --trainer batch.",
            )


def _name_of(objective: Objective) -> str:
    return "a custom loss" if objective.custom_loss else f"the cross-entropy of a {objective.shapes.kind} task"
