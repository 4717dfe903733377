"""What comes out of a run: a record that reads back from its own JSON and prints as a table, and the networks."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from html import escape
from typing import TYPE_CHECKING, Any, Final, Literal, Self, final

from seqtasks.running.request import RunRequest

if TYPE_CHECKING:  # a record prints without NumPy
    from seqtasks.core.network import AbstractNetwork
    from seqtasks.core.task import Encoding

SOLVED: Final = 0.95
DIVERGED: Final = 1000.0
# Fields that are absent where they are None.
OPTIONAL: Final = ("baselines", "prequential", "interval", "solved_share", "replicas")

Status = Literal["done", "interrupted", "diverged"]

LARGE: Final = 1e6  # losses from here on are printed with an exponent
SMALL: Final = 0.001  # losses below are printed with an exponent
WIDTH, HEIGHT, ROOM = 360, 120, 1.25  # of the drawn curve in pixels, and how far above chance it reaches


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
        steps: Time steps of the training over all lanes and sequences, repeats included; of each replica.
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
        prequential: The ``loss``, ``loss_error`` and ``skill`` of a copy of the network that goes on learning in the
            test: it predicts each step before it learns from it. Absent if it is not measured.
        interval: For a column of a table whose trainer has a validation part, the ``level`` of prediction intervals,
            and for each horizon the ``margins`` (half their widths, in the column's own unit) and the ``coverage``
            (the share of the test part that lies in them). Absent if there is none.
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
    baselines: Mapping[str, float] | None = None
    prequential: Mapping[str, Any] | None = None
    interval: Mapping[str, Any] | None = None
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
            f"The loss {_number(self.loss)} is above that of {best}, a forecast without a network: "
            f"{_number(self.chance)}. Train for more steps, or try the default trainer of the task, fewer units, or "
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

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "result":  # copy and pickle look for names before there is a result
            raise AttributeError(name)
        return getattr(self.result, name)

    def __repr__(self) -> str:
        return text(self.result, self.request.labels)

    def _repr_html_(self) -> str:
        return html(self.result, self.request.labels)


def text(result: Result, labels: Mapping[str, str]) -> str:
    """The table as lines of text.

    Args:
        result: The record.
        labels: The displayed specs of the task, the model and the trainer; those recorded if they are not there.
    """
    return "\n".join(f"{name:<10} {words}" for name, words in rows(result, labels))


def html(result: Result, labels: Mapping[str, str]) -> str:
    """The table as HTML, and the training curve between chance and optimum as an SVG picture in it.

    Args:
        result: The record.
        labels: As for :func:`text`.
    """
    lines = "".join(
        f"<tr><th style='text-align: left'>{escape(name)}</th><td style='text-align: left'>{escape(words)}</td></tr>"
        for name, words in rows(result, labels)
    )
    return f"<div><table>{lines}</table>{_curve(result)}</div>"


def rows(result: Result, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Name and text of each line.

    Args:
        result: The record.
        labels: As for :func:`text`.
    """
    several = result.replicas is not None
    each = " each" if several else ""
    counts = f"{result.steps:,} steps{each}, {result.updates:,} updates{each}"
    found = [
        ("task", labels.get("task", result.task)),
        ("model", f"{labels.get('model', result.model)}, {result.parameters:,} weights{each}"),
        ("trainer", f"{labels.get('trainer', result.trainer)}, {counts}, {_seeds(result)}"),
        ("loss", _loss(result) + (", the median" if several and result.loss is not None else "")),
        ("chance", f"{_number(result.chance)}  {_chance(result)}"),
        ("memoryless", f"{_number(result.memoryless)}  the best that sees only the present"),
        ("optimum", f"{_number(result.optimum)}  the best that sees the whole past"),
        ("skill", _verdict(result)),
        (
            "speed",
            f"{result.steps_per_second or 0:,.0f} steps/s{' over all replicas' * several}, "
            f"{sum(result.seconds.values()):.1f} s in total",
        ),
    ]
    if result.own_unit is not None:
        found.insert(4, ("", f"{result.own_unit['rmse']:.4g} root mean squared error in {result.own_unit['column']}"))
    if result.interval is not None:
        found.insert([name for name, _ in found].index("chance"), ("", _interval(result.interval)))
    if result.prequential is not None:
        found.insert([name for name, _ in found].index("chance"), ("", _prequential(result.prequential)))
    if result.baselines is not None:
        place = next(n for n, (name, _) in enumerate(found) if name == "memoryless")
        found[place : place + 1] = [("", each) for each in _baselines(result)]
    if result.solved_share is not None:
        found.insert(3, ("solved", _share(result.solved_share)))
    return found + [(f"seed {one['seed']}", _replica(one)) for one in result.replicas or ()]


def _interval(interval: Mapping[str, Any]) -> str:
    """The margins, and the share of the test part between them, each from the least to the greatest of the horizons."""
    margins, coverage = _range(interval["margins"], ".4g"), _range(interval["coverage"], ".2f")
    return f"± {margins} is the {interval['level']:.0%} interval, which holds {coverage} of the test part"


