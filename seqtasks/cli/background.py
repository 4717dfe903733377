"""Work in another thread, so that the main one can answer Ctrl-C while the work is inside a long call."""

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar, cast, final

T = TypeVar("T")


@final
class Background(Generic[T]):
    """The items of an iterator that is made and run in a thread of its own.

    KeyboardInterrupt is raised where the items are waited for; the thread goes on, for nothing can end it from outside.

    Args:
        make: Makes the iterator, in the thread.
    """

    def __init__(self, make: Callable[[], Iterator[T]]) -> None:
        self._queue: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._make = make
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __iter__(self) -> Iterator[T]:
        self._thread.start()
        yield from self._received()

    def rest(self) -> None:
        """Wait for the end after an interruption.

        Raises:
            BaseException: Whatever ended the work, if anything did.
        """
        for _ in self._received():
            pass

    def _received(self) -> Iterator[T]:
        while True:
            kind, value = self._queue.get()
            if kind == "end":
                return
            if kind == "error":
                raise value
            yield cast(T, value)

    def _work(self) -> None:
        try:
            for item in self._make():
                self._queue.put(("item", item))
        except BaseException as error:  # carried over to the main thread, which alone can show it
            self._queue.put(("error", error))
        else:
            self._queue.put(("end", None))
