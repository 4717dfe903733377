"""The base class of the native trainers: everything but the rule."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

from seqtasks.core.memory import check_memory
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractTask, Objective
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer
from seqtasks.errors import UsageError
from seqtasks.feeds.stream import StreamFeed
from seqtasks.spec.parameter import Names, Range
from seqtasks_native.learner import NativeLearner, OneNetwork
from seqtasks_native.network import NativeNetwork
from seqtasks_native.optimizer import law
from seqtasks_native.rules.rule import Rule
from seqtasks_native.source import Source

STEPS: Final = 20_000


@dataclass(frozen=True)
class AbstractNativeTrainer(AbstractTrainer):
    """An update after every step; the state is carried on. Subclasses are final and choose the credit rule.

    Args:
        lanes: B, the number of parallel streams.
        optimizer: ``adam``, ``adamw``, ``rmsprop`` or ``sgd``, with the settings of Keras's.
        clip: The maximum global norm of a gradient; none for no limit.
    """

    name: ClassVar[str]

    lanes: Annotated[int, Range(low=1, high=65536)] = 1
    optimizer: Annotated[Any, Names("optimizers")] = "adam:learning_rate=0.003,amsgrad=true,epsilon=0.001"
    clip: Annotated[float | None, Range(above=0)] = None

    @abstractmethod
    def credit(self, network: NativeNetwork, objective: Objective) -> tuple[Rule, Any, int]:
        """The rule, its setting, and the number of values that it carries for a lane.

        Raises:
            UsageError: If the rule does not fit the network.
        """

    def truncation_length(self, objective: Objective) -> int | None:
        """None, because rules that carry influence truncate nothing; a rule with a window overrides this."""
        return None

    def learner(self, network: AbstractNetwork, objective: Objective, seed: int) -> AbstractLearner:
        """A learner of a stream; ``seed`` is not used.

        Raises:
            UsageError: If the network, its cell, the loss or the optimizer has no native form, or the rule does not
                fit the cell.
        """
        return self.replicas([network], objective, [seed])

    def replicas(
        self, networks: Sequence[AbstractNetwork], objective: Objective, seeds: Sequence[int]
    ) -> AbstractLearner:
        """A learner of several networks, each from lanes of its own, in threads.

        Raises:
            UsageError: As :meth:`learner`.
        """
        if objective.custom_loss is not None:
            raise UsageError(
                f"The trainer {self.name} has no custom losses, such as {objective.custom_loss!r}.",
                "Leave out loss, or use a trainer such as online.",
            )
        sources = [Source(network, self.name) for network in networks]
        own = sources[0].network
        rule, setting, values = self.credit(own, objective)
        check_memory(
            own.values.itemsize * values * self.lanes * len(networks),
            f"{values:,} values of a lane x {self.lanes:,} lanes x {len(networks):,} networks x "
            f"{own.values.itemsize} bytes",
            "Use fewer units, lanes or replicas, or another trainer.",
        )
        update = law(self.optimizer, self.clip, own.dtype)
        kind = objective.shapes.kind
        return NativeLearner([OneNetwork(source, kind, rule, setting, update, self.lanes) for source in sources])

    def feed(
        self, task: AbstractTask, network: AbstractNetwork, seed: int, steps: int | None, epochs: int | None
    ) -> StreamFeed:
        """The task's stream.

        Raises:
            UsageError: If epochs are asked for: a stream has none.
        """
        return StreamFeed.of(task, self.lanes, seed, STEPS if steps is None else steps, epochs, self.name)
