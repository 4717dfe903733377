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
from seqtasks.running.observer import AbstractObserver, Observers
from seqtasks.running.request import RunRequest
from seqtasks.running.result import TrainedRun

_SESSION: Final = LazyImport("seqtasks.running.session:Session")

T = TypeVar("T")


@final
@dataclass(frozen=True, slots=True)
class Loaded:
    """The parts of the run are loaded and fit together.

    Args:
        chance: The loss of the best constant prediction.
        optimum: The loss of the Bayes-optimal predictor; None if unknown.
        resumed_from_step: The time step of each replica at which the run resumes; 0 for a new run.
        truncation: The number of steps after which the trainer truncates gradients; None if it does not.
        depth: The number of steps that the task's gradients need; None if unknown.
        notes: The task's remarks about its data, a sentence each.
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
    """The programs are compiled, and the training starts.

    Args:
        seconds: The time of the compilation.
    """

    seconds: float


@final
@dataclass(frozen=True, slots=True)
class Progress:
    """The learner trained on another chunk of steps.

    Args:
        step: Time steps of each replica so far.
        total: The budget in time steps of each replica.
        curve: The mean losses of consecutive blocks of steps, each measured before its updates; medians over the
            replicas.
    """

    step: int
    total: int
    curve: Sequence[float]


@final
@dataclass(frozen=True, slots=True)
class Validated:
    """The trainer measured the loss on its validation data.

    Args:
        step: Time steps of each replica so far.
        loss: The loss; the median over the replicas.
    """

    step: int
    loss: float


@final
@dataclass(frozen=True, slots=True)
class Unobserved:
    """An observer has failed. It sees no more of this run, which goes on.

    Args:
        problem: What went wrong, a sentence.
    """

    problem: str


@final
@dataclass(frozen=True, slots=True)
class Interrupted:
    """The user ended the training, or the judging.

    Args:
        step: Time steps of each replica so far.
        judging: Whether the network, as trained so far, is judged next.
    """

    step: int
    judging: bool


@final
@dataclass(frozen=True, slots=True)
class Trained:
    """The training is over. The network is judged on fresh data next."""


@final
@dataclass(frozen=True, slots=True)
class Judged:
    """The run is over. This event is the last.

    Args:
        run: The record and the trained networks.
    """

    run: TrainedRun


@final
@dataclass(frozen=True, slots=True)
class Failed:
    """The run has failed. This event is the last; the iteration raises the error next.

    Args:
        error: The error.
    """

    error: Exception


Event = Loaded | Compiled | Progress | Validated | Unobserved | Interrupted | Trained | Judged | Failed


def notes(event: Loaded, request: RunRequest) -> list[str]:
    """The remarks that a user should read before the training starts, a sentence each."""
    found = list(event.notes)
    if event.resumed_from_step:
        found.append(f"Resuming from step {event.resumed_from_step:,}.")
    truncation, depth = event.truncation, event.depth
    if truncation is not None and depth is not None and truncation < depth:
        name = request.task.partition(":")[0]
        found.append(
            f"Gradients are truncated after {truncation} step{'s' * (truncation > 1)}, but {name} needs {depth}. "
            f"Use --trainer online:window={depth} or --trainer rtrl."
        )
    return found


class AbstractCheckpoint(Protocol):
    """A store for the state of a run, from which another process can resume it."""

    def restore(self, session: Any) -> None:
        """Restore the saved state, if there is one, into a session that has not been trained."""

    def save(self, session: Any) -> None:
        """Save the state of the session if a save is due, or if the training is over."""


def execute(
    request: RunRequest,
    *,
    host: Host | None = None,
    checkpoint: AbstractCheckpoint | None = None,
    observers: Sequence[AbstractObserver] = (),
) -> "Execution":
    """Execute a request in this thread, while the events are iterated.

    Args:
        request: What to run.
        host: The catalogue; if None, one with the plugins that the request needs.
        checkpoint: Where the run saves its state, and resumes from; None for neither.
        observers: Who sees each event before it is yielded. An observer that fails is left out, and the run goes on.

    Returns:
        The events, to be iterated once.

    Raises:
        SeqtasksError: During the iteration, if the parts of the run do not fit together.

    Example:
        >>> from seqtasks.catalogue.host import Host
        >>> request = RunRequest.of(Host.start(environ={}), "prev-bit", "gru", "online")
        >>> for event in execute(request):  # doctest: +SKIP
        ...     if isinstance(event, Judged):
        ...         print(event.run.result.skill)
        0.9998
    """
    return Execution(request, host, checkpoint, observers)


@final
class Execution:
    """A run in progress: an iterable of its events, which another thread can stop.

    Args:
        request: What to run.
        host: The catalogue, or None.
        checkpoint: Where the run saves its state, or None.
        observers: Who sees the events.
    """

    def __init__(
        self,
        request: RunRequest,
        host: Host | None,
        checkpoint: AbstractCheckpoint | None,
        observers: Sequence[AbstractObserver] = (),
    ) -> None:
        self.request = request
        self._host, self._checkpoint, self._observers = host, checkpoint, observers
        self._stopped = threading.Event()
        self._session: Any = None

    def __iter__(self) -> Iterator[Event]:
        with Observers(self._observers, self.request) as observers:
            try:
                for event in self._events():
                    yield from map(Unobserved, observers.see(event))  # before the event, which may be the last
                    yield event
            except Exception as error:  # listeners receive each failure as an event; it is raised again
                failed = Failed(error)
                yield from map(Unobserved, observers.see(failed))
                yield failed
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
        save = (lambda _: None) if self._checkpoint is None else self._checkpoint.save
        yield from session.train(self._stopped, save)
        yield Interrupted(session.steps, judging=True) if self._stopped.is_set() else Trained()
        yield Judged(session.judged())

    def stop(self) -> None:
        """End the training after the current chunk, and judge the network as trained so far."""
        self._stopped.set()

    @property
    def step(self) -> int:
        """Time steps of each replica so far."""
        return 0 if self._session is None else self._session.steps

    @property
    def learned(self) -> bool:
        """Whether the networks were trained since the start, or since the state was restored."""
        return self._session is not None and self._session.learned

    @property
    def over(self) -> bool:
        """Whether the training is over."""
        return self._session is not None and self._session.over

    def unjudged(self) -> TrainedRun:
        """The run as it is now, without a loss on fresh data.

        Raises:
            UsageError: If the parts of the run are not loaded yet.
        """
        if self._session is None:
            raise UsageError("The run is not loaded yet.", "Wait for the event Loaded.")
        run: TrainedRun = self._session.unjudged()
        return run


@final
class Interruptible:
    """The events of an execution, which Ctrl-C can end early.

    The first Ctrl-C ends the training, and the network is judged as trained so far. During the judging, the first
    Ctrl-C ends it without a loss. The second Ctrl-C raises KeyboardInterrupt, and so does the first if nothing was
    learned. Only the main thread receives signals: in other threads the events are those of the execution.

    Args:
        execution: The run.

    Attributes:
        execution: The run.
    """

    def __init__(self, execution: Execution) -> None:
        self.execution = execution
        self._background: Background[Event] | None = None

    @property
    def busy(self) -> bool:
        """Whether the thread is still inside a call that cannot be interrupted."""
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
    """The items of an iterator that runs in a thread of its own.

    While :meth:`listening`, Ctrl-C raises KeyboardInterrupt only where the main thread waits for an item, so that no
    item is lost. The thread goes on, because a thread cannot be ended from outside; the main thread may wait again.

    Args:
        build: Builds the iterator, in the thread.
    """

    def __init__(self, build: Callable[[], Iterator[T]]) -> None:
        self._queue: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._build = build
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether the thread is still running."""
        return self._thread.is_alive()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Handle Ctrl-C in this context."""
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
            for item in self._build():
                self._queue.put(("item", item))
        except BaseException as error:  # the main thread raises it again
            self._queue.put(("error", error))
        else:
            self._queue.put(("end", None))
