"""A run under way: load, compile, train while somebody watches, evaluate."""

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Final, final

import numpy as np

from seqtasks.core.evaluation import Evaluation, evaluate
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractTask, Chunk, Encoding
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer
from seqtasks.errors import DataError
from seqtasks.feeds.side_by_side import SideBySide
from seqtasks.running.curve import Curve
from seqtasks.running.experiment import Experiment
from seqtasks.running.result import Result, Status
from seqtasks.running.verdict import Verdict, share
from seqtasks.running.versions import versions

PACE: Final = 0.1  # seconds that one chunk shall take: how long a watcher waits for news, and Ctrl-C for an answer
FIRST: Final = 100  # steps of the first chunk, before any speed is known


@final
@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Args:
        step: Time steps fed to each replica.
        total: The budget.
        curve: The mean losses of all stretches so far, each before its updates; the medians over the replicas.
        validation: The last validation loss, where the trainer measures one; the median over the replicas.
    """

    step: int
    total: int
    curve: list[float]
    validation: float | None


@final
class Session:
    """One run of an experiment.

    Args:
        experiment: What to run.

    Raises:
        SeqtasksError: If the parts do not fit together.
    """

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self.seconds = {"load": 0.0, "compile": 0.0, "train": 0.0, "evaluate": 0.0}
        with self._timed("load"):
            task, model, trainer = experiment.make()
            self.task: AbstractTask = task
            self.trainer: AbstractTrainer = trainer
            self._seeds = range(experiment.seed, experiment.seed + experiment.replicas)
            self.networks: list[AbstractNetwork] = [model.build(task.shapes, seed) for seed in self._seeds]
            self.yardsticks = task.yardsticks()
            self._test = task.test(experiment.seed)
            self._learner = self._made_learner()
            budget = (experiment.steps, experiment.epochs)
            pairs = zip(self.networks, self._seeds, strict=True)
            self._feed = SideBySide([trainer.feed(task, network, seed, *budget) for network, seed in pairs])
        replicas = len(self._seeds)
        self._curve = Curve(replicas)
        self._validation: list[tuple[int, list[float]]] = []  # after how many steps, and the loss of each replica
        self._failed = np.zeros(replicas, bool)
        self._steps = self._begun = 0
        self._fed = self._feed.state()  # as of the last chunk learned, not of the last one taken
        self._stopped = threading.Event()
        self._status: Status = "interrupted"
        self._over = False

    def _made_learner(self) -> AbstractLearner:
        if len(self.networks) == 1:
            return self.trainer.learner(self.networks[0], self.task, self._seeds[0])
        return self.trainer.replicas(self.networks, self.task, self._seeds)

    def stop(self) -> None:
        """End the training after the chunk that is being learned; may be called from anywhere."""
        self._stopped.set()

    @property
    def steps(self) -> int:
        """Time steps fed to each replica so far."""
        return self._steps

    @property
    def learned(self) -> bool:
        """Whether anything was learned since the start, or since the state that was restored."""
        return self._steps > self._begun

    @property
    def over(self) -> bool:
        """Whether the training has ended."""
        return self._over

    def state(self) -> dict[str, Any]:
        """Everything that training goes on from, budget apart: numbers, texts, arrays, and mappings and lists of them.

        To be taken in the thread that trains, between chunks.
        """
        return {
            "chance": self.yardsticks.chance,
            "steps": self._steps,
            "seconds": dict(self.seconds),
            "failed": self._failed.copy(),
            "validation": {
                "step": np.array([step for step, _ in self._validation], np.int64),
                "loss": np.array([losses for _, losses in self._validation], np.float64),
            },
            "curve": self._curve.state(),
            "feed": self._fed,
            "learner": self._learner.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go to where the state was taken, before training.

        Raises:
            DataError: If the task's data are others now.
        """
        if state["chance"] != self.yardsticks.chance:
            raise DataError(
                f"The data of {self._experiment.task} are not what they were: chance is {self.yardsticks.chance:.6g} "
                f"now and was {state['chance']:.6g}.",
                "Bring the old data back, or start afresh in another folder.",
            )
        with self._timed("load"):
            self._learner.restore(state["learner"])
            self._feed.restore(state["feed"])
            self._fed = self._feed.state()
            self._curve.restore(state["curve"])
            points = zip(state["validation"]["step"].tolist(), state["validation"]["loss"].tolist(), strict=True)
            self._validation = list(points)
            self._failed = state["failed"].copy()
            self._steps = self._begun = int(state["steps"])
        for name, seconds in state["seconds"].items():
            self.seconds[name] += float(seconds)

    def train(self, keep: Callable[["Session"], None] = lambda _: None) -> Iterator[Progress]:
        """Compile, then learn chunk after chunk, with news after each.

        Args:
            keep: Called after each chunk, and when the training has ended, while :meth:`state` may be taken.
        """
        pace = FIRST
        chunk = None if self._failed.all() else self._feed.take(pace)
        if chunk is not None:
            # what judges the network is compiled beside what trains it: two cores, and compilers use one each
            with self._timed("compile"), ThreadPoolExecutor(max_workers=1) as beside:
                judging = beside.submit(self.networks[0].compile, self._test.lanes)
                self._learner.compile(chunk)
                judging.result()
        yield self._progress(None)
        while chunk is not None and not self._stopped.is_set():
            elapsed, validation = self._learn(chunk)
            if self._failed.all():
                break
            keep(self)
            yield self._progress(validation)
            pace = max(1, int(pace * min(4.0, max(0.25, PACE / max(elapsed, 1e-6)))))
            chunk = self._feed.take(pace)
        else:
            self._status = "interrupted" if chunk is not None else "done"
        self._over = True
        keep(self)
        if self._status == "done" and not self._failed.all():
            self._measured(self._feed.finish)

    def _learn(self, chunk: Chunk) -> tuple[float, list[float] | None]:
        """The seconds that it took, and the validation losses where they were measured."""
        before = time.perf_counter()
        with self._timed("train"):
            losses = self._learner.learn(chunk)
        elapsed = time.perf_counter() - before
        each = self._feed.in_order(losses)
        self._steps += each.shape[1]
        self._curve.add(each, self._feed.in_order(chunk.weights))
        self._failed |= ~np.isfinite(each).all(axis=1)
        validation = self._measured(self._feed.learned)
        self._fed = self._feed.state()
        return elapsed, validation

    def _measured(self, measure: Callable[[AbstractLearner], list[float] | None]) -> list[float] | None:
        with self._timed("evaluate"):
            losses = measure(self._learner)
        if losses is not None:
            self._validation.append((self._steps, losses))
        return losses

    def result(self) -> Result:
        """Judge the weights as they are on fresh data, each replica alone on its own."""
        with self._timed("evaluate"):
            found = [
                evaluate(network, self.task.test(seed) if n else self._test)
                for n, (network, seed) in enumerate(zip(self.networks, self._seeds, strict=True))
            ]
        return self._result(found, self._status)

    def unjudged(self) -> Result:
        """What is known without judging, for a user who has no time for it."""
        return self._result([None] * len(self._seeds), "interrupted")

    def _result(self, found: Sequence[Evaluation | None], status: Status) -> Result:
        sticks = self.yardsticks
        ends: list[Status] = ["diverged" if failed else status for failed in self._failed]
        each = [Verdict.of(one, sticks, end) for one, end in zip(found, ends, strict=True)]
        several = len(each) > 1
        whole = Verdict.of_all(each, sticks, status) if several else each[0]
        replicas = [
            {"seed": seed, **asdict(one), "history": self._history(n)}
            for n, (seed, one) in enumerate(zip(self._seeds, each, strict=True))
        ]
        trained = self.seconds["train"]
        return Result(
            task=self._experiment.task.recorded(),
            model=self._experiment.model.recorded(),
            trainer=self._experiment.trainer.recorded(),
            seed=self._experiment.seed,
            **asdict(whole),
            steps=self._steps,
            updates=self._learner.updates,
            parameters=self.networks[0].parameters,
            chance=sticks.chance,
            memoryless=sticks.memoryless,
            optimum=sticks.optimum,
            own_unit=None if whole.loss is None else self._own_unit(whole.loss),
            steps_per_second=len(each) * self._steps / trained if self._steps else None,
            seconds=dict(self.seconds),
            history=self._history(None),
            versions=versions(),
            solved_share=share(each) if several else None,
            replicas=replicas if several else None,
            networks=tuple(self.networks),
            encoding=self.task.encoding,
        )

    def _own_unit(self, loss: float) -> dict[str, Any] | None:
        encoding = self.task.encoding
        if self.task.shapes.kind != "real" or encoding == Encoding.plain(self.task.shapes):
            return None
        return {"column": encoding.target, "rmse": math.sqrt(loss) * encoding.target_scale}

    def _history(self, replica: int | None) -> dict[str, Any]:
        """Of one replica, or the medians over all."""
        history: dict[str, Any] = self._curve.median() if replica is None else self._curve.record(replica)
        if self._validation:
            history["validation"] = {
                "step": [step for step, _ in self._validation],
                "loss": [median(losses) if replica is None else losses[replica] for _, losses in self._validation],
            }
        return history

    def _progress(self, validation: list[float] | None) -> Progress:
        total = max(self._steps, self._feed.total)
        return Progress(self._steps, total, self._curve.losses(), median(validation) if validation else None)

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        before = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[what] += time.perf_counter() - before
