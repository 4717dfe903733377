"""An endless stream, up to a budget."""

from collections.abc import Mapping
from typing import Any, Self, final

from numpy.typing import NDArray

from seqtasks.core.task import AbstractStream, AbstractTask, Chunk
from seqtasks.core.trainer import AbstractFeed
from seqtasks.errors import UsageError


@final
class StreamFeed(AbstractFeed):
    """The next steps of a stream until the budget is used up.

    Args:
        stream: The stream.
        lanes: B.
        steps: The budget over all lanes, rounded up to whole steps of every lane.
    """

    @classmethod
    def of(cls, task: AbstractTask, lanes: int, seed: int, steps: int, epochs: int | None, trainer: str) -> Self:
        """A feed of a task's stream.

        Args:
            task: Whose stream it is.
            lanes: B.
            seed: Of the data.
            steps: The budget.
            epochs: None, because a stream has no epochs.
            trainer: The trainer's name, for the message.

        Raises:
            UsageError: If epochs is not None.
        """
        if epochs is not None:
            raise UsageError(
                f"The trainer {trainer} learns from an endless stream, which has no epochs.", "Use --steps."
            )
        return cls(task.stream(seed, lanes), lanes, steps)

    def __init__(self, stream: AbstractStream, lanes: int, steps: int) -> None:
        self._stream, self._lanes = stream, lanes
        self._total, self._fed = -(-steps // lanes), 0  # of every lane

    @property
    def total(self) -> int:
        """The budget in steps."""
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

    def learned(self) -> None:
        """None, because a stream has no validation set."""
        return

    def state(self) -> dict[str, Any]:
        """The number of steps so far, and the state of the stream."""
        return {"fed": self._fed, "stream": dict(self._stream.state())}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go to where the state was taken."""
        self._fed = int(state["fed"])
        self._stream.restore(state["stream"])
