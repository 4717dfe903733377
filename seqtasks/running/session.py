"""A run under way: load, compile, train while somebody watches, evaluate."""

import math
import platform
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final, final

import numpy as np

from seqtasks.core.evaluation import Evaluation, evaluate
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractTask, Encoding
from seqtasks.core.trainer import AbstractTrainer
from seqtasks.running.curve import Curve
from seqtasks.running.experiment import Experiment
from seqtasks.running.result import DIVERGED, SOLVED, Result, Status

PACE: Final = 0.1  # seconds that one chunk shall take: how long a watcher waits for news, and Ctrl-C for an answer
FIRST: Final = 100  # steps of the first chunk, before any speed is known
VERSIONS: Final = ("seqtasks", "numpy", "tensorflow", "keras")


@final
@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Args:
        step: Time steps fed.
        total: The budget.
        curve: The mean losses of all stretches so far, each before its updates.
        validation: The last validation loss, where the trainer measures one.
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
            self.network: AbstractNetwork = model.build(task.shapes, experiment.seed)
            self.yardsticks = task.yardsticks()
            self._test = task.test(experiment.seed)
            self._learner = trainer.learner(self.network, task, experiment.seed)
            self._feed = trainer.feed(task, self.network, experiment.seed, experiment.steps, experiment.epochs)
        self._curve = Curve(self._feed.total)
        self._validation: dict[str, list[float]] = {"step": [], "loss": []}
        self._steps = 0
        self._stopped = threading.Event()
        self._status: Status = "interrupted"
        self._over = False

    def stop(self) -> None:
        """End the training after the chunk that is being learned; may be called from anywhere."""
        self._stopped.set()

    @property
    def steps(self) -> int:
        """Time steps fed so far."""
        return self._steps

    @property
    def over(self) -> bool:
        """Whether the training has ended."""
        return self._over

    def train(self) -> Iterator[Progress]:
        """Compile, then learn chunk after chunk, with news after each."""
        pace = FIRST
        chunk = self._feed.take(pace)
        if chunk is not None:
            # what judges the network is compiled beside what trains it: two cores, and compilers use one each
            with self._timed("compile"), ThreadPoolExecutor(max_workers=1) as beside:
                judging = beside.submit(self.network.compile, self._test.lanes)
                self._learner.compile(chunk)
                judging.result()
        yield self._progress(None)
        while chunk is not None and not self._stopped.is_set():
            before = time.perf_counter()
            with self._timed("train"):
                losses = self._learner.learn(chunk)
            elapsed = time.perf_counter() - before
            with self._timed("evaluate"):
                validation = self._feed.learned(self._learner)
            self._steps += losses.size
            self._curve.add(self._feed.in_order(losses), self._feed.in_order(chunk.weights))
            if validation is not None:
                self._validation["step"].append(self._steps)
                self._validation["loss"].append(validation)
            if not np.isfinite(losses).all():
                self._status = "diverged"
                break
            yield self._progress(validation)
            pace = max(1, int(pace * min(4.0, max(0.25, PACE / max(elapsed, 1e-6)))))
            chunk = self._feed.take(pace)
        else:
            self._status = "interrupted" if chunk is not None else "done"
        self._over = True

    def result(self) -> Result:
        """Judge the weights as they are on fresh data."""
        with self._timed("evaluate"):
            found = evaluate(self.network, self._test)
        sane = math.isfinite(found.loss) and found.loss <= DIVERGED * self.yardsticks.chance
        return self._result(found, self._status if sane else "diverged")

    def unjudged(self) -> Result:
        """What is known without judging, for a user who has no time for it."""
        return self._result(Evaluation(math.nan, math.nan), "diverged" if self._status == "diverged" else "interrupted")

    def _result(self, found: Evaluation, status: Status) -> Result:
        sticks, finite = self.yardsticks, math.isfinite(found.loss)
        skill = sticks.skill(found.loss) if finite else None
        unknown = sticks.optimum is None or not (finite or status == "diverged")
        history: dict[str, Any] = self._curve.record()
        if self._validation["step"]:
            history["validation"] = self._validation
        return Result(
            task=self._experiment.task.recorded(),
            model=self._experiment.model.recorded(),
            trainer=self._experiment.trainer.recorded(),
            seed=self._experiment.seed,
            status=status,
            steps=self._steps,
            updates=self._learner.updates,
            parameters=self.network.parameters,
            loss=found.loss if finite else None,
            loss_error=found.error if math.isfinite(found.error) else None,
            chance=sticks.chance,
            memoryless=sticks.memoryless,
            optimum=sticks.optimum,
            skill=skill,
            solved=None if unknown else bool(skill is not None and skill >= SOLVED),
            own_unit=self._own_unit(found.loss) if finite else None,
            steps_per_second=self._steps / self.seconds["train"] if self._steps else None,
            seconds=dict(self.seconds),
            history=history,
            versions={"python": platform.python_version(), **{name: version(name) for name in VERSIONS}},
            network=self.network,
            encoding=self.task.encoding,
        )

    def _own_unit(self, loss: float) -> dict[str, Any] | None:
        encoding = self.task.encoding
        if self.task.shapes.kind != "real" or encoding == Encoding.plain(self.task.shapes):
            return None
        return {"column": encoding.target, "rmse": math.sqrt(loss) * encoding.target_scale}

    def _progress(self, validation: float | None) -> Progress:
        return Progress(self._steps, self._feed.total, self._curve.losses(), validation)

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        before = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[what] += time.perf_counter() - before
