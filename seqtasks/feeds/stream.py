"""An endless stream, up to a budget."""

from collections.abc import Mapping
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
        self._total, self._fed = -(-steps // lanes), 0  # of every lane

    @property
    def total(self) -> int:
        """The budget."""
        return self._total * self._lanes

    def take(self, steps: int) -> Chunk | None:
        """The next steps."""
        count = min(max(1, steps // self._lanes), self._total - self._fed)
        if count <= 0:
            return None
        self._fed += count
        return self._stream.take(count)

    def in_order(self, values: NDArray[Any]) -> NDArray[Any]:
        """Step after step, all lanes of one before the next."""
        return values.T.ravel()

    def learned(self, learner: AbstractLearner) -> float | None:
        """Nothing is measured while a stream is learned but the loss before each update."""
        return None

    def state(self) -> dict[str, Any]:
        """What was fed, and where the stream is."""
        return {"fed": self._fed, "stream": dict(self._stream.state())}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go to where the state was taken."""
        self._fed = int(state["fed"])
        self._stream.restore(state["stream"])
