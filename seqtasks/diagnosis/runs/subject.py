"""A run of seqtasks as the subject of a diagnosis.

Axis letters: B lanes, T steps.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from statistics import median_low
from typing import Final, final

import numpy as np

from seqtasks.catalogue.host import Host
from seqtasks.comparison.estimate import Estimate
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import Chunk
from seqtasks.diagnosis.measurement import Measurement
from seqtasks.diagnosis.objective import Objective
from seqtasks.diagnosis.rate_probe import RateProbe
from seqtasks.diagnosis.references import NORMAL, References, fitted_references
from seqtasks.diagnosis.rule import Rule
from seqtasks.diagnosis.rules.registry import EVERY_SUBJECT, RUN
from seqtasks.diagnosis.runs.changes import Change, changed, command, has_setting
from seqtasks.diagnosis.runs.copies import learn_longer, learn_wider
from seqtasks.diagnosis.runs.probe import probe_of
from seqtasks.diagnosis.runs.rates import probe_rates, rate_of
from seqtasks.diagnosis.runs.readout import readout_of, units_of
from seqtasks.diagnosis.series import Series
from seqtasks.diagnosis.short_training import ShortTraining
from seqtasks.diagnosis.state_measurements import STATE_MEASURES
from seqtasks.diagnosis.state_probe import StateProbe
from seqtasks.diagnosis.subject import AbstractSubject
from seqtasks.errors import DataError, SeqtasksError
from seqtasks.running.result import TrainedRun

LANES: Final = 32
POINTS: Final = 8000  # steps of all lanes, where sequences are short
STEPS: Final = 240  # of the test that the states are measured on
SMOOTH: Final = 20  # parts of the learning curve


@final
class RunSubject(AbstractSubject):
    """A run: its networks are measured and never changed.

    Args:
        run: What :func:`seqtasks.run` returns.
        host: The catalogue with the names of its request.

    Raises:
        SeqtasksError: If the parts of the run cannot be built again.
    """

    def __init__(self, run: TrainedRun, host: Host) -> None:
        self.run, self.host, self.request, self.result = run, host, run.request, run.result
        self.task, self.model, self.trainer = run.request.build(host)

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules for every subject and those for runs."""
        return (*EVERY_SUBJECT, *RUN)

    @property
    def measures(self) -> Sequence[Callable[[AbstractSubject], Measurement]]:
        """The learning curve, and what the states do."""
        return (learning_curve, *STATE_MEASURES)

    @property
    def title(self) -> str:
        """Task, model and trainer."""
        return " | ".join(self.request.specs)

    @cached_property
    def rate_probe(self) -> RateProbe:
        """Copies at other learning rates."""
        return probe_rates(self.run, self.host)

    @cached_property
    def continued(self) -> ShortTraining:
        """A copy with a larger budget."""
        return learn_longer(self.run, self.host, self.units)

    @cached_property
    def wider(self) -> ShortTraining:
        """A copy with more units."""
        return learn_wider(self.run, self.host, self.units)

    @property
    def network(self) -> AbstractNetwork:
        """The network; of several replicas, that with the median loss."""
        replicas = self.result.replicas
        if replicas is None:
            return self.run.networks[0]
        losses = [float("inf") if one["loss"] is None else one["loss"] for one in replicas]
        return self.run.networks[losses.index(median_low(losses))]

    @cached_property
    def test(self) -> Chunk:
        """The data that the network is judged on."""
        chunk: Chunk = self.task.test(self.request.seed)
        return chunk

    @cached_property
    def references(self) -> References:
        """Those of the law of the task, or, for data of a user, of predictors that are fitted to the test."""
        found = self.task.yardsticks()
        depth, optimum = self.task.depth, found.optimum
        if optimum is not None and depth is not None:
            memoryless = found.chance if found.memoryless is None else found.memoryless
            losses = [_exactly(each) for each in (found.chance, memoryless, optimum)]
            return References(losses[0], losses[1], losses[2], depth - 1, depth - 1, depth - 1, exact=True)
        fitted = self._fitted_references()
        best = fitted.optimum if optimum is None else _exactly(optimum)
        chance = _exactly(found.chance)
        if best.value >= found.chance:
            best = chance
        return replace(fitted, chance=chance, optimum=best, exact=optimum is not None)

    def _fitted_references(self) -> References:
        chunk, shapes = self.test, self.task.shapes
        inputs = np.eye(shapes.inputs)[chunk.inputs[..., 0]] if shapes.symbols else chunk.inputs.astype(np.float64)
        series = Series(inputs, chunk.targets, chunk.weights > 0)
        return fitted_references(Objective(shapes.kind), series, shapes.outputs if shapes.kind == "class" else 0)

    @cached_property
    def loss(self) -> Estimate:
        """The loss on fresh data with its interval.

        Raises:
            DataError: If the network was not judged, or its loss is not a number.
        """
        loss, error = self.result.loss, self.result.loss_error
        if loss is None:
            raise DataError("The loss of the network is not a number, or was not measured.", "Run it to its end.")
        margin = NORMAL * (error or 0.0)
        return Estimate(loss, loss - margin, loss + margin)

    @property
    def trained(self) -> bool | None:
        """Whether there was an update."""
        return self.result.updates > 0

    @cached_property
    def training_losses(self) -> Sequence[float]:
        """The means of 20 parts of the learning curve; of the validation where there is one."""
        history = self.result.history
        curve = history.get("validation", {}).get("loss") or history["loss"]
        known = np.array([np.nan if loss is None else loss for loss in curve], np.float64)
        parts = [part for part in np.array_split(known, min(SMOOTH, len(known)) or 1) if len(part)]
        return [float(part.mean()) for part in parts]

    @property
    def truncation_lag(self) -> int | None:
        """The truncation length of the trainer less one."""
        length = self.trainer.truncation_length(self.task.objective)
        return None if length is None else length - 1

    @property
    def context_lag(self) -> int | None:
        """None for trainers of a stream, which carry the state on; else the length of a sequence less one."""
        return None if self.trainer.lanes is not None else self.truncation_lag

    @property
    def has_readout(self) -> bool:
        """Whether the network has a readout."""
        return readout_of(self.network)

    @property
    def units(self) -> int:
        """The number of units of the top layer."""
        return units_of(self.network)

    @cached_property
    def remarks(self) -> Sequence[str]:
        """What could not be examined."""
        found = []
        if self.result.status == "diverged":
            found.append("The run diverged, so that its states are not measured.")
        if self.result.status == "interrupted":
            found.append("The run was interrupted: the diagnosis is that of the network as trained so far.")
        return found

    @cached_property
    def probe(self) -> StateProbe:
        """The network over a part of the test.

        Raises:
            SeqtasksError: If the run diverged, or the network has a state without derivatives.
        """
        if self.result.status == "diverged":
            raise DataError("The run diverged, so that its states are meaningless.", "Lower the learning rate.")
        chunk = self.test.between(0, STEPS)
        lanes = max(LANES, POINTS // max(1, chunk.steps))
        return probe_of(self.network, self.task.shapes, chunk.lanes_at(slice(lanes)))

    def changes(self, name: str) -> Change | None:
        """The change of the run that repairs a fault of that name; None if no setting does."""
        make = _CHANGES.get(name)
        try:
            return None if make is None else make(self)
        except SeqtasksError:  # a trainer without a learning rate, for example
            return None

    def change(self, name: str) -> str:
        """The command that runs with the change, or what to do."""
        change = self.changes(name)
        if change is None:
            return WORDS.get(name, "Compare with other settings: seqtasks list models, seqtasks list trainers.")
        try:
            return command(changed(self.request, change, self.host))
        except SeqtasksError as error:
            return error.hint or error.message

    @property
    def needed_length(self) -> int:
        """The number of steps that a gradient has to reach, at least 2."""
        lag = self.references.lag
        return max(2, (1 if lag is None else lag) + 1)


def _exactly(value: float) -> Estimate:
    return Estimate(value, value, value)


def learning_curve(subject: AbstractSubject) -> Measurement:
    """The losses during the training."""
    losses = list(subject.training_losses)
    if not losses:
        raise DataError("The run has no learning curve.", "Run it for more steps.")
    parts = [round((place + 1) / len(losses), 4) for place in range(len(losses))]
    sentence = "The last part of the training has this mean loss, before each update."
    return Measurement("learning-curve", losses[-1], sentence, data={"share of the training": parts, "loss": losses})


def _rate(subject: RunSubject) -> Change:
    return Change(trainer={"optimizer.learning_rate": float(f"{subject.rate_probe.best[0]:.3g}")})


def _readout(subject: RunSubject) -> Change | None:
    has = has_setting(subject.request, "model", "readout", subject.host)
    return Change(model={"readout": "dense"}) if has else None


def _window(subject: RunSubject) -> Change:
    if has_setting(subject.request, "trainer", "window", subject.host):
        return Change(trainer={"window": subject.needed_length})
    return Change(trainer={"window": subject.needed_length}, trainer_name="online")


def _length(subject: RunSubject) -> Change | None:
    has = has_setting(subject.request, "trainer", "length", subject.host)
    return Change(trainer={"length": 2 * subject.needed_length}) if has else None


WORDS: Final[Mapping[str, str]] = {
    "no-memory-needed": "Compare with a model without memory, or choose a task that needs it: seqtasks run prev-bit "
    "--model gru",
}
"""What to do where no setting of the run helps."""

_CHANGES: Final[Mapping[str, Callable[[RunSubject], Change | None]]] = {
    "missing-readout": _readout,
    "truncated-gradient": _window,
    "window-too-short": _length,
    "learning-rate-high": _rate,
    "learning-rate-low": _rate,
    "learned-and-lost": lambda subject: Change(
        trainer={"optimizer.learning_rate": float(f"{rate_of(subject.request, subject.host) / 10:.3g}")}
    ),
    "exploding-gradient": lambda subject: Change(trainer={"clip": 1.0}),
    "too-few-updates": lambda subject: Change(steps=4 * subject.result.steps),
    "too-few-units": lambda subject: Change(model={"units": 4 * max(1, subject.units)}),
}
