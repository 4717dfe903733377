"""The one driver of a run: it executes a request and yields events. Everything that runs networks listens to it."""

import queue
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar, cast, final

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.lazy import LazyImport
from seqtasks.running.request import RunRequest
from seqtasks.running.result import TrainedRun

_SESSION: Final = LazyImport("seqtasks.running.session:Session")

T = TypeVar("T")


@final
@dataclass(frozen=True, slots=True)
class Loaded:
    """The parts of the run are there, and fit together.

    Args:
        chance: The yardstick's loss.
        optimum: The yardstick's loss; None if it is unknown.
        resumed_from_step: Time steps that each replica was fed before the run was resumed; 0 if it was not.
        truncation: After how many steps the trainer truncates gradients; None if it does not.
        depth: How many steps the task's gradients need; None if that is unknown.
        notes: What the task says of its data, a sentence each.
    """

    chance: float
    optimum: float | None
    resumed_from_step: int
    truncation: int | None
    depth: int | None
    notes: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class Compiled:
    """The programs are compiled, and training begins.

    Args:
        seconds: How long that took.
    """

    seconds: float


@final
@dataclass(frozen=True, slots=True)
class Progress:
    """Another chunk of steps was learned.

    Args:
        step: Time steps fed to each replica so far.
        total: The budget.
        curve: The mean losses of all blocks of steps so far, each before its updates; the medians over the replicas.
    """

    step: int
    total: int
    curve: Sequence[float]


@final
@dataclass(frozen=True, slots=True)
class Validated:
    """The trainer measured the loss on its validation data.

    Args:
        step: Time steps fed to each replica so far.
        loss: The loss; the median over the replicas.
    """

    step: int
    loss: float


@final
@dataclass(frozen=True, slots=True)
class Interrupted:
    """The user ended the training, or the judging.

    Args:
        step: Time steps fed to each replica so far.
        judging: Whether what was learned so far is judged next.
    """

    step: int
    judging: bool


@final
@dataclass(frozen=True, slots=True)
class Trained:
    """The training has ended, and fresh data judge the network next."""


@final
@dataclass(frozen=True, slots=True)
class Judged:
    """The run is over. This event is the last.

    Args:
        run: The result and the trained networks.
    """

    run: TrainedRun


@final
@dataclass(frozen=True, slots=True)
class Failed:
    """The run cannot go on. This event is the last, and the error is raised next.

    Args:
        error: Why.
    """

    error: Exception


Event = Loaded | Compiled | Progress | Validated | Interrupted | Trained | Judged | Failed


def notes(event: Loaded, request: RunRequest) -> list[str]:
    """What a user should know before the training begins, a sentence each."""
    found = list(event.notes)
    if event.resumed_from_step:
        found.append(f"Going on from step {event.resumed_from_step:,}.")
    truncation, depth = event.truncation, event.depth
    if truncation is not None and depth is not None and truncation < depth:
        name = request.task.partition(":")[0]
        found.append(
            f"Note: gradients are truncated after {truncation} step{'s' * (truncation > 1)}, but {name} needs {depth}. "
            f"Use --trainer online:window={depth}, or --trainer rtrl."
        )
    return found


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
            trainer.truncation_length(task.objective),
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


@final
class Interruptible:
    """The events of an execution, which Ctrl-C can end early.

    The first Ctrl-C ends the training, and what was learned is judged. If it is being judged already, it stays
    unjudged. The second Ctrl-C raises KeyboardInterrupt, and so does the first if nothing was learned. In a thread
    other than the main one, which receives no signals, the events are those of the execution.

    Args:
        execution: The run.

    Attributes:
        execution: The same.
    """

    def __init__(self, execution: Execution) -> None:
        self.execution = execution
        self._background: Background[Event] | None = None

    @property
    def busy(self) -> bool:
        """Whether the work still goes on, inside a call that nothing can end."""
        return self._background is not None and self._background.busy

    def __iter__(self) -> Iterator[Event]:
        if threading.current_thread() is not threading.main_thread():
            yield from self.execution
            return
        self._background = Background(lambda: iter(self.execution))
        with self._background.listening():
            try:
                yield from self._background
            except KeyboardInterrupt:
                if not self.execution.learned:
                    raise
                yield from self._interrupted(self._background)

    def _interrupted(self, background: "Background[Event]") -> Iterator[Event]:
        over = self.execution.over
        yield Interrupted(self.execution.step, judging=not over)
        if over:
            yield Judged(self.execution.unjudged())
            return
        self.execution.stop()
        yield from (event for event in background if not isinstance(event, Interrupted))


@final
class Background(Generic[T]):
    """The items of an iterator that is made and run in a thread of its own.

    While :meth:`listening`, Ctrl-C raises KeyboardInterrupt where items are waited for and nowhere else, so that none
    is lost; the work goes on, for nothing can end a thread from outside, and so may the waiting.

    Args:
        make: Makes the iterator, in the thread.
    """

    def __init__(self, make: Callable[[], Iterator[T]]) -> None:
        self._queue: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._make = make
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether the thread is still at work."""
        return self._thread.is_alive()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl-C meanwhile."""
        before = signal.signal(signal.SIGINT, lambda *_: self._queue.put(("interrupt", None)))
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def __iter__(self) -> Iterator[T]:
        while True:
            kind, value = self._queue.get()
            match kind:
                case "item":
                    yield cast(T, value)
                case "interrupt":
                    raise KeyboardInterrupt
                case "error":
                    raise value
                case "end":
                    self._thread.join()
                    return

    def _work(self) -> None:
        try:
            for item in self._make():
                self._queue.put(("item", item))
        except BaseException as error:  # carried over to the main thread, which alone can show it
            self._queue.put(("error", error))
        else:
            self._queue.put(("end", None))
