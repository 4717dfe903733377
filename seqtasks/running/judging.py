"""The judging of trained networks: the loss on fresh data, prediction intervals, and the loss of learning on."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any, final

from seqtasks.catalogue.host import Host
from seqtasks.core.evaluation import Evaluation, averaged, evaluate
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractTask, Chunk, Encoding, FixedSets, Yardsticks
from seqtasks.core.trainer import AbstractStreamLearner
from seqtasks.errors import UsageError
from seqtasks.running.intervals import measured, with_margins
from seqtasks.running.prequential import learning_on, prequential_losses
from seqtasks.running.request import RunRequest
from seqtasks.running.verdict import Verdict, median_of


@final
@dataclass(frozen=True, slots=True)
class Judgement:
    """What the test says about one network.

    Args:
        found: The loss with frozen weights; None if the network is not judged.
        encoding: The task's encoding, with the margins of prediction intervals where they are known.
        prequential: The ``loss``, ``loss_error`` and ``skill`` of a copy that learns on in the test; None if it is not
            measured.
        interval: As :func:`seqtasks.running.intervals.measured`.
    """

    found: Evaluation | None
    encoding: Encoding
    prequential: dict[str, Any] | None = None
    interval: dict[str, Any] | None = None

    @property
    def in_test(self) -> dict[str, Any]:
        """The fields of a record that not every run has."""
        return {"prequential": self.prequential, "interval": self.interval}


@final
class Judge:
    """Judges the networks of a run.

    Args:
        request: What is run.
        host: The catalogue.
        task: The task.
        model: The model, which builds copies of networks.
    """

    def __init__(self, request: RunRequest, host: Host, task: AbstractTask, model: Any) -> None:
        self._request, self._host, self._task, self._model = request, host, task, model
        self.yardsticks: Yardsticks = task.yardsticks()

    def unjudged(self) -> Judgement:
        """The judgement on a network that is not run on the test."""
        return Judgement(None, self._task.encoding)

    def __call__(
        self, network: AbstractNetwork, seed: int, test: Chunk, sets: FixedSets | None, *, learns_on: bool
    ) -> Judgement:
        """Judge a network.

        Args:
            network: The network.
            seed: The seed of its run.
            test: Its fresh data.
            sets: What it was trained on; None if it has no fixed sets.
            learns_on: Whether the training was completed, so that a copy may learn on.
        """
        encoding = self._with_margins(network, sets)
        return Judgement(
            evaluate(network, test),
            encoding,
            self._prequential(network, seed, test) if learns_on else None,
            measured(encoding, network, test),
        )

    def _with_margins(self, network: AbstractNetwork, sets: FixedSets | None) -> Encoding:
        """The encoding with prediction intervals, of a network whose feed has a validation set.

        Only where targets have an own unit and become known: elsewhere nobody asks for an interval in a file.
        """
        encoding = self._task.encoding
        wanted = self._task.shapes.kind == "real" and self._task.target_delay is not None
        if sets is None or sets.validation is None or not wanted:
            return encoding
        return with_margins(encoding, network, sets.training, sets.validation)

    def _prequential(self, network: AbstractNetwork, seed: int, test: Chunk) -> dict[str, Any] | None:
        """The loss of a network that learns on in the test, from the weights that the training left.

        The trainer ``online`` continues with them, whatever trained them: a copy predicts each step of the test, and
        learns from it when its target is known. None for tasks that do not ask for it, and for networks that ``online``
        cannot train.
        """
        delay = self._task.target_delay
        if delay is None:
            return None
        copy = self._model.build(self._task.shapes, seed, dtype=self._request.dtype)
        copy.load(network.weights())
        online = self._host.make("trainers", self._host.spec("trainers", learning_on(test.lanes)))
        try:
            learner = online.learner(copy, self._task.objective, seed)
        except UsageError:
            return None
        assert isinstance(learner, AbstractStreamLearner)  # as every learner of the trainer online
        losses = prequential_losses(learner, self._task.shapes.kind, test, delay)
        verdict = Verdict.of(averaged(losses, test.weights), self.yardsticks, "done")
        return {name: getattr(verdict, name) for name in ("loss", "loss_error", "skill")}

    def own_unit(self, loss: float | None) -> dict[str, Any] | None:
        """The root mean squared errors of the network and the baselines in the target's own unit; None if unknown."""
        encoding, shapes = self._task.encoding, self._task.shapes
        if (
            loss is None
            or shapes.kind != "real"
            or len(encoding.targets) > 1
            or encoding.groups
            or encoding == Encoding.plain(shapes)
        ):
            return None
        scales = {one.scale for one in encoding.outputs}
        if len(scales) > 1:
            return None  # a mean over outputs of different units
        scale = scales.pop()
        baselines = {name: math.sqrt(each) * scale for name, each in self.yardsticks.baselines.items()}
        return {"column": encoding.target, "rmse": math.sqrt(loss) * scale, "baselines": baselines}


def medians(each: Sequence[Mapping[str, Any]], best_epochs: Sequence[int | None], sticks: Yardsticks) -> dict[str, Any]:
    """The fields of a record that not every run has: those of the only replica, or medians over several.

    Args:
        each: :attr:`Judgement.in_test` of each replica.
        best_epochs: The best epoch of each; of an even number of replicas, the median is the lower of two.
        sticks: The task's yardsticks.
    """
    epochs = [epoch for epoch in best_epochs if epoch is not None]
    found = dict(each[0])
    if len(each) > 1:
        found = {
            "prequential": _median_prequential([one["prequential"] for one in each], sticks),
            "interval": _median_interval([one["interval"] for one in each if one["interval"] is not None]),
        }
    return {**found, "best_epoch": median_low(epochs) if epochs else None}


def _median_prequential(each: Sequence[Mapping[str, Any] | None], sticks: Yardsticks) -> dict[str, Any] | None:
    """A loss that is unknown is greater than any. None if none is measured."""
    if not any(each):
        return None
    loss, error = (median_of([None if one is None else one[name] for one in each]) for name in ("loss", "loss_error"))
    return {"loss": loss, "loss_error": error, "skill": None if loss is None else sticks.skill(loss)}


def _median_interval(known: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Output by output, over the replicas that have an interval; None if none has one."""
    if not known:
        return None
    names = ("margins", "coverage")
    columns = {name: [*zip(*(one[name] for one in known), strict=True)] for name in names}
    return {"level": known[0]["level"], **{name: [median_of(one) for one in columns[name]] for name in names}}
