"""Training on an endless stream, one step at a time, with credit through a window of the last steps."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, final

from seqtasks.core.task import Objective
from seqtasks.core.trainer import window_for
from seqtasks.keras.architecture import Architecture
from seqtasks.keras.credit.rule import AbstractCredit
from seqtasks.keras.credit.truncated_bptt import TruncatedBPTTCredit
from seqtasks.keras.online_trainer import AbstractOnlineTrainer
from seqtasks.spec.parameter import Range


@final
@dataclass(frozen=True)
class Online(AbstractOnlineTrainer):
    """An update after every step; the state is carried on, and gradients are truncated to a window.

        s(j) = step(x(j), s(j-1)) for j = t-window+1 .. t, from the stored s(t-window), with the current weights
        weights <- optimizer(weights, d/dweights (1/B) sum over lanes of w(t) l(t))

    ``window=1`` is a stateful Keras layer fed one step at a time. To learn a lag of k exactly takes a window of
    k + 1. An episode's start inside the window resets the state there, and gradients stop there.

    Args:
        window: The truncation length in steps; none for the task's depth.

    Example:
        >>> Online(window=1).window
        1

    Source: truncated backpropagation through time, Williams & Peng (1990), Neural Computation 2(4).
    """

    name: ClassVar[str] = "online"

    window: Annotated[int | None, Range(low=1, high=1000)] = None

    def credit(self, arch: Architecture, objective: Objective) -> AbstractCredit:
        """Truncated backpropagation through that window."""
        return TruncatedBPTTCredit(self.truncation_length(objective))

    def truncation_length(self, objective: Objective) -> int:
        """The window; by default the objective's depth, but at most 1000."""
        return window_for(objective, self.window)
