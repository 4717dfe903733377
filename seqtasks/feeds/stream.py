"""An endless stream, up to a budget."""

from typing import Any, final

from numpy.typing import NDArray

from seqtasks.core.task import AbstractStream, Chunk
from seqtasks.core.trainer import AbstractFeed, AbstractLearner


@final
class StreamFeed(AbstractFeed):
    """The next steps of a stream until the budget is used up.

    Args:
        stream: Where the steps come from.
        lanes: B, how many lanes it has.
        steps: The budget over all lanes, rounded up to whole steps of every lane.
    """

    def __init__(self, stream: AbstractStream, lanes: int, steps: int) -> None:
        self._stream, self._lanes = stream, lanes
        self._left = -(-steps // lanes)
        self._total = self._left * lanes

    @property
    def total(self) -> int:
        """The budget."""
        return self._total

    def take(self, steps: int) -> Chunk | None:
        """The next steps."""
        count = min(max(1, steps // self._lanes), self._left)
        self._left -= count
        return self._stream.take(count) if count else None

    def in_order(self, values: NDArray[Any]) -> NDArray[Any]:
        """Step after step, all lanes of one before the next."""
        return values.T.ravel()

    def learned(self, learner: AbstractLearner) -> float | None:
        """Nothing is measured while a stream is learned but the loss before each update."""
        return None
