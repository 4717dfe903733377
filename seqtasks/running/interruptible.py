"""Ctrl-C while a run is inside a long call: the work goes on in another thread, and the main one listens."""

import queue
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, cast, final

from seqtasks.running.events import Event, Interrupted, Judged
from seqtasks.running.execution import Execution

T = TypeVar("T")


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
