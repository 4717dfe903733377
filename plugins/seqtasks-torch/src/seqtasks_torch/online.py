"""The trainer ``torch-online``."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, final

from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractTask, Objective
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer, window_for
from seqtasks.feeds.stream import StreamFeed
from seqtasks.spec.parameter import Names, Range
from seqtasks_torch.loss import step_loss
from seqtasks_torch.network import of_torch
from seqtasks_torch.online_learner import OnlineLearner
from seqtasks_torch.updates import Updates

STEPS: Final = 20_000


@final
@dataclass(frozen=True)
class TorchOnline(AbstractTrainer):
    """Truncated backpropagation through time, with an update after every step.

        s(j) = step(x(j), s(j-1)) for j = t-window+1 .. t, from the stored s(t-window), with the current weights
        weights <- optimizer(weights, d/dweights (1/B) sum over lanes of w(t) l(t))

    The same algorithm as ``online``, for networks of PyTorch modules. An episode's start inside the window resets the
    state, and gradients stop there. In the first steps the window is shorter. A step that counts in no lane makes no
    update.

    Args:
        lanes: B, the number of parallel streams.
        optimizer: ``adam``, ``adamw`` or ``sgd``.
        clip: The maximum global norm of a gradient; none for no limit.
        window: The truncation length, in steps; none for the task's depth, but at most 1000.

    Example:
        >>> from seqtasks.tasks.prev_bit import PrevBit
        >>> TorchOnline().truncation_length(PrevBit().objective)
        2

    Source: truncated backpropagation through time, Williams & Peng (1990), Neural Computation 2(4).
    """

    lanes: Annotated[int, Range(low=1, high=65536)] = 1
    optimizer: Annotated[Any, Names("optimizers")] = "adam:learning_rate=0.003,amsgrad=true,epsilon=0.001"
    clip: Annotated[float | None, Range(above=0)] = None
    window: Annotated[int | None, Range(low=1, high=1000)] = None

    def truncation_length(self, objective: Objective) -> int:
        """The window; by default the objective's depth, but at most 1000."""
        return window_for(objective, self.window)

    def learner(self, network: AbstractNetwork, objective: Objective, seed: int) -> AbstractLearner:
        """A learner of a stream; ``seed`` is not used.

        Raises:
            UsageError: If the network is not made of PyTorch modules, or the optimizer does not exist for them.
        """
        own = of_torch(network, "torch-online")
        loss, updates = step_loss(objective, "torch-online"), Updates(own, self.optimizer, self.clip)
        return OnlineLearner(own, loss, updates, self.truncation_length(objective), self.lanes)

    def feed(
        self, task: AbstractTask, network: AbstractNetwork, seed: int, steps: int | None, epochs: int | None
    ) -> StreamFeed:
        """The task's stream.

        Raises:
            UsageError: If ``epochs`` is set, because a stream has none.
        """
        return StreamFeed.of(task, self.lanes, seed, STEPS if steps is None else steps, epochs, "torch-online")