def _range(values: Sequence[float], form: str) -> str:
    return " to ".join(dict.fromkeys(f"{each:{form}}" for each in (min(values), max(values))))


def _prequential(prequential: Mapping[str, Any]) -> str:
    """The loss of a network that learns on in the test."""
    loss, skill = prequential["loss"], prequential["skill"]
    if loss is None:
        return "prequential: it diverged as it learned on in the test"
    error = _error(prequential["loss_error"])
    return f"{_number(loss)}{error} prequential, as it learns on in the test: skill {skill:.3f}"


def _chance(result: "Result") -> str:
    """What chance is."""
    best = best_baseline(result)
    return "the best constant" if best is None else f"{best}, the best forecast without a network"


def best_baseline(result: "Result") -> str | None:
    """The name of the baseline that is chance; None where chance is the best constant."""
    baselines = result.baselines
    return min(baselines, key=lambda name: baselines[name]) if baselines else None


def _baselines(result: "Result") -> list[str]:
    """A line for each baseline, in the column's own unit where that is known."""
    unit = result.own_unit or {}
    own = unit.get("baselines", {})
    return [
        f"{_number(loss)}  {name}" + (f", {own[name]:.4g} in {unit['column']}" if name in own else "")
        for name, loss in (result.baselines or {}).items()
    ]


def _curve(result: Result) -> str:
    """The loss before each update, with a line at chance and one at the optimum."""
    steps, losses = result.history["step"], result.history["loss"]
    low = result.optimum or 0.0
    span = (result.chance - low) * ROOM or 1.0

    def height(loss: float | None) -> float:
        return HEIGHT * (1 - min(1.0, max(0.0, ((result.chance if loss is None else loss) - low) / span)))

    points = " ".join(
        f"{WIDTH * step / max(1, result.steps):.1f},{height(loss):.1f}"
        for step, loss in zip(steps, losses, strict=True)
    )
    sticks = [("chance", result.chance), *([] if result.optimum is None else [("optimum", result.optimum)])]
    lines = "".join(_stick(name, value, height(value)) for name, value in sticks)
    return (
        f"<svg width='{WIDTH + 120}' height='{HEIGHT + 10}' viewBox='0 -5 {WIDTH + 120} {HEIGHT + 10}' "
        f"role='img' aria-label='Training curve'>{lines}"
        f"<polyline points='{points}' fill='none' stroke='#3b6ea5' stroke-width='1'/></svg>"
    )


def _stick(name: str, value: float, y: float) -> str:
    return (
        f"<line x1='0' x2='{WIDTH}' y1='{y:.1f}' y2='{y:.1f}' stroke='#666' stroke-dasharray='4 3'/>"
        f"<text x='{WIDTH + 6}' y='{y + 4:.1f}' font-size='11' fill='#666'>{name} {value:.4g}</text>"
    )


def _seeds(result: Result) -> str:
    if result.replicas is None:
        return f"seed {result.seed}"
    return f"seeds {result.seed} to {result.replicas[-1]['seed']}"


def _share(share: Mapping[str, Any]) -> str:
    low, high = share["interval"]
    return f"{share['solved']} of {share['of']}, 95 % interval {low:.2f} to {high:.2f}"


def _replica(one: Mapping[str, Any]) -> str:
    if one["status"] == "diverged":
        return "diverged"
    if one["loss"] is None:
        return "not evaluated"
    solved = {True: ", solved", False: ", not solved", None: ""}[one["solved"]]
    return f"{_number(one['loss'])}{_error(one['loss_error'])}, skill {one['skill']:.3f}{solved}"


def _loss(result: Result) -> str:
    if result.loss is None:
        return "not evaluated" if result.status == "interrupted" else "not a number"
    return f"{_number(result.loss)}{_error(result.loss_error)} on fresh data"


def _error(error: float | None) -> str:
    return "" if error is None else f" ± {_number(error)}"


def _number(value: float | None) -> str:
    if value is None:
        return "unknown"
    if value == 0:
        return "0"
    return f"{value:.4f}" if SMALL <= abs(value) < LARGE else f"{value:.1e}"


def _verdict(result: Result) -> str:
    if result.status == "diverged":
        return "diverged: the loss is not finite or above 1000 times chance; try a smaller learning rate"
    skill = "unknown" if result.skill is None else f"{result.skill:.3f}"
    if result.loss is None:
        verdict = "not evaluated" if result.status == "interrupted" else "at least half of the replicas diverged"
    elif result.solved is None:
        verdict = "1 is no error at all, 0 is chance"
        if result.skill is not None and result.skill < 0:
            verdict = f"worse than {best_baseline(result) or 'the best constant'} (0); 1 is no error at all"
    else:
        verdict = "solved" if result.solved else "not solved (0 is chance, 1 the optimum, solved from 0.95)"
    return f"{skill}  {verdict}" + ("; interrupted" if result.status == "interrupted" else "")


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return value
