"""Base of tasks with a memory that every step updates, with or without episodes."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import COUNTED_PER_LANE, AbstractStream, AbstractTask, Chunk
from seqtasks.tasks.uniform import Uniforms

Floats = NDArray[np.float64]


class Steps(NamedTuple):
    """The data of some steps.

    Args:
        inputs: (B, T, I)
        targets: (B, T, O)
        counts: (B, T), where a step counts apart from the first ones.
        starts: (B, T), where an episode starts apart from the first one.
        memory: (B, M), behind the last step.
    """

    inputs: NDArray[Any]
    targets: NDArray[Any]
    counts: NDArray[np.bool_] | bool
    starts: NDArray[np.bool_] | bool
    memory: Floats


class AbstractRunningTask(AbstractTask):
    """A task with a memory of M numbers per lane, updated at each step by N numbers uniform on [0, 1).

        x[t], y[t], memory[t + 1] = advance(memory[t], u[t])

    A subclass defines how the memory starts and how it is moved on, for T steps at once; how the steps are cut into
    calls may not matter. The first ``uncounted`` steps of a lane have weight 0.
    """

    @property
    @abstractmethod
    def numbers(self) -> int:
        """N, the number of random numbers of a step."""

    @property
    def uncounted(self) -> int:
        """The number of steps before the first that counts."""
        return 0

    @property
    def counted_share(self) -> float:
        """A lower bound of the share of steps that count after those."""
        return 1.0

    @property
    def depth(self) -> int | None:
        """None: the dependence has no maximum lag."""
        return None

    @property
    def test_length(self) -> int:
        """The uncounted steps, and enough more for 100 000 that count."""
        return self.uncounted + int(np.ceil(COUNTED_PER_LANE / self.counted_share))

    @abstractmethod
    def start(self, random: Uniforms, lanes: int) -> Floats:
        """The initial memory (B, M). Lane b must use random numbers of its own lane only."""

    @abstractmethod
    def advance(self, memory: Floats, u: Floats, first: bool) -> Steps:
        """T steps.

        Args:
            memory: (B, M)
            u: (B, T, N), uniform on [0, 1).
            first: Whether the first of the steps is the first of all.
        """

    def stream(self, seed: int, lanes: int) -> AbstractStream:
        """An endless stream."""
        return RunningStream(self, seed, lanes)


@final
class RunningStream(AbstractStream):
    """A stream of a running task. Its state is its position and the task's memory."""

    def __init__(self, task: AbstractRunningTask, seed: int, lanes: int) -> None:
        self._task, self._lanes, self._t = task, lanes, 0
        self._random = Uniforms(seed, series=0)
        self._memory = task.start(Uniforms(seed, series=1), lanes)

    def take(self, steps: int) -> Chunk:
        """The next ``steps`` steps of each lane."""
        task, numbers = self._task, self._task.numbers
        u = self._random.at(self._lanes, self._t * numbers, steps * numbers).reshape(self._lanes, steps, numbers)
        made = task.advance(self._memory, u, first=self._t == 0)
        t = self._t + np.arange(steps)
        shape = (self._lanes, steps)
        self._memory, self._t = made.memory, self._t + steps
        return Chunk(
            made.inputs.astype(np.int32 if task.shapes.symbols else np.float32),
            made.targets.astype(np.int32 if task.shapes.kind == "class" else np.float32),
            np.broadcast_to(made.counts & (t >= task.uncounted), shape).astype(np.float32),
            np.broadcast_to(made.starts | (t == 0), shape).astype(np.bool_),
        )

    def state(self) -> dict[str, Any]:
        """``{"t": steps taken, "memory": (B, M)}``."""
        return {"t": self._t, "memory": self._memory.copy()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
        self._t, self._memory = int(state["t"]), np.array(state["memory"], np.float64)
