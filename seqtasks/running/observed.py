"""What observers write of a run: its settings, its training curve, and its judgement, as plain values by name."""

import math
from collections.abc import Iterator

from seqtasks.running.request import RunRequest
from seqtasks.running.result import Result

JUDGED = ("loss", "loss_error", "chance", "memoryless", "optimum", "skill", "solved", "parameters", "steps_per_second")


def settings_of(request: RunRequest) -> dict[str, str | int]:
    """The specs, the seed, and the budget of a request; a budget that is the trainer's own is left out.

    Args:
        request: What is run.
    """
    task, model, trainer = request.specs
    named: dict[str, str | int] = {"task": task, "model": model, "trainer": trainer, "seed": request.seed}
    others = {"steps": request.steps, "epochs": request.epochs, "replicas": request.replicas, "dtype": request.dtype}
    named.update({name: value for name, value in others.items() if value is not None})
    return named


def figures_of(result: Result) -> dict[str, float]:
    """The finite numbers of the judgement on fresh data, the metrics and the prequential loss included.

    Args:
        result: The record of a run.
    """
    found = {name: getattr(result, name) for name in JUDGED}
    found |= {f"metric_{name}": value["score"] for name, value in (result.metrics or {}).items()}
    found |= {f"prequential_{name}": value for name, value in (result.prequential or {}).items() if name != "metrics"}
    found |= {f"seconds_{name}": value for name, value in result.seconds.items()}
    return {
        name: float(value) for name, value in found.items() if isinstance(value, int | float) and math.isfinite(value)
    }


def curve_of(result: Result) -> Iterator[tuple[int, float]]:
    """Step and loss of the points of the training curve whose loss is finite.

    Args:
        result: The record of a run.
    """
    for step, loss in zip(result.history["step"], result.history["loss"], strict=True):
        if loss is not None and math.isfinite(loss):
            yield int(step), float(loss)
