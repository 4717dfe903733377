"""Observers: they see the events of a run, and change nothing."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import redirect_stdout, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self, final

from seqtasks.catalogue.attempt import cause
from seqtasks.running.request import RunRequest

if TYPE_CHECKING:
    from seqtasks.running.execution import Event


class AbstractObservation(ABC):
    """What an observer does during one run. Subclasses are final."""

    @abstractmethod
    def see(self, event: "Event") -> None:
        """See the next event of the run. The last one is ``Judged`` or ``Failed``, unless the user ends the run before.

        Args:
            event: The event.
        """

    def close(self) -> None:
        """End the observation: the run is over, whether its last event was seen or not."""
        return


class AbstractObserver(ABC):
    """Settings of an observer. Subclasses are final and, best, frozen dataclasses of their settings."""

    @abstractmethod
    def observation(self, request: RunRequest) -> AbstractObservation:
        """Start to observe a run.

        Args:
            request: What is run.
        """


@final
class Observers:
    """The observations of one run. An observer that raises an error is closed and left out; the run goes on.

    What observers print goes to standard error, because standard output may be a record.

    Args:
        observers: The observers.
        request: What is run.
    """

    def __init__(self, observers: Iterable[AbstractObserver], request: RunRequest) -> None:
        self._problems: list[str] = []
        self._active: list[tuple[str, AbstractObservation]] = []
        for observer in observers:
            name = type(observer).__name__
            try:
                with redirect_stdout(sys.stderr):
                    self._active.append((name, observer.observation(request)))
            except Exception as error:  # an observer is foreign code, and the run does not need it
                self._drop(name, error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        for _name, observation in self._active:
            _close(observation)  # nobody listens any more to its errors

    def see(self, event: "Event") -> list[str]:
        """Show an event to the observers; returns a sentence for each that has failed since the last event."""
        for name, observation in list(self._active):
            try:
                with redirect_stdout(sys.stderr):
                    observation.see(event)
            except Exception as error:
                self._active.remove((name, observation))
                _close(observation)
                self._drop(name, error)
        problems, self._problems = self._problems, []
        return problems

    def _drop(self, name: str, error: Exception) -> None:
        self._problems.append(f"The observer {name} failed, and receives no more events of this run: {cause(error)}.")


def _close(observation: AbstractObservation) -> None:
    with suppress(Exception), redirect_stdout(sys.stderr):
        observation.close()
