"""Base of tasks with episodes of one length, each a function of its own random numbers."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import COUNTED_PER_LANE, TEST_LANES, AbstractStream, AbstractTask, Chunk
from seqtasks.tasks.uniform import Uniforms

Floats = NDArray[np.float64]
Episodes = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]
MOST_TEST_STEPS: Final = 2**22
MOST_NUMBERS: Final = 2**22  # random numbers drawn at a time: 32 MB


class AbstractEpisodeTask(AbstractTask):
    """Episodes of L steps, one after another, each a function of N numbers uniform on [0, 1).

        inputs, targets, weights of episode e in lane b = episodes(u[b, e N], ..., u[b, (e + 1) N - 1])

    A subclass defines ``length`` L, ``numbers`` N and the law, for any number E of episodes at once. Nothing is carried
    from one episode to the next: a stream is a pure function of seed, lane and step. Every episode has the same
    number of steps that count.

    Example:
        >>> from seqtasks.core.task import Shapes, Yardsticks
        >>> class First(AbstractEpisodeTask):
        ...     length, numbers, shapes = 3, 1, Shapes(1, 1)
        ...     def episodes(self, u):
        ...         return np.repeat(u, 3, axis=1) * [1, 0, 0], np.repeat(u, 3, axis=1), np.array([0, 0, 1])
        ...     def yardsticks(self):
        ...         return Yardsticks(1 / 12, 1 / 12, 0.0)
        >>> chunk = First().stream(seed=0, lanes=1).take(6)
        >>> chunk.starts.astype(int), chunk.targets[0, 2] == chunk.inputs[0, 0]
        (array([[1, 0, 0, 1, 0, 0]]), array([ True]))
    """

    @property
    @abstractmethod
    def length(self) -> int:
        """L, the number of steps of an episode."""

    @property
    @abstractmethod
    def numbers(self) -> int:
        """N, the number of random numbers of an episode."""

    @abstractmethod
    def episodes(self, u: Floats) -> Episodes:
        """The law.

        Args:
            u: (E, N), uniform on [0, 1).

        Returns:
            Inputs (E, L, I) and targets (E, L, O), the last axis left out where it is 1; weights (E, L), or (L,) where
            they are those of every episode.
        """

    @property
    def depth(self) -> int:
        """The length of an episode, because no dependence crosses its end."""
        return self.length

    @property
    def test_length(self) -> int:
        """Whole episodes: at most four million steps of all lanes together, but at least one episode of each."""
        counted = self.episodes(np.zeros((1, self.numbers)))[2].sum()
        enough = -(-COUNTED_PER_LANE // int(counted))
        return self.length * max(1, min(enough, MOST_TEST_STEPS // (TEST_LANES * self.length)))

    def stream(self, seed: int, lanes: int) -> AbstractStream:
        """A stream of episodes."""
        return EpisodeStream(self, seed, lanes)

    def sample(self, seed: int, sequences: int, length: int) -> Chunk:
        """Independent sequences. Steps after the first episode do not count."""
        chunk = self.stream(seed, sequences).take(length)
        chunk.weights[:, self.length :] = 0
        chunk.starts[:, 1:] = False
        return chunk


@final
class EpisodeStream(AbstractStream):
    """A stream of episodes. Its only state is its position."""

    def __init__(self, task: AbstractEpisodeTask, seed: int, lanes: int) -> None:
        self._task, self._lanes, self._t = task, lanes, 0
        self._random = Uniforms(seed, series=0)

    def take(self, steps: int) -> Chunk:
        """The next ``steps`` steps of each lane."""
        first, skipped = divmod(self._t, self._task.length)
        last = first + max(1, -(-(skipped + steps) // self._task.length))
        at_once = max(1, MOST_NUMBERS // (self._lanes * self._task.numbers))
        blocks = [self._block(e, min(e + at_once, last)) for e in range(first, last, at_once)]
        parts = (np.concatenate(part, axis=1) for part in zip(*blocks, strict=True))
        self._t += steps
        return Chunk(*parts).between(skipped, skipped + steps)

    def _block(self, first: int, last: int) -> tuple[NDArray[Any], ...]:
        """The arrays of a chunk of the episodes first <= e < last of each lane."""
        task, length, numbers = self._task, self._task.length, self._task.numbers
        u = self._random.at(self._lanes, first * numbers, (last - first) * numbers).reshape(-1, numbers)
        inputs, targets, weights = task.episodes(u)
        weights = np.broadcast_to(weights, (len(u), length))
        starts = np.broadcast_to(np.arange(length) == 0, (len(u), length))

        def end_to_end(array: NDArray[Any], dtype: type, *width: int) -> NDArray[Any]:
            return array.reshape(self._lanes, (last - first) * length, *width).astype(dtype)

        return (
            end_to_end(inputs, np.int32 if task.shapes.symbols else np.float32, -1),
            end_to_end(targets, np.int32 if task.shapes.kind == "class" else np.float32, -1),
            end_to_end(weights, np.float32),
            end_to_end(starts, np.bool_),
        )

    def state(self) -> dict[str, int]:
        """``{"t": steps taken}``."""
        return {"t": self._t}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
        self._t = int(state["t"])
