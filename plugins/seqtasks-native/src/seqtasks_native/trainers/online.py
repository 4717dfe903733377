"""The trainer ``native-online``."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, final

from seqtasks.core.task import Objective
from seqtasks.core.trainer import window_for
from seqtasks.spec.parameter import Range
from seqtasks_native.network import NativeNetwork
from seqtasks_native.rules import window
from seqtasks_native.rules.rule import Rule
from seqtasks_native.trainer import AbstractNativeTrainer


@final
@dataclass(frozen=True)
class NativeOnline(AbstractNativeTrainer):
    """Truncated backpropagation through time, with an update after every step: the algorithm of ``online``.

        s(j) = step(x(j), s(j-1)) for j = t-window+1 .. t, from the stored s(t-window), with the current weights
        weights <- optimizer(weights, d/dweights (1/B) sum over lanes of w(t) l(t))

    Args:
        window: The truncation length in steps; none for the task's depth.

    Example:
        >>> NativeOnline(window=1).window
        1

    Source: truncated backpropagation through time, Williams & Peng (1990), Neural Computation 2(4).
    """

    name: ClassVar[str] = "native-online"

    window: Annotated[int | None, Range(low=1, high=1000)] = None

    def credit(self, network: NativeNetwork, objective: Objective) -> tuple[Rule, Any, int]:
        """The window, by default the objective's depth."""
        length, layout = self.truncation_length(objective), network.layout
        each = layout.inputs + layout.units * (layout.arrays * (layout.sums + layout.arrays + layout.own) + layout.sums)
        return window.RULE, length, length * each

    def truncation_length(self, objective: Objective) -> int:
        """The window; by default the objective's depth, but at most 1000."""
        return window_for(objective, self.window)
