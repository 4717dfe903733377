"""Work in another thread, so that the main one can answer Ctrl-C while the work is inside a long call."""

import queue
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, cast, final

T = TypeVar("T")


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
