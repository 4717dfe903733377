"""The order of runs: which worker gets which, what happens when one ends, and what is left."""

import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from dataclasses import dataclass
from typing import Any, Final, final

from seqtasks.benchmarks.suite import Case, Ladder
from seqtasks.benchmarks.work import Watch, run
from seqtasks.benchmarks.workers import AbstractWorkers
from seqtasks.catalogue.attempt import cause
from seqtasks.running.request import RunRequest
from seqtasks.store.run_store import Outcome, RunStore

ATTEMPTS: Final = 5  # how often a run may take its process down
TICK: Final = 0.5  # seconds between two looks at heartbeats and clocks
ELSEWHERE: Final = 2.0  # seconds between two looks at the runs of other benchmarks
AGAIN: Final = ("failed", "hung")

Ended = Mapping[str, tuple[str, bool | None]]  # status and whether the task is solved, by key


@final
@dataclass(frozen=True, slots=True)
class Progressed:
    """Another run has ended, or time has passed.

    Args:
        ended: How many runs have ended, those included that were stored before.
        total: How many runs there are, as far as is known: a ladder that ends early has fewer.
        running: How many runs are being executed here.
        elsewhere: How many are being executed by other benchmarks on the same store.
        statuses: How many of those that ended here have each status.
    """

    ended: int
    total: int
    running: int
    elsewhere: int
    statuses: Mapping[str, int]


@final
@dataclass(slots=True)
class _Running:
    """A run that a worker executes."""

    request: RunRequest
    worker: int
    future: "Future[Outcome]"
    since: float


