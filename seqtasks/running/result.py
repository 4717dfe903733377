"""What came out of a run: an immutable record that reads back from its own JSON."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, Self, final

from seqtasks.running import summary

SOLVED: Final = 0.95
DIVERGED: Final = 1000.0
SEVERAL: Final = ("solved_share", "replicas")  # fields of a record of several replicas only

Status = Literal["done", "interrupted", "diverged"]


@final
@dataclass(frozen=True, repr=False)
class Result:
    """One run, its loss beside its yardsticks.

    Losses are per counted step, in the task's own loss: mean squared error, or cross-entropy in nats.

    Args:
        task: The task's spec, every setting included.
        model: The model's spec.
        trainer: The trainer's spec.
        seed: The seed of weights and data; of the first replica.
        status: ``done``, ``interrupted`` by the user, or ``diverged``: the loss is not finite or above 1000 times
            chance.
        steps: Time steps fed, over all lanes and sequences, repeats included, evaluation not; of each replica.
        updates: How often the weights were changed.
        parameters: How many numbers the weights are.
        loss: On fresh data, with frozen weights, one step at a time; None if not finite.
        loss_error: Its standard error.
        chance: The best constant's loss.
        memoryless: The loss of the best predictor that sees only the present input; None where unknown.
        optimum: The loss of the best that sees the whole past; None where unknown.
        skill: (chance - loss) / (chance - optimum).
        solved: Whether skill is at least 0.95; None where the optimum is unknown.
        own_unit: The same error for a column of a table, in the column's own unit: ``column`` and ``rmse``.
        steps_per_second: In training alone, compilation left out; of all replicas together.
        seconds: Spent on ``load``, ``compile``, ``train`` and ``evaluate``, in all the parts of a run that was resumed.
        history: ``step`` and ``loss`` of the training curve, each loss before its update; ``validation`` the same for
            trainers that hold data back.
        versions: Of Python, seqtasks and what it computed with.
        solved_share: With several replicas, how many of them ``solved``, ``of`` how many, and the 95 % Wilson
            ``interval`` of that share; None where the optimum is unknown. Absent from the record of a single run.
        replicas: With several, the ``seed``, ``status``, ``loss``, ``loss_error``, ``skill``, ``solved`` and
            ``history`` of each; those above are then medians, ``solved`` that of the median, and a replica that
            diverged has a loss greater than any. Absent from the record of a single run.
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
    solved_share: Mapping[str, Any] | None = None
    replicas: Sequence[Mapping[str, Any]] | None = None

    def record(self) -> dict[str, Any]:
        """The fields as plain values; not-a-number and infinities are None."""
        names = [f.name for f in fields(self) if self.replicas or f.name not in SEVERAL]
        return {name: _plain(getattr(self, name)) for name in names}

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
        return summary.text(self, {})

    def _repr_html_(self) -> str:
        return summary.html(self, {})


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return value
