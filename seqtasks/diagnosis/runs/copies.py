"""Copies of a run that learn for longer, or with more units."""

from typing import Final

from seqtasks.catalogue.host import Host
from seqtasks.diagnosis.runs.changes import Change, changed
from seqtasks.diagnosis.runs.rates import learning_curve_of, tail_loss
from seqtasks.diagnosis.short_training import ShortTraining
from seqtasks.errors import UsageError
from seqtasks.running.result import TrainedRun

SHARE: Final = 0.3  # of the time of the run, for one copy
LEAST: Final = 1.0  # seconds, for one copy of a short run
LONGER: Final = 20  # times the steps, at most
WIDER: Final = 4  # times the units


def learn_longer(run: TrainedRun, host: Host, units: int) -> ShortTraining:
    """Train a copy that differs in its budget alone.

    Args:
        run: The run; of several replicas, the first.
        host: The catalogue.
        units: The units of its network.

    Raises:
        UsageError: If more steps would take too long.
    """
    steps = min(LONGER * run.result.steps, affordable(run))
    if steps < 2 * run.result.steps:
        raise UsageError(
            "Twice the steps would take longer than the run itself, so that they were not tried.",
            f"Run with --steps {2 * run.result.steps}, and compare the losses.",
        )
    return _trained(run, Change(steps=steps), steps, host, units)


def learn_wider(run: TrainedRun, host: Host, units: int) -> ShortTraining:
    """Train a copy with four times the units, for as many steps as the run has and time allows.

    Args:
        run: The run.
        host: The catalogue.
        units: The units of its network.

    Raises:
        UsageError: If the model has no such setting.
    """
    steps = min(run.result.steps, affordable(run))
    return _trained(run, Change(model={"units": WIDER * units}, steps=steps), steps, host, WIDER * units)


def affordable(run: TrainedRun) -> int:
    """How many steps of training take a share of the time of the run, or a second."""
    result = run.result
    train = max(result.seconds["train"], 1e-6) / (1 if result.replicas is None else len(result.replicas))
    return max(1, int(max(SHARE * sum(result.seconds.values()), LEAST) / train * result.steps))


def _trained(run: TrainedRun, change: Change, steps: int, host: Host, units: int) -> ShortTraining:
    history = learning_curve_of(changed(run.request, change, host), host)
    updates = round(run.result.updates * steps / run.result.steps)
    return ShortTraining(tail_loss(history, steps), updates, units)