@final
class Schedule:
    """Executes ladders of cases: an iterable of its progress, to be iterated once.

    The runs of one program, that is of one model and one trainer, go to the same worker as long as there are others for
    the rest, so that each program is compiled as seldom as possible.

    Args:
        ladders: The cases; the next one of a ladder is opened when a seed has solved the one before.
        store: Where the runs are claimed and stored.
        workers: The processes.
        again: The endings after which a stored run is executed again.
        timeout: Seconds after which a run is ended.
        watch: Who observes the runs; None for nobody.

    Attributes:
        problems: What went wrong with observers, a sentence each.
    """

    def __init__(
        self,
        ladders: Iterable[Ladder],
        store: RunStore,
        workers: AbstractWorkers,
        again: Iterable[str] = (),
        timeout: float | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.problems: list[str] = []
        self._ladders = [deque(ladder) for ladder in ladders]
        self._open: list[tuple[deque[Case], set[str]]] = []  # the rest of a ladder, and the keys of its first case
        self._store, self._workers, self._timeout, self._watch = store, workers, timeout, watch
        self._again = tuple(again)
        self._groups: dict[tuple[str, ...], deque[RunRequest]] = {}
        self._group_of: dict[int, tuple[str, ...]] = {}
        self._running: dict[int, _Running] = {}
        self._elsewhere: dict[str, RunRequest] = {}
        self._ended: dict[str, tuple[str, bool | None]] = {}
        self._planned: set[str] = set()
        self._crashes: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()
        self._looked = 0.0

    def __iter__(self) -> Iterator[Progressed]:
        self._stored = {key: ending for key, ending in self._store.endings().items() if ending[0] not in self._again}
        for ladder in self._ladders:
            self._climb(ladder)
        yield self.progress()
        while self._fill() or self._elsewhere:
            yield self.progress()
            self._collect()
            self._end_hung()
            self._store.beat()
        yield self.progress()

    def progress(self) -> Progressed:
        """The progress of the benchmark."""
        later = sum(len(case.seeds) for ladder, _ in self._open for case in list(ladder)[1:])
        return Progressed(
            len(self._ended), len(self._planned) + later, len(self._running), len(self._elsewhere), dict(self._statuses)
        )

    def _climb(self, ladder: deque[Case]) -> None:
        """Open the first case of a ladder: its runs are stored already, or wait for a worker."""
        while ladder:
            requests = {request.key(): request for request in ladder[0].requests}
            for key, request in requests.items():
                if key in self._stored:
                    self._ended[key] = self._stored[key]
                elif key not in self._planned:
                    self._queue(request)
                self._planned.add(key)
            if not requests.keys() <= self._ended.keys():
                self._open.append((ladder, set(requests)))
                return
            if not self._is_solved(requests):
                return
            ladder.popleft()

    def _queue(self, request: RunRequest) -> None:
        self._groups.setdefault((request.model, request.trainer, request.dtype), deque()).append(request)

    def _is_solved(self, keys: Iterable[str]) -> bool:
        return any(self._ended[key][1] for key in keys)

    def _fill(self) -> bool:
        """Give every idle worker a run; returns whether any of them has one."""
        self._look_elsewhere()
        for worker in range(self._workers.size):
            while worker not in self._running and (request := self._next(worker)) is not None:
                self._start(worker, request)
        return bool(self._running)

    def _next(self, worker: int) -> RunRequest | None:
        """The next run of the worker's group, of a group that no worker has, or of the largest one."""
        group = self._group_of.get(worker)
        if group is None or not self._groups.get(group):
            left = {name: runs for name, runs in self._groups.items() if runs}
            taken = {name for other, name in self._group_of.items() if other != worker}
            free = [name for name in left if name not in taken]
            group = free[0] if free else max(left, key=lambda name: len(left[name]), default=None)
            if group is None:
                return None
            self._group_of[worker] = group
        return self._groups[group].popleft()

    def _look_elsewhere(self) -> None:
        """Ask the store again, now and then, about the runs of other benchmarks: they may have ended, or be void."""
        if time.monotonic() - self._looked >= ELSEWHERE:
            self._looked = time.monotonic()
            self._groups.setdefault(("elsewhere",), deque()).extend(self._elsewhere.values())
            self._elsewhere.clear()

    def _start(self, worker: int, request: RunRequest) -> None:
        claim = self._store.claim(request, self._again)
        if claim != "claimed":
            self._not_here(request, claim)
            return
        self._submit(worker, request)

    def _submit(self, worker: int, request: RunRequest) -> None:
        words: list[Any] = [request.to_json(), request.key(), *([self._watch] if self._watch else [])]
        try:
            future = self._workers.submit(worker, run, *words)
        except BrokenExecutor:  # the process has ended since its last run
            self._workers.restart(worker)
            future = self._workers.submit(worker, run, *words)
        self._running[worker] = _Running(request, worker, future, time.monotonic())

    def _not_here(self, request: RunRequest, claim: str) -> None:
        key = request.key()
        if claim == "elsewhere":
            self._elsewhere[key] = request
        else:
            self._note(key, self._store.endings(key)[key])

    def _collect(self) -> None:
        """Store the runs that have ended, or wait a moment."""
        if not self._running:
            time.sleep(TICK)
            return
        wait([each.future for each in self._running.values()], timeout=TICK, return_when=FIRST_COMPLETED)
        for worker, each in list(self._running.items()):
            if each.future.done():
                del self._running[worker]
                self._store_outcome(each)

    def _store_outcome(self, each: _Running) -> None:
        try:
            outcome = each.future.result()
        except (Exception, CancelledError) as error:  # the process has ended: a run returns its own errors
            key = each.request.key()
            self._crashes[key] += 1
            if self._crashes[key] < ATTEMPTS:
                self._queue(each.request)  # behind the others, in case that something else ends the processes
                return
            sentence = f"The process of the run ended {ATTEMPTS} times. The last time: {cause(error)}."
            outcome = Outcome("failed", error=sentence)
        self._finish(each.request, outcome)

    def _end_hung(self) -> None:
        """End every run that takes longer than the timeout."""
        for worker, each in list(self._running.items()):
            if self._timeout is not None and time.monotonic() - each.since > self._timeout:
                del self._running[worker]
                each.future.cancel()
                self._workers.restart(worker)
                sentence = f"The run took longer than {self._timeout:g} s and was ended."
                self._finish(each.request, Outcome("hung", error=sentence))

    def _finish(self, request: RunRequest, outcome: Outcome) -> None:
        key = request.key()
        self.problems += [problem for problem in outcome.problems if problem not in self.problems]
        if self._store.finish(request, outcome):
            self._statuses[outcome.status] += 1
            self._note(key, (outcome.status, None if outcome.result is None else outcome.result.solved))
        else:  # another benchmark has taken it over, because this process slept for too long
            self._elsewhere[key] = request

    def _note(self, key: str, ending: tuple[str, bool | None]) -> None:
        """A run has ended; the next case of a ladder may open."""
        self._ended[key] = ending
        for rung in [each for each in self._open if key in each[1] and each[1] <= self._ended.keys()]:
            self._open.remove(rung)
            ladder, keys = rung
            if self._is_solved(keys):
                ladder.popleft()
                self._climb(ladder)
