"""What the trainers share that solve for the readout and leave all other weights as they were drawn."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

import keras

from seqtasks.core.memory import refuse_beyond_memory
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractTask, Objective
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer
from seqtasks.errors import UsageError
from seqtasks.feeds.stream import StreamFeed
from seqtasks.keras.network import KerasNetwork, of_keras
from seqtasks.spec.parameter import Range
from seqtasks_modern_cells.least_squares import AbstractLeastSquares
from seqtasks_modern_cells.readout_learner import ReadoutLearner, below_readout

STEPS: Final = 10_000
COPIES: Final = 3  # of a matrix of all features by all features


@dataclass(frozen=True)
class AbstractReadoutTrainer(AbstractTrainer):
    """The best readout of the states that a network has anyway. Subclasses are final and say how it is solved for.

    Args:
        lanes: B, how many parallel streams are learned from at once.
        ridge: What the sum of the readout's squares, its biases' among them, weighs beside the sum of the rows' squared
            errors.
        washout: How many steps after an episode's start are not learned from, for the state to forget how it began.
    """

    name: ClassVar[str]

    lanes: Annotated[int, Range(low=1, high=65536)] = 1
    ridge: Annotated[float, Range(above=0)] = 1e-6
    washout: Annotated[int, Range(low=0)] = 0

    @abstractmethod
    def solver(self, features: int, outputs: int) -> AbstractLeastSquares:
        """What solves for a readout (F, O)."""

    def truncation_length(self, objective: Objective) -> None:
        """None, because a readout is solved for without gradients."""
        return

    def learner(self, network: AbstractNetwork, objective: Objective, seed: int) -> AbstractLearner:
        """A learner of the readout.

        Raises:
            UsageError: If the loss is not the mean squared error, or the network has no dense readout of
                Keras's, or has dropout.
        """
        own = of_keras(network, self.name)
        if objective.loss != "real":
            raise UsageError(
                f"The trainer {self.name} solves for the least squares, which is the loss of real targets alone; "
                f"the loss here is {_name_of(objective)}.",
                "Use a task with real targets, or --trainer online, which learns a reservoir's readout by any loss.",
            )
        self._refuse_what_is_no_linear_readout(own)
        features = below_readout(own).architecture.outputs + 1
        refuse_beyond_memory(
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
            UsageError: If epochs are asked for: a stream has none.
        """
        return StreamFeed.of(task, self.lanes, seed, STEPS if steps is None else steps, epochs, self.name)

    def _refuse_what_is_no_linear_readout(self, network: KerasNetwork) -> None:
        arch = network.architecture
        readout: Any = arch.readout
        if type(readout) is not keras.layers.Dense or readout.activation is not keras.activations.linear:
            raise UsageError(
                f"The trainer {self.name} solves for a linear readout, and this network has none.",
                "Use readout=dense.",
            )
        if not readout.use_bias or not all(v.trainable for v in readout.variables):
            raise UsageError(
                f"The trainer {self.name} solves for all of a readout, and this one has no bias, or is not trained.",
                "Make the readout with a bias, and train it.",
            )
        if arch.dropout:
            raise UsageError(
                f"Dropout ({arch.dropout}) is for whole sequences; the trainer {self.name} has no use for it.",
                "Leave dropout at 0, or use --trainer batch.",
            )


def _name_of(objective: Objective) -> str:
    return "one of your own" if objective.custom_loss else f"the cross-entropy of a {objective.shapes.kind} task"
