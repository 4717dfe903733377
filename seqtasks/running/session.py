"""The training of a run: load, compile, learn chunk after chunk, evaluate."""

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from statistics import median
from typing import Any, Final, Self, final

from seqtasks.catalogue.host import Host
from seqtasks.catalogue.versions import versions
from seqtasks.core.evaluation import Evaluation, averaged, evaluate
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractTask, Chunk, Encoding, Yardsticks
from seqtasks.core.trainer import AbstractLearner, AbstractStreamLearner, AbstractTrainer
from seqtasks.errors import DataError, UsageError
from seqtasks.feeds.side_by_side import SideBySide
from seqtasks.lazy import LazyImport
from seqtasks.running.execution import Compiled, Progress, Validated
from seqtasks.running.history import History
from seqtasks.running.intervals import measured, with_margins
from seqtasks.running.prequential import LEARNING_ON, prequential_losses
from seqtasks.running.request import RunRequest
from seqtasks.running.result import DIVERGED, SOLVED, Result, Status, TrainedRun

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
            self._host, self._model = host, model
            self.versions = versions(model.libraries)
            self._seeds = request.seeds
            self.networks: list[AbstractNetwork] = [
                model.build(task.shapes, seed, dtype=request.dtype) for seed in self._seeds
            ]
            self.yardsticks = task.yardsticks()
            self._test = task.test(request.seed)
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
        chunk = None if all(self._history.failed) else self._feed.take(pace)
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
                yield Validated(self.steps, median(validation))
            pace = max(1, int(pace * min(4.0, max(0.25, PACE / max(elapsed, 1e-6)))))
            chunk = self._feed.take(pace)
        else:
            self._status = "interrupted" if chunk is not None else "done"
        self._over = True
        save(self)
        if self._status == "done" and not all(self._history.failed):
            self._measured(self._feed.finish)

    def _learn(self, chunk: Chunk) -> tuple[float, list[float] | None]:
        """The seconds of the training step, and the validation losses if they were measured."""
        before = time.perf_counter()
        with self._timed("train"):
            losses = self._learner.learn(chunk)
        elapsed = time.perf_counter() - before
        self._history.record_losses(self._feed.in_order(losses), self._feed.in_order(chunk.weights))
        validation = self._measured(self._feed.learned)
        self._feed_state = self._feed.state()
        return elapsed, validation

    def _measured(self, measure: Callable[[AbstractLearner], list[float] | None]) -> list[float] | None:
        with self._timed("evaluate"):
            losses = measure(self._learner)
        self._history.record_validation(losses)
        return losses

    def judged(self) -> TrainedRun:
        """Judge the current weights of each replica on fresh data of its own."""
        with self._timed("evaluate"):
            found = [
                evaluate(network, self.task.test(seed) if n else self._test)
                for n, (network, seed) in enumerate(zip(self.networks, self._seeds, strict=True))
            ]
        encoding = self._with_margins()
        with self._timed("evaluate"):
            interval = measured(encoding, self.networks[0], self._test)
        return self._run(found, self._status, encoding, self._prequential(), interval)

    def _with_margins(self) -> Encoding:
        """The encoding with prediction intervals, of one network whose feed has a validation set.

        Only where targets have an own unit and become known: elsewhere nobody asks for an interval in a file.
        """
        encoding, (sets, *others) = self.task.encoding, self._feed.sets
        wanted = self.task.shapes.kind == "real" and self.task.target_delay is not None
        if sets is None or sets.validation is None or others or not wanted or all(self._history.failed):
            return encoding
        with self._timed("evaluate"):
            return with_margins(encoding, self.networks[0], sets.training, sets.validation)

    def _prequential(self) -> dict[str, Any] | None:
        """The loss of one network that learns on in the test, from the weights that the training left.

        The trainer ``online`` continues with them, whatever trained them: a copy predicts each step of the test, and
        learns from it when its target is known. None for tasks that do not ask for it, replicas, a run that was
        interrupted, a network that diverged, and networks that ``online`` cannot train.
        """
        unwanted = len(self.networks) > 1 or self._status == "interrupted" or all(self._history.failed)
        delay = self.task.target_delay
        if unwanted or delay is None:
            return None
        network = self._model.build(self.task.shapes, self._request.seed, dtype=self._request.dtype)
        network.load(self.networks[0].weights())
        online = self._host.make("trainers", self._host.spec("trainers", LEARNING_ON))
        try:
            learner = online.learner(network, self.task.objective, self._request.seed)
        except UsageError:
            return None
        assert isinstance(learner, AbstractStreamLearner)  # as every learner of the trainer online
        with self._timed("evaluate"):
            losses = prequential_losses(learner, self.task.shapes.kind, self._test, delay)
            found = averaged(losses, self._test.weights)
        verdict = Verdict.of(found, self.yardsticks, "done")
        return {name: getattr(verdict, name) for name in ("loss", "loss_error", "skill")}

    def unjudged(self) -> TrainedRun:
        """The run as it is now, without a loss on fresh data."""
        return self._run([None] * len(self._seeds), "interrupted", self.task.encoding)

    def _run(
        self, found: Sequence[Evaluation | None], status: Status, encoding: Encoding, *in_test: dict[str, Any] | None
    ) -> TrainedRun:
        result = self._result(found, status, *in_test)
        return TrainedRun(self._request, result, tuple(self.networks), encoding)

    def _result(
        self,
        found: Sequence[Evaluation | None],
        status: Status,
        prequential: dict[str, Any] | None = None,
        interval: dict[str, Any] | None = None,
    ) -> Result:
        sticks = self.yardsticks
        ends: list[Status] = ["diverged" if failed else status for failed in self._history.failed]
        each = [Verdict.of(one, sticks, end) for one, end in zip(found, ends, strict=True)]
        several = len(each) > 1
        whole = Verdict.of_all(each, sticks, status) if several else each[0]
        replicas = [
            {"seed": seed, **asdict(one), "history": self._history.record(n)}
            for n, (seed, one) in enumerate(zip(self._seeds, each, strict=True))
        ]
        trained = self.seconds["train"]
        return Result(
            task=self._request.task,
            model=self._request.model,
            trainer=self._request.trainer,
            seed=self._request.seed,
            **asdict(whole),
            steps=self.steps,
            updates=self._learner.updates,
            parameters=self.networks[0].parameters,
            chance=sticks.chance,
            memoryless=sticks.memoryless,
            optimum=sticks.optimum,
            own_unit=None if whole.loss is None else self._own_unit(whole.loss),
            baselines=dict(sticks.baselines) or None,
            prequential=prequential,
            interval=interval,
            steps_per_second=len(each) * self.steps / trained if self.steps else None,
            seconds=dict(self.seconds),
            history=self._history.record(None),
            versions=self.versions,
            solved_share=_SOLVED_SHARE([one.solved for one in each]) if several else None,
            replicas=replicas if several else None,
        )

    def _own_unit(self, loss: float) -> dict[str, Any] | None:
        encoding = self.task.encoding
        if self.task.shapes.kind != "real" or encoding == Encoding.plain(self.task.shapes):
            return None
        scales = {one.scale for one in encoding.outputs}
        if len(scales) > 1:
            return None  # a mean over outputs of different units
        scale = scales.pop()
        baselines = {name: math.sqrt(each) * scale for name, each in self.yardsticks.baselines.items()}
        return {"column": encoding.target, "rmse": math.sqrt(loss) * scale, "baselines": baselines}

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        before = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[what] += time.perf_counter() - before


