"""What comes out of a run: a record that reads back from its own JSON and prints as a table, and the networks."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Literal, Self, final

from seqtasks.catalogue.host import Host
from seqtasks.lazy import LazyImport
from seqtasks.running.report import best_baseline, html, number, text
from seqtasks.running.request import RunRequest

if TYPE_CHECKING:  # a record prints without NumPy
    from seqtasks.core.network import AbstractNetwork
    from seqtasks.core.task import Encoding
    from seqtasks.diagnosis.diagnosis import Diagnosis

SOLVED: Final = 0.95
DIVERGED: Final = 1000.0
# Fields that are absent where they are None.
OPTIONAL: Final = (
    "baselines",
    "metrics",
    "prequential",
    "interval",
    "series",
    "best_epoch",
    "solved_share",
    "replicas",
)

_DIAGNOSE: Final = LazyImport("seqtasks.diagnosis.runs.diagnose:diagnose")

Status = Literal["done", "interrupted", "diverged"]


@final
@dataclass(frozen=True, repr=False)
class Result:
    """The record of one run: its loss next to its yardsticks.

    Losses are per counted step, in the task's own loss: mean squared error, or cross-entropy in nats.

    Args:
        task: The task's spec with every setting, defaults included.
        model: The model's spec.
        trainer: The trainer's spec.
        seed: The seed of weights and data; of the first replica.
        status: ``done``, ``interrupted`` by the user, or ``diverged``: the loss is not finite or above 1000 times
            chance.
        steps: Time steps of the training over all lanes and sequences, repeats included; of each replica, or of the
            one that learned longest if replicas stop early.
        updates: The number of weight updates.
        parameters: The number of weights.
        loss: On fresh data, with frozen weights, one step at a time; None if not finite.
        loss_error: Its standard error.
        chance: The loss of the best constant prediction or, if there are ``baselines``, of the best of them.
        memoryless: The loss of the best predictor that sees only the present input; None if unknown.
        optimum: The loss of the best predictor that sees the whole past (Bayes-optimal); None if unknown.
        skill: (chance - loss) / (chance - optimum).
        solved: Whether the skill is at least 0.95; None if the optimum is unknown.
        own_unit: For a column of a table, the root mean squared error in the column's own unit: ``column``, ``rmse``,
            and ``baselines`` with that of each baseline.
        steps_per_second: The speed of the training without compilation, over all replicas.
        seconds: The time of ``load``, ``compile``, ``train`` and ``evaluate``, summed over all parts of a resumed run.
        history: ``step`` and ``loss`` of the training curve, each loss before its update; ``validation`` the same for
            trainers that hold data back.
        versions: The versions of Python, seqtasks and the libraries of the computation.
        baselines: The losses of forecasts without a network, by name: ``mean``, ``persistence``,
            ``seasonal persistence``. Absent from the record of a task that has none.
        metrics: For each metric that was asked for, its ``score`` on the data of the loss, the greater the better,
            and the score of ``chance``: the best that a baseline or, for labels, a constant has by this metric. Of two
            labels, ``positive_label`` is the one that metrics such as ``f1`` are about. None for a score that is not
            defined. Absent without metrics.
        prequential: The ``loss``, ``loss_error`` and ``skill`` of a copy of the network that goes on learning in the
            test: it predicts each step before it learns from it; and the scores of its ``metrics``, if there are any.
            Absent if it is not measured.
        interval: For a column of a table whose trainer has a validation part, the ``level`` of prediction intervals,
            and for each horizon the ``margins`` (half their widths, in the column's own unit) and the ``coverage``
            (the share of the test part that lies in them). Absent if there is none. Of several groups, the margins are
            in the scale of each.
        series: For a table with several groups or targets, the root mean squared error in the test part of each of them
            in its own unit: ``column``, ``group`` (if there are groups), ``rmse``, and ``baselines`` with those of each
            baseline. Absent otherwise.
        best_epoch: For a trainer with ``patience``, the epoch, counted from 1, whose weights the network has: the one
            with the best validation loss. Where the network then learned the validation data, too, it went on from
            them. Absent otherwise, from an interrupted run, and if the network diverged.
        solved_share: With several replicas, how many of them ``solved``, ``of`` how many, and the 95 % Wilson
            ``interval`` of that share; None where the optimum is unknown. Absent from the record of a single run.
        replicas: With several, the ``seed``, ``status``, ``loss``, ``loss_error``, ``skill``, ``solved``, ``steps`` and
            ``history`` of each, and its ``metrics``, ``prequential``, ``interval``, ``series`` and ``best_epoch`` if it
            has them. Those above are then medians, ``solved`` that of the median, and a replica that diverged has a
            loss greater than any. Absent from the record of a single run.
    """

    task: str
    model: str
    trainer: str
    seed: int
    status: Status
    steps: int
    updates: int
    parameters: int
    loss: float | None
    loss_error: float | None
    chance: float
    memoryless: float | None
    optimum: float | None
    skill: float | None
    solved: bool | None
    own_unit: Mapping[str, Any] | None
    steps_per_second: float | None
    seconds: Mapping[str, float]
    history: Mapping[str, Any]
    versions: Mapping[str, str]
    baselines: Mapping[str, float] | None = None
    metrics: Mapping[str, Any] | None = None
    prequential: Mapping[str, Any] | None = None
    interval: Mapping[str, Any] | None = None
    series: Sequence[Mapping[str, Any]] | None = None
    best_epoch: int | None = None
    solved_share: Mapping[str, Any] | None = None
    replicas: Sequence[Mapping[str, Any]] | None = None

    def record(self) -> dict[str, Any]:
        """The fields as plain values; not-a-number and infinities are None."""
        names = [f.name for f in fields(self) if f.name not in OPTIONAL or self._has(f.name)]
        return {name: _plain(getattr(self, name)) for name in names}

    @property
    def warning(self) -> str | None:
        """A sentence that says so, and what to try, where the loss is above that of a baseline; else None."""
        best = best_baseline(self)
        if best is None or self.loss is None or self.loss <= self.chance or self.status == "diverged":
            return None
        return (
            f"The loss {number(self.loss)} is above that of {best}, a forecast without a network: "
            f"{number(self.chance)}. Train for more steps, or try the default trainer of the task, fewer units, or "
            "other inputs. Otherwise, use that forecast."
        )

    def _has(self, name: str) -> bool:
        """Whether an optional field is in the record; the share of replicas is, even where it is unknown."""
        return getattr(self, "replicas" if name == "solved_share" else name) is not None

    def to_json(self, history: bool = True) -> str:
        """The record as one JSON object.

        Args:
            history: Whether it holds the training curve, by far the longest part, and that of each replica.
        """
        record = self.record()
        for part in () if history else (record, *record.get("replicas", ())):
            del part["history"]
        return json.dumps(record, indent=2, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The result that :meth:`to_json` wrote; a history that was left out is empty."""
        return cls(**({"history": {"step": [], "loss": []}} | json.loads(text)))

    def __repr__(self) -> str:
        return text(self, {})

    def _repr_html_(self) -> str:
        return html(self, {})


@final
@dataclass(frozen=True, repr=False)
class TrainedRun:
    """A result and its networks. The result's fields are attributes of it, too: ``run.loss`` is ``run.result.loss``.

    Args:
        request: What was run.
        result: The record.
        networks: The trained networks, in the order of their seeds.
        encoding: How the rows of a user's file become inputs, and outputs become values.
    """

    request: RunRequest
    result: Result
    networks: "tuple[AbstractNetwork, ...]"
    encoding: "Encoding"

    @property
    def network(self) -> "AbstractNetwork | None":
        """The trained network; None if there are several."""
        return self.networks[0] if len(self.networks) == 1 else None

    def explain(self, *, try_changes: bool = False, plugins: Sequence[str] = ()) -> "Diagnosis":
        """Find out why the network does not learn, as ``seqtasks explain`` does.

        Args:
            try_changes: Whether to train copies with the proposed changes, which takes up to six times as long as the
                run.
            plugins: Files or modules of plugins to load, in addition to those that the request names.

        Raises:
            SeqtasksError: If the parts of the run cannot be built again.
        """
        host = Host.start([*(plugin.source for plugin in self.request.plugins if plugin.source), *plugins])
        found: Diagnosis = _DIAGNOSE(self, host, try_changes=try_changes)
        return found

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "result":  # copy and pickle look for names before there is a result
            raise AttributeError(name)
        return getattr(self.result, name)

    def __repr__(self) -> str:
        return text(self.result, self.request.labels)

    def _repr_html_(self) -> str:
        return html(self.result, self.request.labels)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return value
