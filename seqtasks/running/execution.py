"""The one driver of a run: it executes a request and yields events. Everything that runs networks listens to it."""

import threading
from collections.abc import Iterator
from typing import Any, Final, Protocol, final

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.lazy import LazyImport
from seqtasks.running.events import Event, Failed, Interrupted, Judged, Loaded, Trained
from seqtasks.running.request import RunRequest
from seqtasks.running.trained_run import TrainedRun

_SESSION: Final = LazyImport("seqtasks.running.session:Session")


class AbstractCheckpoint(Protocol):
    """Where a run keeps its state."""

    def restore(self, session: Any) -> None:
        """Bring a session that has not been trained to where the run was, if it was begun."""

    def keep(self, session: Any) -> None:
        """Write where the session is, if it is time for that, or the training has ended."""


def execute(
    request: RunRequest, *, host: Host | None = None, checkpoint: AbstractCheckpoint | None = None
) -> "Execution":
    """Execute a request, in this thread, while the events are iterated.

    Args:
        request: What to run.
        host: The catalogue; made from the plugins that the request needs if there is none.
        checkpoint: Where the run keeps its state, and goes on from.

    Returns:
        The events: iterate it once.

    Raises:
        SeqtasksError: While it is iterated, if the parts do not fit together.

    Example:
        >>> from seqtasks.catalogue.host import Host
        >>> request = RunRequest.of(Host.start(environ={}), "prev-bit", "gru", "online")
        >>> for event in execute(request):  # doctest: +SKIP
        ...     if isinstance(event, Judged):
        ...         print(event.run.result.skill)
        0.9998
    """
    return Execution(request, host, checkpoint)


@final
class Execution:
    """A run under way: an iterable of its events, which another thread may stop.

    Args:
        request: What to run.
        host: The catalogue, or None.
        checkpoint: Where the run keeps its state, or None.
    """

    def __init__(self, request: RunRequest, host: Host | None, checkpoint: AbstractCheckpoint | None) -> None:
        self.request = request
        self._host, self._checkpoint = host, checkpoint
        self._stopped = threading.Event()
        self._session: Any = None

    def __iter__(self) -> Iterator[Event]:
        try:
            yield from self._events()
        except Exception as error:
            yield Failed(error)
            raise

    def _events(self) -> Iterator[Event]:
        host = self._host or Host.start([plugin.source for plugin in self.request.plugins if plugin.source])
        session = _SESSION(self.request, host)
        if self._checkpoint is not None:
            self._checkpoint.restore(session)
        self._session = session
        task, trainer = session.task, session.trainer
        yield Loaded(
            session.yardsticks.chance,
            session.yardsticks.optimum,
            session.resumed_from_step,
            trainer.horizon(task),
            task.depth,
            tuple(task.notes),
        )
        keep = (lambda _: None) if self._checkpoint is None else self._checkpoint.keep
        yield from session.train(self._stopped, keep)
        yield Interrupted(session.steps, judging=True) if self._stopped.is_set() else Trained()
        yield Judged(session.judged())

    def stop(self) -> None:
        """End the training after the chunk that is being learned, and judge what was learned."""
        self._stopped.set()

    @property
    def step(self) -> int:
        """Time steps fed to each replica so far."""
        return 0 if self._session is None else self._session.steps

    @property
    def learned(self) -> bool:
        """Whether anything was learned since the start, or since the state that was restored."""
        return self._session is not None and self._session.learned

    @property
    def over(self) -> bool:
        """Whether the training has ended."""
        return self._session is not None and self._session.over

    def unjudged(self) -> TrainedRun:
        """What is known now, without a loss on fresh data; for a user who has no time for that.

        Raises:
            UsageError: If nothing is loaded yet.
        """
        if self._session is None:
            raise UsageError("Nothing was learned yet.", "Wait for the event Loaded.")
        run: TrainedRun = self._session.unjudged()
        return run
