"""What a run is printed as: its loss beside the yardsticks, and a line for each replica."""

from collections.abc import Mapping
from typing import Any, Final

from seqtasks.cli import output
from seqtasks.running.experiment import Experiment
from seqtasks.running.result import Result

LARGE: Final = 1e6  # from here on losses are printed with an exponent
SMALL: Final = 0.001  # what four decimals would round away


def show(experiment: Experiment, result: Result) -> None:
    """Print it."""
    several = result.replicas is not None
    each = " each" if several else ""
    counts = f"{result.steps:,} steps{each}, {result.updates:,} updates{each}"
    rows = [
        ("task", str(experiment.task)),
        ("model", f"{experiment.model}, {result.parameters:,} weights{each}"),
        ("trainer", f"{experiment.trainer}, {counts}, {_seeds(result)}"),
        ("loss", _loss(result) + (", the median" if several and result.loss is not None else "")),
        ("chance", f"{_number(result.chance)}  the best constant"),
        ("memoryless", f"{_number(result.memoryless)}  the best that sees only the present"),
        ("optimum", f"{_number(result.optimum)}  the best that sees the whole past"),
        ("skill", _verdict(result)),
        (
            "speed",
            f"{result.steps_per_second or 0:,.0f} steps/s{' of all' * several}, "
            f"{sum(result.seconds.values()):.1f} s in all",
        ),
    ]
    if result.own_unit is not None:
        rows.insert(4, ("", f"{result.own_unit['rmse']:.4g} root mean squared error in {result.own_unit['column']}"))
    if result.solved_share is not None:
        rows.insert(3, ("solved", _share(result.solved_share)))
    rows += [(f"seed {one['seed']}", _replica(one)) for one in result.replicas or ()]
    for name, text in rows:
        output.line(f"{name:<10} {text}")


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
        return "not judged"
    solved = {True: ", solved", False: ", not solved", None: ""}[one["solved"]]
    return f"{_number(one['loss'])}{_error(one['loss_error'])}, skill {one['skill']:.3f}{solved}"


def _loss(result: Result) -> str:
    if result.loss is None:
        return "not judged" if result.status == "interrupted" else "not a number"
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
        return "diverged: the loss is not finite or above 1000 times chance; a smaller learning rate may help"
    skill = "unknown" if result.skill is None else f"{result.skill:.3f}"
    if result.loss is None:
        verdict = "not judged" if result.status == "interrupted" else "at least half of the replicas diverged"
    elif result.solved is None:
        verdict = "1 is no error at all, 0 is chance"
    else:
        verdict = "solved" if result.solved else "not solved (0 is chance, 1 the optimum, solved from 0.95)"
    return f"{skill}  {verdict}" + ("; interrupted" if result.status == "interrupted" else "")
