"""The training of a run: load, compile, learn chunk after chunk, evaluate."""

import operator
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from statistics import median
from typing import Any, Final, final

from seqtasks.catalogue.host import Host
from seqtasks.catalogue.versions import versions
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractTask, Chunk
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer
from seqtasks.errors import DataError
from seqtasks.feeds.side_by_side import SideBySide
from seqtasks.lazy import LazyImport
from seqtasks.running.execution import Compiled, Progress, Validated
from seqtasks.running.history import History
from seqtasks.running.judging import Judge, Judgement, medians
from seqtasks.running.request import RunRequest
from seqtasks.running.result import Result, Status, TrainedRun
from seqtasks.running.verdict import Verdict

PACE: Final = 0.1  # target duration of a chunk in seconds: the delay of progress events and of Ctrl-C
FIRST: Final = 100  # steps of the first chunk, before the speed is known

# SciPy, which only the record of several replicas needs, takes almost a second to import.
_SOLVED_SHARE: Final = LazyImport("seqtasks.running.share:solved_share")


@final
class Session:
    """The training of one request.

    Args:
        request: What to run.
        host: The catalogue.

    Attributes:
        versions: The versions of the libraries that the networks compute with.
        resumed_from_step: The time step of each replica at which the state was restored; 0 for a new run.

    Raises:
        SeqtasksError: If the parts do not fit together.
    """

    def __init__(self, request: RunRequest, host: Host) -> None:
        self._request = request
        self.seconds = {"load": 0.0, "compile": 0.0, "train": 0.0, "evaluate": 0.0}
        with self._timed("load"):
            task, model, trainer = request.build(host)
            self.task: AbstractTask = task
            self.trainer: AbstractTrainer = trainer
            self.versions = versions(model.libraries)
            self._seeds = request.seeds
            self.networks: list[AbstractNetwork] = [
                model.build(task.shapes, seed, dtype=request.dtype) for seed in self._seeds
            ]
            self._test = task.test(request.seed)
            self._judge = Judge(request, host, task, model)
            self.yardsticks = self._judge.yardsticks
            self._learner = self._build_learner()
            budget = (request.steps, request.epochs)
            pairs = zip(self.networks, self._seeds, strict=True)
            self._feed = SideBySide([trainer.feed(task, network, seed, *budget) for network, seed in pairs])
        self._history = History(len(self._seeds))
        self.resumed_from_step = 0
        self._feed_state = self._feed.state()  # after the last chunk learned, not the last one taken
        self._status: Status = "interrupted"
        self._over = False

    def _build_learner(self) -> AbstractLearner:
        if len(self.networks) == 1:
            return self.trainer.learner(self.networks[0], self.task.objective, self._seeds[0])
        return self.trainer.replicas(self.networks, self.task.objective, self._seeds)

    @cached_property
    def _data(self) -> str:
        """A digest of the data to judge on and, where they are finite, to train on."""
        sets = [one for feed in self._feed.sets if feed is not None for one in (feed.training, feed.validation)]
        return " ".join(one.digest() for one in (self._test, *sets) if one is not None)

    @property
    def steps(self) -> int:
        """Time steps of each replica so far."""
        return self._history.steps

    @property
    def learned(self) -> bool:
        """Whether the networks were trained since the start, or since the state was restored."""
        return self.steps > self.resumed_from_step

    @property
    def over(self) -> bool:
        """Whether the training is over."""
        return self._over

    def state(self) -> dict[str, Any]:
        """Everything that the training resumes from, except the budget.

        Call it in the thread that trains, between chunks.

        Returns:
            Numbers, texts, arrays, and mappings and lists of them.
        """
        return {
            "data": self._data,
            "seconds": dict(self.seconds),
            "history": self._history.state(),
            "feed": self._feed_state,
            "learner": self._learner.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned, before the training.

        Raises:
            DataError: If the task's data have changed.
        """
        if state.get("data", self._data) != self._data:  # a checkpoint of an earlier version has no digest
            raise DataError(
                f"The data of {self._request.label('task')} have changed since the checkpoint.",
                "Restore the old data, or start over in another folder.",
            )
        with self._timed("load"):
            self._learner.restore(state["learner"])
            self._feed.restore(state["feed"])
            self._feed_state = self._feed.state()
            self._history.restore(state["history"])
            self.resumed_from_step = self.steps
        for name, seconds in state["seconds"].items():
            self.seconds[name] += float(seconds)

    def train(
        self, stopped: threading.Event, save: Callable[["Session"], None] = lambda _: None
    ) -> Iterator[Compiled | Progress | Validated]:
        """Compile, then learn chunk after chunk, and yield an event after each.

        Args:
            stopped: Ends the training after the current chunk; any thread may set it.
            save: Called after each chunk and at the end of the training, when :meth:`state` may be called.
        """
        pace = FIRST
        chunk = None if self._ended else self._feed.take(pace)
        if chunk is not None:
            # training and judging compile in parallel, each on one core
            with self._timed("compile"), ThreadPoolExecutor(max_workers=1) as executor:
                judging = executor.submit(self.networks[0].compile, self._test.lanes)
                self._learner.compile(chunk)
                judging.result()
        yield Compiled(self.seconds["compile"])
        while chunk is not None and not stopped.is_set():
            elapsed, validation = self._learn(chunk)
            if all(self._history.failed):
                break
            save(self)
            yield Progress(self.steps, max(self.steps, self._feed.total), self._history.losses())
            if validation is not None:
                yield Validated(self.steps, validation)
            pace = max(1, int(pace * min(4.0, max(0.25, PACE / max(elapsed, 1e-6)))))
            chunk = None if self._ended else self._feed.take(pace)
        else:
            self._status = "interrupted" if chunk is not None else "done"
        self._over = True
        save(self)
        if self._status == "done" and not all(self._history.failed):
            self._measured(self._feed.finish)

    @property
    def _ended(self) -> bool:
        """Whether no replica learns any more: each has stopped or failed."""
        return all(map(operator.or_, self._history.failed, self._feed.stopped))

    def _learn(self, chunk: Chunk) -> tuple[float, float | None]:
        """The seconds of the training step, and the median validation loss if it was measured."""
        before = time.perf_counter()
        with self._timed("train"):
            losses = self._learner.learn(chunk)
        elapsed = time.perf_counter() - before
        self._history.record_losses(self._feed.in_order(losses), self._feed.in_order(chunk.weights))
        validation = self._measured(self._feed.learned)
        for n, stopped in enumerate(self._feed.stopped):
            if stopped:
                self._history.stop(n)
        self._feed_state = self._feed.state()
        return elapsed, validation

    def _measured(self, measure: Callable[[], list[Mapping[str, float] | None] | None]) -> float | None:
        with self._timed("evaluate"):
            found = measure()
        self._history.record_validation(found)
        losses = [one["loss"] for one in found or () if one is not None]
        return median(losses) if losses else None

    def judged(self) -> TrainedRun:
        """Judge the current weights of each replica on fresh data of its own."""
        with self._timed("evaluate"):
            each = [self._judged(n, seed) for n, seed in enumerate(self._seeds)]
        return self._run(each, self._status)

    def _judged(self, n: int, seed: int) -> Judgement:
        failed = self._history.failed[n]
        test = self.task.test(seed) if n else self._test
        sets = None if failed else self._feed.sets[n]
        held_out = self._feed.held_out_weights[n]
        learns_on = self._status == "done" and not failed
        return self._judge(self.networks[n], seed, test, sets, held_out, learns_on=learns_on)

    def unjudged(self) -> TrainedRun:
        """The run as it is now, without a loss on fresh data."""
        return self._run([self._judge.unjudged()] * len(self._seeds), "interrupted")

    def _run(self, each: Sequence[Judgement], status: Status) -> TrainedRun:
        encoding = each[0].encoding if len(each) == 1 else self.task.encoding  # only one network goes into a file
        return TrainedRun(self._request, self._result(each, status), tuple(self.networks), encoding)

    def _result(self, found: Sequence[Judgement], status: Status) -> Result:
        sticks, request, history = self.yardsticks, self._request, self._history
        ends: list[Status] = ["diverged" if failed else status for failed in history.failed]
        each = [Verdict.of(one.found, sticks, end) for one, end in zip(found, ends, strict=True)]
        several = len(each) > 1
        whole = Verdict.of_all(each, sticks, status) if several else each[0]
        trained, learned = self.seconds["train"], [history.steps_of(n) for n in range(len(each))]
        return Result(
            task=request.task,
            model=request.model,
            trainer=request.trainer,
            seed=request.seed,
            **asdict(whole),
            steps=self.steps,
            updates=self._learner.updates,
            parameters=self.networks[0].parameters,
            chance=sticks.chance,
            memoryless=sticks.memoryless,
            optimum=sticks.optimum,
            own_unit=self._judge.own_unit(whole.loss),
            baselines=dict(sticks.baselines) or None,
            **medians([one.in_test for one in found], self._best_epochs(status), sticks),
            steps_per_second=sum(learned) / trained if self.steps else None,
            seconds=dict(self.seconds),
            history=history.record(None),
            versions=self.versions,
            solved_share=_SOLVED_SHARE([one.solved for one in each]) if several else None,
            replicas=self._replicas(each, found, status) if several else None,
        )

    def _replicas(self, each: Sequence[Verdict], found: Sequence[Judgement], status: Status) -> list[dict[str, Any]]:
        """The records of several replicas: the fields of its own that the record of a single run has, too."""
        records = []
        for n, (seed, verdict, epoch) in enumerate(zip(self._seeds, each, self._best_epochs(status), strict=True)):
            optional = {**found[n].in_test, "best_epoch": epoch}
            known = {name: value for name, value in optional.items() if value is not None}
            own = {"steps": self._history.steps_of(n), **known, "history": self._history.record(n)}
            records.append({"seed": seed, **asdict(verdict), **own})
        return records

    def _best_epochs(self, status: Status) -> list[int | None]:
        """The epoch whose weights each network has: of an interrupted run, only of replicas that had stopped."""
        parts = zip(self._feed.best_epochs, self._history.failed, self._feed.stopped, strict=True)
        return [None if failed or not (stopped or status == "done") else epoch for epoch, failed, stopped in parts]

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        before = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[what] += time.perf_counter() - before
