"""Worker processes: of this machine by loky, or of a Dask cluster."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from importlib.util import find_spec
from typing import Any, Final, TypeVar, final

from seqtasks.benchmarks.work import prepare
from seqtasks.errors import MissingExtraError, UsageError
from seqtasks.lazy import LazyImport

_LOKY: Final = LazyImport("joblib.externals.loky:ProcessPoolExecutor")
_CLIENT: Final = LazyImport("distributed:Client")
ANSWER: Final = 10  # seconds in which a scheduler has to answer

T = TypeVar("T")


class AbstractWorkers(ABC):
    """A number of processes, each of which executes one function at a time and keeps what it has loaded."""

    @property
    @abstractmethod
    def size(self) -> int:
        """The number of processes."""

    @abstractmethod
    def submit(self, worker: int, function: Callable[..., T], *arguments: Any) -> "Future[T]":
        """Call a function in a process.

        Args:
            worker: The number of the process, from 0.
            function: A function that pickles.
            arguments: Its arguments, which pickle.

        Returns:
            Its result later; an error if the process has ended.
        """

    @abstractmethod
    def restart(self, worker: int) -> None:
        """End a process, whatever it is doing, and start it again when it is next needed."""

    @abstractmethod
    def close(self) -> None:
        """End all processes, whatever they are doing."""


@final
class LokyWorkers(AbstractWorkers):
    """Processes of this machine. Each has a pool of its own, so that the end of one does not affect the others.

    Args:
        size: The number of processes.
    """

    def __init__(self, size: int) -> None:
        self._pools: list[Any] = [None] * size

    @property
    def size(self) -> int:
        """The number of processes."""
        return len(self._pools)

    def submit(self, worker: int, function: Callable[..., T], *arguments: Any) -> "Future[T]":
        """Call a function in a process; see :meth:`AbstractWorkers.submit`."""
        if self._pools[worker] is None:
            self._pools[worker] = _LOKY(max_workers=1, timeout=None, initializer=prepare, initargs=(os.getpid(),))
        future: Future[T] = self._pools[worker].submit(function, *arguments)
        return future

    def restart(self, worker: int) -> None:
        """End a process; the next call starts it again."""
        pool, self._pools[worker] = self._pools[worker], None
        if pool is not None:
            pool.shutdown(wait=True, kill_workers=True)

    def close(self) -> None:
        """End all processes."""
        for worker in range(self.size):
            self.restart(worker)


@final
class DaskWorkers(AbstractWorkers):
    """The workers of a Dask cluster. A function whose worker ends is called again on another one.

    Args:
        address: The address of the scheduler, such as ``tcp://host:8786``.

    Raises:
        MissingExtraError: If Dask's package distributed is not installed.
        UsageError: If no scheduler answers, or it has no workers.
    """

    def __init__(self, address: str) -> None:
        if find_spec("distributed") is None:
            raise MissingExtraError("distributed", "dask")
        try:
            self._client = _CLIENT(address, timeout=ANSWER)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"No Dask scheduler answers at {address}.", "Start one: dask scheduler. It prints its address."
            ) from error
        self._workers = self._addresses()
        if not self._workers:
            self._client.close()
            raise UsageError(f"The Dask scheduler at {address} has no workers.", f"Start one: dask worker {address}")

    @property
    def size(self) -> int:
        """The number of workers when the benchmark started."""
        return len(self._workers)

    def submit(self, worker: int, function: Callable[..., T], *arguments: Any) -> "Future[T]":
        """Call a function on a worker, or on another one if it is gone."""
        present = self._addresses()
        if self._workers[worker] not in present and present:
            self._workers[worker] = present[worker % len(present)]
        executor = self._client.get_executor(workers=[self._workers[worker]], allow_other_workers=True, pure=False)
        future: Future[T] = executor.submit(function, *arguments)
        return future

    def restart(self, worker: int) -> None:
        """Restart a worker."""
        if self._workers[worker] in self._addresses():
            self._client.restart_workers([self._workers[worker]], raise_for_error=False)

    def close(self) -> None:
        """Leave the cluster; its workers go on without what they were doing."""
        self._client.close()

    def _addresses(self) -> list[str]:
        return sorted(self._client.scheduler_info(n_workers=-1)["workers"])
