"""The report of a run: its record as lines of text, and as HTML with the training curve."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from seqtasks.running.result import Result

LARGE: Final = 1e6  # losses from here on are printed with an exponent
SMALL: Final = 0.001  # losses below are printed with an exponent
SHOWN: Final = 6  # series that have a line of their own
WIDTH, HEIGHT, ROOM = 360, 120, 1.25  # of the drawn curve in pixels, and how far above chance it reaches


def text(result: "Result", labels: Mapping[str, str]) -> str:
    """The table as lines of text.

    Args:
        result: The record.
        labels: The displayed specs of the task, the model and the trainer; those recorded if they are not there.
    """
    return "\n".join(f"{name:<10} {words}" for name, words in rows(result, labels))


def html(result: "Result", labels: Mapping[str, str]) -> str:
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


def rows(result: "Result", labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Name and text of each line.

    Args:
        result: The record.
        labels: As for :func:`text`.
    """
    several = result.replicas is not None
    each = " each" if several else ""
    most = "up to " * (len({one.get("steps") for one in result.replicas or ()}) > 1)
    counts = f"{most}{result.steps:,} steps{each}, {most}{result.updates:,} updates{each}"
    found = [
        ("task", labels.get("task", result.task)),
        ("model", f"{labels.get('model', result.model)}, {result.parameters:,} weights{each}"),
        ("trainer", f"{labels.get('trainer', result.trainer)}, {counts}, {_seeds(result)}"),
        ("loss", _loss(result) + (", the median" if several and result.loss is not None else "")),
        ("chance", f"{number(result.chance)}  {_chance(result)}"),
        ("memoryless", f"{number(result.memoryless)}  the best that sees only the present"),
        ("optimum", f"{number(result.optimum)}  the best that sees the whole past"),
        ("skill", _verdict(result)),
        (
            "speed",
            f"{result.steps_per_second or 0:,.0f} steps/s{' over all replicas' * several}, "
            f"{sum(result.seconds.values()):.1f} s in total",
        ),
    ]
    if result.own_unit is not None:
        found.insert(4, ("", f"{result.own_unit['rmse']:.4g} root mean squared error in {result.own_unit['column']}"))
    place = [name for name, _ in found].index("chance")
    found[place:place] = [("", line) for line in _series(result.series or ())]
    if result.interval is not None:
        line = _interval(result.interval, one_unit=result.series is None)
        found.insert([name for name, _ in found].index("chance"), ("", line))
    if result.prequential is not None:
        found.insert([name for name, _ in found].index("chance"), ("", _prequential(result.prequential)))
    if result.baselines is not None:
        place = next(n for n, (name, _) in enumerate(found) if name == "memoryless")
        found[place : place + 1] = [("", each) for each in _baselines(result)]
    if result.metrics is not None:
        place = 1 + [name for name, _ in found].index("skill")
        found[place:place] = [("" if n else "metrics", line) for n, line in enumerate(_metrics(result, result.metrics))]
    if result.solved_share is not None:
        found.insert(3, ("solved", _share(result.solved_share)))
    if result.best_epoch is not None:
        found.insert(3, ("best epoch", f"{result.best_epoch}{', the median' * several}"))
    return found + [(f"seed {one['seed']}", _replica(one)) for one in result.replicas or ()]


def _metrics(result: "Result", metrics: Mapping[str, Any]) -> list[str]:
    """A line for each metric, with chance, and one that names the positive of two labels."""
    lines = []
    for name, one in metrics.items():
        spread = [each["metrics"][name]["score"] for each in result.replicas or () if "metrics" in each]
        known = [score for score in spread if score is not None]
        of = f", the median of {_score(min(known))} to {_score(max(known))}" if known else ""
        learning = (result.prequential or {}).get("metrics")
        also = "" if learning is None else f", prequential {_score(learning[name])}"
        lines.append(f"{name} {_score(one['score'])}{of}{also}, chance {_score(one['chance'])}")
    label = next((one["positive_label"] for one in metrics.values() if "positive_label" in one), None)
    return lines if label is None else [*lines, f"of the two labels, {label} is the positive one"]


def _score(score: float | None) -> str:
    return "undefined" if score is None else f"{score:.4g}"


def _series(series: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A line for each of the first series, with its best baseline, and one on how many are better than it."""
    for one in series[:SHOWN]:
        of = f" of {one['group']}" if "group" in one else ""
        name, best = _best(one["baselines"])
        yield f"{_score(one['rmse'])} root mean squared error in {one['column']}{of}; {name} {_score(best)}"
    if len(series) > 1:
        bests = [(one["rmse"], _best(one["baselines"])[1]) for one in series]
        better = sum(own is not None and best is not None and own < best for own, best in bests)
        yield f"less than every forecast without a network in {better:,} of {len(series):,} series"


def _best(baselines: Mapping[str, float | None]) -> tuple[str, float | None]:
    known = {name: each for name, each in baselines.items() if each is not None}
    return min(known.items(), key=lambda item: item[1]) if known else ("baseline", None)


def _interval(interval: Mapping[str, Any], one_unit: bool) -> str:
    """The margins, and the share of the test part between them, each from the least to the greatest of the horizons.

    Args:
        interval: That of the result.
        one_unit: Whether all margins are in the unit of one column.
    """
    margins, coverage = _range(interval["margins"], ".4g"), _range(interval["coverage"], ".2f")
    if not one_unit:
        return f"the {interval['level']:.0%} interval holds {coverage} of the test part"
    return f"± {margins} is the {interval['level']:.0%} interval, which holds {coverage} of the test part"


def _range(values: Sequence[float], form: str) -> str:
    return " to ".join(dict.fromkeys(f"{each:{form}}" for each in (min(values), max(values))))


def _prequential(prequential: Mapping[str, Any]) -> str:
    """The loss of a network that learns on in the test."""
    loss, skill = prequential["loss"], prequential["skill"]
    if loss is None:
        return "prequential: it diverged as it learned on in the test"
    error = _error(prequential["loss_error"])
    return f"{number(loss)}{error} prequential, as it learns on in the test: skill {skill:.3f}"


def _chance(result: "Result") -> str:
    """The description of chance in the report."""
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
        f"{number(loss)}  {name}" + (f", {own[name]:.4g} in {unit['column']}" if name in own else "")
        for name, loss in (result.baselines or {}).items()
    ]


def _curve(result: "Result") -> str:
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


def _seeds(result: "Result") -> str:
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
    best = "" if one.get("best_epoch") is None else f", best epoch {one['best_epoch']}"
    return f"{number(one['loss'])}{_error(one['loss_error'])}, skill {one['skill']:.3f}{solved}{best}"


def _loss(result: "Result") -> str:
    if result.loss is None:
        return "not evaluated" if result.status == "interrupted" else "not a number"
    return f"{number(result.loss)}{_error(result.loss_error)} on fresh data"


def _error(error: float | None) -> str:
    return "" if error is None else f" ± {number(error)}"


def number(value: float | None) -> str:
    """A loss as it is printed."""
    if value is None:
        return "unknown"
    if value == 0:
        return "0"
    return f"{value:.4f}" if SMALL <= abs(value) < LARGE else f"{value:.1e}"


def _verdict(result: "Result") -> str:
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
