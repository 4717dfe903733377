"""The base class of online trainers, which learn an endless stream one step at a time: everything but the rule."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

import numpy as np

from seqtasks.core.memory import check_memory
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractTask, Objective
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer
from seqtasks.errors import UsageError
from seqtasks.feeds.stream import StreamFeed
from seqtasks.keras.architecture import Architecture
from seqtasks.keras.credit.rule import AbstractCredit
from seqtasks.keras.credit.support import check_differentiable
from seqtasks.keras.network import of_keras
from seqtasks.keras.online_learner import OnlineLearner
from seqtasks.spec.parameter import Names, Range

STEPS: Final = 20_000
COPIES: Final = 2  # of the carry: before a step and after


@dataclass(frozen=True)
class AbstractOnlineTrainer(AbstractTrainer):
    """An update after every step; the state is carried on. Subclasses are final and choose the credit rule.

    Args:
        lanes: B, the number of parallel streams.
        optimizer: Any Keras optimizer. The default's steps shrink with the gradient, where plain Adam's do not,
            so that a solved task stays solved longer; see the explanation "Does a solved task stay solved?".
        clip: The maximum global norm of a gradient; none for no limit. The gradient of one step is noisy, and clipping
            biases its mean against rare cases, which have large gradients.
    """

    name: ClassVar[str]

    lanes: Annotated[int, Range(low=1, high=65536)] = 1
    optimizer: Annotated[Any, Names("optimizers")] = "adam:learning_rate=0.003,amsgrad=true,epsilon=0.001"
    clip: Annotated[float | None, Range(above=0)] = None

    @abstractmethod
    def credit(self, arch: Architecture, objective: Objective) -> AbstractCredit:
        """The credit rule for these layers and this objective.

        Raises:
            UsageError: If the rule does not fit these layers; the message has the reason.
        """

    def truncation_length(self, objective: Objective) -> int | None:
        """None, because rules that carry influence truncate nothing; a rule with a window overrides this."""
        return None

    def learner(self, network: AbstractNetwork, objective: Objective, seed: int) -> AbstractLearner:
        """A learner with that rule.

        Raises:
            UsageError: If the network is not made of Keras layers, or has dropout, or the rule does not fit it.
        """
        return self.replicas([network], objective, [seed])

    def replicas(
        self, networks: Sequence[AbstractNetwork], objective: Objective, seeds: Sequence[int]
    ) -> AbstractLearner:
        """A learner of several networks side by side, each from lanes of its own.

        Raises:
            UsageError: As :meth:`learner`, or if the optimizer cannot keep the networks apart.
        """
        own = [of_keras(network, self.name) for network in networks]
        arch = own[0].architecture
        if arch.dropout:
            raise UsageError(
                f"The trainer {self.name} does not support dropout ({arch.dropout}), which is for whole sequences.",
                "Set dropout=0, or use --trainer batch.",
            )
        check_differentiable(arch, f"the trainer {self.name}")
        credit = self.credit(arch, objective)
        credit.check(arch, f"The trainer {self.name}")
        size = np.dtype(arch.dtype).itemsize
        values, what = credit.carry_size(arch)
        times = "".join(
            f" x {count:,} {each}" for count, each in ((self.lanes, "lanes"), (len(own), "replicas")) if count > 1
        )
        check_memory(
            COPIES * size * values * self.lanes * len(own),
            f"{what}{times} x {size} bytes x {COPIES} (before a step and after)",
            "Use fewer units, lanes or replicas, or another trainer.",
        )
        return OnlineLearner(own, objective.loss, credit, self.optimizer, self.clip, self.lanes, seeds)

    def feed(
        self, task: AbstractTask, network: AbstractNetwork, seed: int, steps: int | None, epochs: int | None
    ) -> StreamFeed:
        """The task's stream.

        Raises:
            UsageError: If epochs are asked for: a stream has none.
        """
        return StreamFeed.of(task, self.lanes, seed, STEPS if steps is None else steps, epochs, self.name)
