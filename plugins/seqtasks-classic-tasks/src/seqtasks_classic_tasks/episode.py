"""Tasks that come in episodes of one length, each a function of its own random numbers."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import TEST_LANES, AbstractStream, Chunk, Shapes
from seqtasks.tasks.uniform import Uniforms
from seqtasks_classic_tasks.tested import COUNTED_PER_LANE, AbstractTestedTask

Floats = NDArray[np.float64]
Episodes = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]
MOST_TEST_STEPS: Final = 2**22


class AbstractEpisodeTask(AbstractTestedTask):
    """Episodes of L steps, laid end to end, each a law of N numbers uniform on [0, 1).

        inputs, targets, weights of episode e in lane b = episodes(u[b, e N], ..., u[b, (e + 1) N - 1])

    A subclass says ``length`` L, ``numbers`` N and the law, for any number E of episodes at once. Nothing is carried
    from one episode to the next: a stream is a pure function of seed, lane and step. Every episode has the same
    number of steps that count.

    Example:
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
        """L, how many steps an episode has."""

    @property
    @abstractmethod
    def numbers(self) -> int:
        """N, how many random numbers make an episode."""

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
        """As long as an episode, beyond which nothing reaches."""
        return self.length

    @property
    def test_length(self) -> int:
        """Whole episodes, at most four million steps of all lanes together or one episode of each."""
        counted = self.episodes(np.zeros((1, self.numbers)))[2].sum()
        enough = -(-COUNTED_PER_LANE // int(counted))
        return self.length * max(1, min(enough, MOST_TEST_STEPS // (TEST_LANES * self.length)))

    def stream(self, seed: int, lanes: int) -> AbstractStream:
        """Episodes without end."""
        return EpisodeStream(self, seed, lanes)

    def sample(self, seed: int, sequences: int, length: int) -> Chunk:
        """Independent sequences: the start of one episode, or one and more steps of others that do not count."""
        chunk = self.stream(seed, sequences).take(length)
        chunk.weights[:, self.length :] = 0
        chunk.starts[:, 1:] = False
        return chunk


@final
class EpisodeStream(AbstractStream):
    """The steps of episodes; where it is, is all it remembers."""

    def __init__(self, task: AbstractEpisodeTask, seed: int, lanes: int) -> None:
        self._task, self._lanes, self._t = task, lanes, 0
        self._random = Uniforms(seed, series=0)

    def take(self, steps: int) -> Chunk:
        """The next ``steps`` steps of every lane."""
        length, numbers = self._task.length, self._task.numbers
        first, skipped = divmod(self._t, length)
        count = max(1, -(-(skipped + steps) // length))
        u = self._random.at(self._lanes, first * numbers, count * numbers).reshape(-1, numbers)
        inputs, targets, weights = self._task.episodes(u)
        weights = np.broadcast_to(weights, (len(u), length))
        starts = np.broadcast_to(np.arange(length) == 0, (len(u), length))
        piece = slice(skipped, skipped + steps)
        self._t += steps

        def steps_of(array: NDArray[Any], dtype: type) -> NDArray[Any]:
            """(E, L, ...) as (B, T, ...)."""
            end_to_end = array.reshape(self._lanes, count * length, *array.shape[2:])
            return end_to_end[:, piece].astype(dtype)

        shapes: Shapes = self._task.shapes
        return Chunk(
            steps_of(_wide(inputs), np.int32 if shapes.symbols else np.float32),
            steps_of(_wide(targets), np.int32 if shapes.kind == "class" else np.float32),
            steps_of(weights, np.float32),
            steps_of(starts, np.bool_),
        )

    def state(self) -> dict[str, int]:
        """``{"t": steps taken}``."""
        return {"t": self._t}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go to where :meth:`state` was taken."""
        self._t = int(state["t"])


def _wide(array: NDArray[Any]) -> NDArray[Any]:
    """(E, L, I), where the last axis may be left out."""
    return array.reshape(*array.shape[:2], -1) if array.ndim > 1 + 1 else array[..., None]
