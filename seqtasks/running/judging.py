"""The judging of trained networks: loss and metrics on fresh data, prediction intervals, and learning on."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median_low
from typing import TYPE_CHECKING, Any, Final, final

from seqtasks.catalogue.host import Host
from seqtasks.core.loss import Evaluation, averaged, evaluated
from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.task import AbstractTask, Chunk, Encoding, FixedSets, Yardsticks
from seqtasks.core.trainer import AbstractStreamLearner
from seqtasks.errors import UsageError
from seqtasks.lazy import LazyImport
from seqtasks.running.intervals import measured, with_margins
from seqtasks.running.prequential import learning_on, prequential
from seqtasks.running.request import RunRequest
from seqtasks.running.series_errors import median_errors, series_errors
from seqtasks.running.verdict import Verdict, finite, median_of

if TYPE_CHECKING:  # scikit-learn is loaded for a run that asks for a metric
    from seqtasks.metrics import Metrics

_METRICS: Final = LazyImport("seqtasks.metrics:Metrics")


@final
@dataclass(frozen=True, slots=True)
class Judgement:
    """What the test says about one network.

    Args:
        found: The loss with frozen weights; None if the network is not judged.
        encoding: The task's encoding, with the margins of prediction intervals where they are known.
        metrics: For each metric, the ``score`` and that of ``chance``; None if there are no metrics.
        prequential: The ``loss``, ``loss_error`` and ``skill`` of a copy that learns on in the test, and the scores of
            its ``metrics``, if there are any; None if it is not measured.
        interval: As :func:`seqtasks.running.intervals.measured`.
        series: As :func:`seqtasks.running.series_errors.series_errors`.
    """

    found: Evaluation | None
    encoding: Encoding
    metrics: dict[str, Any] | None = None
    prequential: dict[str, Any] | None = None
    interval: dict[str, Any] | None = None
    series: list[dict[str, Any]] | None = None

    @property
    def in_test(self) -> dict[str, Any]:
        """The fields of a record that not every run has."""
        return {name: getattr(self, name) for name in ("metrics", "prequential", "interval", "series")}


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
        self._metrics: Metrics | None = None
        if request.metrics:
            self._metrics = _METRICS(request.metrics, task.shapes, task.encoding)

    def unjudged(self) -> Judgement:
        """The judgement on a network that is not run on the test."""
        return Judgement(None, self._task.encoding)

    def __call__(
        self,
        network: AbstractNetwork,
        seed: int,
        test: Chunk,
        sets: FixedSets | None,
        held_out_weights: Sequence[Array] | None,
        *,
        learns_on: bool,
    ) -> Judgement:
        """Judge a network.

        Args:
            network: The network.
            seed: The seed of its run.
            test: Its fresh data.
            sets: What it was trained on; None if it has no fixed sets.
            held_out_weights: Its weights before it learned the validation set, too; None if it did not.
            learns_on: Whether the training was completed, so that a copy may learn on.
        """
        encoding = self._with_margins(network if held_out_weights is None else self._copy(seed, held_out_weights), sets)
        found, outputs = evaluated(network, test)
        return Judgement(
            found,
            encoding,
            self._scores(test, outputs),
            self._prequential(network, seed, test) if learns_on else None,
            measured(encoding, network, test),
            series_errors(encoding, test, outputs, lambda: self._baseline_outputs),
        )

    def _scores(self, test: Chunk, outputs: Array) -> dict[str, Any] | None:
        """For each metric, its ``score``, that of ``chance`` and, of two labels, the ``positive_label``."""
        if self._metrics is None:
            return None
        scores, chance = self._metrics(test, outputs), self._metrics.chance(test, self._baseline_outputs)
        label = self._metrics.positive_label
        more = {} if label is None else {"positive_label": label}
        return {name: {"score": finite(scores[name]), "chance": finite(chance[name]), **more} for name in scores}

    @cached_property
    def _baseline_outputs(self) -> Mapping[str, Array]:
        return self._task.baseline_outputs()

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
        copy = self._copy(seed, network.weights())
        online = self._host.make("trainers", self._host.spec("trainers", learning_on(test.lanes)))
        try:
            learner = online.learner(copy, self._task.objective, seed)
        except UsageError:
            return None
        assert isinstance(learner, AbstractStreamLearner)  # as every learner of the trainer online
        losses, outputs = prequential(learner, self._task.shapes.kind, test, delay)
        verdict = Verdict.of(averaged(losses, test.weights), self.yardsticks, "done")
        found = {name: getattr(verdict, name) for name in ("loss", "loss_error", "skill")}
        if self._metrics is not None:
            found["metrics"] = {name: finite(score) for name, score in self._metrics(test, outputs).items()}
        return found

    def _copy(self, seed: int, weights: Sequence[Array]) -> AbstractNetwork:
        copy: AbstractNetwork = self._model.build(self._task.shapes, seed, dtype=self._request.dtype)
        copy.load(weights)
        return copy

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
            "metrics": _median_metrics([one["metrics"] for one in each if one["metrics"] is not None]),
            "prequential": _median_prequential([one["prequential"] for one in each], sticks),
            "interval": _median_interval([one["interval"] for one in each if one["interval"] is not None]),
            "series": median_errors([one["series"] for one in each]),
        }
    return {**found, "best_epoch": median_low(epochs) if epochs else None}


def _median_prequential(each: Sequence[Mapping[str, Any] | None], sticks: Yardsticks) -> dict[str, Any] | None:
    """A loss that is unknown is greater than any. None if none is measured."""
    if not any(each):
        return None
    loss, error = (median_of([None if one is None else one[name] for one in each]) for name in ("loss", "loss_error"))
    found: dict[str, Any] = {"loss": loss, "loss_error": error}
    found["skill"] = None if loss is None else sticks.skill(loss)
    scores = [one["metrics"] for one in each if one is not None and "metrics" in one]
    if scores:
        found["metrics"] = {name: _median_score([one[name] for one in scores]) for name in scores[0]}
    return found


def _median_metrics(known: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Metric by metric; None if the networks are not judged, or there are no metrics."""
    if not known:
        return None
    medians = {
        name: {part: _median_score([one[name][part] for one in known]) for part in ("score", "chance")}
        for name in known[0]
    }
    return {name: {**known[0][name], **median} for name, median in medians.items()}


def _median_score(scores: Sequence[float | None]) -> float | None:
    """The median, where None is less than any score; None if that is the median."""
    opposite = median_of([None if score is None else -score for score in scores])
    return None if opposite is None else -opposite


def _median_interval(known: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Output by output, over the replicas that have an interval; None if none has one."""
    if not known:
        return None
    names = ("margins", "coverage")
    columns = {name: [*zip(*(one[name] for one in known), strict=True)] for name in names}
    return {"level": known[0]["level"], **{name: [median_of(one) for one in columns[name]] for name in names}}
