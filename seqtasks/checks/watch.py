"""Runs checks in another process, names the one that crashes or hangs, and goes on with the rest in a new one."""

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, final

from seqtasks.catalogue.discovery import candidates
from seqtasks.catalogue.entry import BUILT_IN
from seqtasks.checks.crash import ending, telling
from seqtasks.checks.process import Process
from seqtasks.checks.protocol import IMPORTED, IMPORTED_PROMISE, MADE, MADE_PROMISE, Begun, Outcome
from seqtasks.checks.subject import Named

LEAST: Final = 30.0  # seconds that any check may take
TIMES: Final = 20.0  # as long as on a quiet core
BETWEEN: Final = 60.0  # seconds until the plugins are imported, and from one check to the next
MAKING: Final = 120.0  # seconds, TensorFlow's import included
MOST: Final = 3  # checks of an entry that crash or hang, before it is given up


def imported(plugins: Sequence[str], limit: float | None) -> Iterator[Outcome]:
    """What became of importing the plugins in another process: nothing, but for the failure that ended or stopped it.

    Where there are only built-ins, no process is started.

    Args:
        plugins: What is let in, as after ``--plugin``.
        limit: Seconds that it may take; None for 60.
    """
    found = [each.name for each in candidates(plugins, os.environ) if each.load is not None and each.origin != BUILT_IN]
    if not found:
        return
    # of one that was named, the stack shows more than a list could
    keep_out = "" if plugins else f" SEQTASKS_BLOCK=NAME keeps one of these out: {', '.join(found)}."
    child = _Child((), plugins, limit, 0, [])
    try:
        for news in child.events():
            if isinstance(news, Outcome):
                yield replace(news, advice=f"{news.advice}{keep_out}")
    finally:
        child.kill()


def watched(entries: Sequence[Named], plugins: Sequence[str], limit: float | None) -> Iterator[Begun | Outcome]:
    """All checks of all entries, one after another; an entry of which three crash or hang is given up.

    Args:
        entries: What to check.
        plugins: What the other process has to let in, as after ``--plugin``.
        limit: Seconds after which a check is taken to hang; None for twenty times what it takes, and at least 30.
    """
    first: int = 0
    done: list[str] = []
    broken = Counter[int]()
    while first < len(entries):
        child = _Child(entries, plugins, limit, first, done)
        try:
            yield from child.events()
        finally:
            child.kill()
        if child.ended:
            return
        first, done = child.goes_on()
        broken[child.entry] += 1
        if first == child.entry and broken[first] == MOST:
            yield from child.given_up()
            first, done = first + 1, []


@final
class _Child:
    """What one process is at, until it is through, crashes or hangs."""

    def __init__(
        self, entries: Sequence[Named], plugins: Sequence[str], limit: float | None, first: int, done: list[str]
    ) -> None:
        self.ended = False
        self.entry = first
        self._limit, self._done, self._entries = limit, list(done), len(entries)
        self._checks: dict[str, tuple[str, float]] = {IMPORTED: (IMPORTED_PROMISE, 0.0)}
        self._running, self._since = "", time.monotonic()
        self._process = Process(
            {
                "plugins": list(plugins),
                "entries": [(named.kind, named.spec.recorded()) for named in entries],
                "first": first,
                "done": done,
            }
        )

    def events(self) -> Iterator[Begun | Outcome]:
        """What happens, to the end, or up to the failure of the check that crashed or hung."""
        while not self.ended:
            for event in self._process.heard():
                yield from self._understood(event)
            if self.ended:
                return
            code = self._process.ended()
            if code is not None:
                yield from self._broken(*ending(code), self._process.said())
                return
            if time.monotonic() - self._since > self._allowed():
                yield from self._broken(
                    f"It did not {'end' if self._running else 'begin'} within {self._allowed():g} s.",
                    "Look for a loop without an end, or give --limit more seconds.",
                    self._process.asked_where(),
                )
                return

    def kill(self) -> None:
        """End the process."""
        self._process.kill()

    def goes_on(self) -> tuple[int, list[str]]:
        """Where the next process has to begin."""
        if self._running == IMPORTED:  # so it would be again
            return self._entries, []
        if self._running in ("", MADE):
            return self.entry + 1, []
        return self.entry, self._done

    def given_up(self) -> Iterator[Outcome]:
        """The checks of the entry that nobody tries any more."""
        sentence = f"Not run, after {MOST} checks that crashed or hung."
        for name in self._left():
            yield self._outcome(name, "failed", sentence, "Correct those first.", 0.0)

    def _allowed(self) -> float:
        if not self._running:
            return BETWEEN
        if self._running == IMPORTED:
            return self._limit or BETWEEN
        if self._running == MADE:  # which imports what the plugin needs
            return max(MAKING, self._limit or 0.0)
        return self._limit or max(LEAST, TIMES * self._checks[self._running][1])

    def _understood(self, event: dict[str, Any]) -> Iterator[Begun | Outcome]:
        match event["event"]:
            case "importing":
                self._running, self._since = IMPORTED, time.monotonic()
            case "imported":
                self._running, self._since, self._checks = "", time.monotonic(), {}
            case "entry":
                if event["number"] != self.entry:
                    self.entry, self._done, self._running = event["number"], [], ""
                self._checks = {each["name"]: (each["promise"], each["seconds"]) for each in event["checks"]}
                self._since = time.monotonic()
            case "begin":
                self._running, self._since = event["name"], time.monotonic()
                place = list(self._checks).index(self._running) + 1
                yield Begun(self.entry, self._running, place, len(self._checks))
            case "outcome":
                self._running, self._since = "", time.monotonic()
                told = {name: event[name] for name in ("status", "sentence", "advice", "seconds", "traceback")}
                yield self._outcome(event["name"], **told)
            case "end":
                self.ended = True

    def _outcome(self, name: str, status: Any, sentence: str, advice: str, seconds: float, **more: str) -> Outcome:
        self._done.append(name)
        return Outcome(self.entry, name, self._checks[name][0], status, sentence, advice, seconds, **more)

    def _broken(self, sentence: str, advice: str, said: str) -> Iterator[Outcome]:
        """The failure of the check that ran, or of the one that could not begin; nothing if all were done."""
        self._running = self._running or self._next()
        if self._running:
            seconds = time.monotonic() - self._since
            yield self._outcome(self._running, "failed", sentence, advice, seconds, said=telling(said))

    def _left(self) -> list[str]:
        return [name for name in self._checks if name not in self._done]

    def _next(self) -> str:
        """The check that was to come; none after the last."""
        if left := self._left():
            return left[0]
        if self._checks:  # all of this entry: what was prepared is the next
            self.entry, self._done = self.entry + 1, []
        if self.entry == self._entries:
            return ""
        self._checks = {MADE: (MADE_PROMISE, 1.0)}  # settings are read before the first event
        return MADE
