"""Runs checks in another process, reports the check that crashes or hangs, and starts a new process for the rest."""

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, final

from seqtasks.catalogue.discovery import candidates
from seqtasks.catalogue.entry import BUILT_IN
from seqtasks.checks.runner.crash import exit_reason, last_lines
from seqtasks.checks.runner.process import Process
from seqtasks.checks.runner.protocol import IMPORTED, IMPORTED_PROMISE, Outcome, Started
from seqtasks.checks.subject import CONSTRUCTION, CONSTRUCTION_PROMISE, Named

MIN_LIMIT: Final = 30.0  # seconds that any check may take
LIMIT_FACTOR: Final = 20.0  # times the duration of a check on an idle core
PAUSE_LIMIT: Final = 60.0  # seconds until the plugins are imported, and between two checks
MAKING_LIMIT: Final = 120.0  # seconds, TensorFlow's import included
MAX_BROKEN: Final = 3  # checks of an entry that crash or hang before its other checks are skipped


def check_imports(plugins: Sequence[str], limit: float | None) -> Iterator[Outcome]:
    """Import the plugins in another process; yields the failure that ended or stopped it, if there is one.

    If there are only built-ins, no process is started.

    Args:
        plugins: Files or modules, as after ``--plugin``.
        limit: Seconds that it may take; None for 60.
    """
    found = [each.name for each in candidates(plugins, os.environ) if each.load is not None and each.origin != BUILT_IN]
    if not found:
        return
    # of a plugin that was named, the stack shows more than a list could
    keep_out = "" if plugins else f" SEQTASKS_BLOCK=NAME keeps one of these out: {', '.join(found)}."
    supervised = _Supervised((), plugins, limit, 0, [])
    try:
        for news in supervised.events():
            if isinstance(news, Outcome):
                yield replace(news, advice=f"{news.advice}{keep_out}")
    finally:
        supervised.kill()


def run_checks(entries: Sequence[Named], plugins: Sequence[str], limit: float | None) -> Iterator[Started | Outcome]:
    """Run all checks of all entries, one after another; after three crashes or hangs of an entry its rest is skipped.

    Args:
        entries: The entries to check.
        plugins: Files or modules that the other process loads, as after ``--plugin``.
        limit: Seconds after which a check counts as hanging; None for 20 times its usual duration, and at least 30.
    """
    first: int = 0
    done: list[str] = []
    broken = Counter[int]()
    while first < len(entries):
        supervised = _Supervised(entries, plugins, limit, first, done)
        try:
            yield from supervised.events()
        finally:
            supervised.kill()
        if supervised.ended:
            return
        first, done = supervised.next_start()
        broken[supervised.entry] += 1
        if first == supervised.entry and broken[first] == MAX_BROKEN:
            yield from supervised.skip_rest()
            first, done = first + 1, []


@final
class _Supervised:
    """One process and the state of its checks, until it is done, crashes or hangs."""

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

    def events(self) -> Iterator[Started | Outcome]:
        """The events, up to the end or to the failure of the check that crashed or hung."""
        while not self.ended:
            for event in self._process.events():
                yield from self._handle(event)
            if self.ended:
                return
            code = self._process.exit_code()
            if code is not None:
                yield from self._failure(*exit_reason(code), self._process.output())
                return
            if time.monotonic() - self._since > self._allowed():
                yield from self._failure(
                    f"It did not {'end' if self._running else 'start'} within {self._allowed():g} s.",
                    "Look for an endless loop, or raise --limit.",
                    self._process.output_with_stack(),
                )
                return

    def kill(self) -> None:
        """End the process."""
        self._process.kill()

    def next_start(self) -> tuple[int, list[str]]:
        """The entry with which the next process starts, and the checks of it that are done."""
        if self._running == IMPORTED:  # the next import would end in the same way
            return self._entries, []
        if self._running in ("", CONSTRUCTION):
            return self.entry + 1, []
        return self.entry, self._done

    def skip_rest(self) -> Iterator[Outcome]:
        """Outcomes for the checks of the entry that are skipped."""
        sentence = f"Not run, after {MAX_BROKEN} checks that crashed or hung."
        for name in self._left():
            yield self._outcome(name, "failed", sentence, "Correct those checks first.", 0.0)

    def _allowed(self) -> float:
        if not self._running:
            return PAUSE_LIMIT
        if self._running == IMPORTED:
            return self._limit or PAUSE_LIMIT
        if self._running == CONSTRUCTION:  # which imports what the plugin needs
            return max(MAKING_LIMIT, self._limit or 0.0)
        return self._limit or max(MIN_LIMIT, LIMIT_FACTOR * self._checks[self._running][1])

    def _handle(self, event: dict[str, Any]) -> Iterator[Started | Outcome]:
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
            case "start":
                self._running, self._since = event["name"], time.monotonic()
                place = list(self._checks).index(self._running) + 1
                yield Started(self.entry, self._running, place, len(self._checks))
            case "outcome":
                self._running, self._since = "", time.monotonic()
                fields = {name: event[name] for name in ("status", "sentence", "advice", "seconds", "traceback")}
                yield self._outcome(event["name"], **fields)
            case "end":
                self.ended = True

    def _outcome(self, name: str, status: Any, sentence: str, advice: str, seconds: float, **more: str) -> Outcome:
        self._done.append(name)
        return Outcome(self.entry, name, self._checks[name][0], status, sentence, advice, seconds, **more)

    def _failure(self, sentence: str, advice: str, output: str) -> Iterator[Outcome]:
        """The failure of the check that was running, or of the next one; nothing if all were done."""
        self._running = self._running or self._next()
        if self._running:
            seconds = time.monotonic() - self._since
            yield self._outcome(self._running, "failed", sentence, advice, seconds, output=last_lines(output))

    def _left(self) -> list[str]:
        return [name for name in self._checks if name not in self._done]

    def _next(self) -> str:
        """The next check; an empty text after the last."""
        if left := self._left():
            return left[0]
        if self._checks:  # all checks of this entry are done: the next entry was being prepared
            self.entry, self._done = self.entry + 1, []
        if self.entry == self._entries:
            return ""
        self._checks = {CONSTRUCTION: (CONSTRUCTION_PROMISE, 1.0)}  # settings are read before the first event
        return CONSTRUCTION