@final
@dataclass(frozen=True, slots=True)
class Verdict:
    """The fields of a record that the judging fills.

    Args:
        status: How the run ended.
        loss: The loss on fresh data; None if not finite or not measured.
        loss_error: Its standard error.
        skill: (chance - loss) / (chance - optimum).
        solved: Whether the skill is at least 0.95; None if the optimum is unknown.
    """

    status: Status
    loss: float | None
    loss_error: float | None
    skill: float | None
    solved: bool | None

    @classmethod
    def of(cls, found: Evaluation | None, sticks: Yardsticks, status: Status) -> Self:
        """The verdict on one network; ``found`` is None if it was not judged."""
        loss = _finite(found.loss) if found else None
        if found and (loss is None or loss > DIVERGED * sticks.chance):
            status = "diverged"
        skill = None if loss is None else sticks.skill(loss)
        unknown = sticks.optimum is None or (loss is None and status != "diverged")
        solved = None if unknown else bool(skill is not None and skill >= SOLVED)
        return cls(status, loss, _finite(found.error) if found else None, skill, solved)

    @classmethod
    def of_all(cls, each: Sequence["Verdict"], sticks: Yardsticks, status: Status) -> Self:
        """The medians over the replicas; the loss of a diverged replica counts as infinite."""
        unjudged = all(one.loss is None and one.status != "diverged" for one in each)
        if all(one.status == "diverged" for one in each):
            status = "diverged"
        loss, error = (_median([getattr(one, name) for one in each]) for name in ("loss", "loss_error"))
        skill = None if loss is None else sticks.skill(loss)
        unknown = sticks.optimum is None or unjudged
        return cls(status, loss, error, skill, None if unknown else bool(skill is not None and skill >= SOLVED))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _median(values: Sequence[float | None]) -> float | None:
    return _finite(median(math.inf if value is None else value for value in values))
