"""A plugin file of an observer that writes the names of events to a file, and fails where it is told to."""

from dataclasses import dataclass
from typing import Literal

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl
from seqtasks.running.observer import AbstractObservation, AbstractObserver


@dataclass(frozen=True)
class Watching(AbstractObserver):
    """Writes a line for each event.

    Args:
        log: The file.
        fails: Where it raises an error.
    """

    log: str
    fails: Literal["never", "start", "event", "close"] = "never"

    def observation(self, request):
        if self.fails == "start":
            raise OSError("no start")
        return Watched(self)


class Watched(AbstractObservation):
    def __init__(self, settings):
        self._settings = settings

    def see(self, event):
        if self._settings.fails == "event" and type(event).__name__ == "Progress":
            raise OSError("no event")
        self._write(type(event).__name__)

    def close(self):
        self._write("closed")
        if self._settings.fails in ("event", "close"):
            raise OSError("no close")

    def _write(self, name):
        print(name)
        with open(self._settings.log, "a") as file:
            file.write(f"{name}\n")


@hookimpl
def seqtasks_observers():
    yield Entry("watching", "Writes the names of events.", f"{__name__}:Watching")
