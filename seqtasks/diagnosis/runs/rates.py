"""Copies of a run at other learning rates, for a part of its steps."""

import math
import time
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, Final

from seqtasks.catalogue.host import Host
from seqtasks.diagnosis.rate_probe import FACTORS, RateProbe
from seqtasks.diagnosis.runs.changes import Change, changed, spec_of
from seqtasks.errors import UsageError
from seqtasks.running.execution import Trained, execute
from seqtasks.running.request import RunRequest
from seqtasks.running.result import TrainedRun
from seqtasks.spec.spec import Spec

SHARE: Final = 0.4  # of the time of the run, for all copies together
TAIL: Final = 0.2  # of the steps: the last losses, of which the mean is taken
LEAST: Final = 1.0  # seconds of training for each copy, however short the run was
FEWEST: Final = 4  # copies, however long they take


def rate_of(request: RunRequest, host: Host) -> float:
    """The learning rate of the trainer of a run.

    Raises:
        UsageError: If its trainer has none.
    """
    spec = spec_of(request, "trainer", host)
    optimizer = None if spec is None else spec.settings.get("optimizer")
    rate = optimizer.settings.get("learning_rate") if isinstance(optimizer, Spec) else None
    if not isinstance(rate, int | float):
        name = type(request.objects.get("trainer")).__name__ if spec is None else spec.name
        raise UsageError(f"The trainer {name} has no learning rate that is a number.", "Nothing is to be done.")
    return float(rate)


def probe_rates(run: TrainedRun, host: Host) -> RateProbe:
    """Train copies at a tenth of the learning rate, ten times it, and farther ones, as time allows.

    The copies have the seed of the run, so that the rate is all that differs.

    Args:
        run: The run; of several replicas, the first.
        host: The catalogue.

    Raises:
        UsageError: If the trainer has no learning rate.
    """
    request, result = run.request, run.result
    rate, total = rate_of(request, host), sum(result.seconds.values())
    train = max(result.seconds["train"], 1e-6) / (1 if result.replicas is None else len(result.replicas))
    share = min(1.0, max(SHARE * total / len(FACTORS), LEAST) / train)
    steps = max(1, int(share * result.steps))
    budget = {} if share == 1 else {"steps": steps, "epochs": None}
    start, others = time.perf_counter(), list[tuple[float, float]]()
    for factor in FACTORS:
        if len(others) >= FEWEST and (time.perf_counter() - start) * (1 + 1 / len(others)) > SHARE * total:
            break
        change = Change(trainer={"optimizer.learning_rate": float(f"{factor * rate:.3g}")})
        others.append(
            (factor * rate, tail_loss(learning_curve_of(changed(request, change, host, **budget), host), steps))
        )
    history = result.history if result.replicas is None else result.replicas[0]["history"]
    return RateProbe(rate, tail_loss(history, steps), tuple(sorted(others)), steps, share)


def tail_loss(history: Mapping[str, Any], steps: int) -> float:
    """The mean of the last fifth of the losses up to some step; infinite if one is not a number.

    Args:
        history: ``step`` and ``loss`` of a learning curve.
        steps: The last step that counts.

    Example:
        >>> tail_loss({"step": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "loss": [9.0] * 8 + [1.0, 3.0]}, 10)
        2.0
    """
    pairs: Sequence[tuple[int, float | None]] = list(zip(history["step"], history["loss"], strict=True))
    found = [loss for step, loss in pairs if (1 - TAIL) * steps < step <= steps]
    found = found or [loss for _, loss in pairs[-1:]]
    if not found or any(loss is None or not math.isfinite(loss) for loss in found):
        return math.inf
    return fmean(loss for loss in found if loss is not None)


def learning_curve_of(request: RunRequest, host: Host) -> Mapping[str, Any]:
    """The learning curve of a request, which is trained and not judged."""
    execution = execute(request, host=host)
    for event in execution:
        if isinstance(event, Trained):
            break
    history: Mapping[str, Any] = execution.unjudged().result.history
    return history
