"""What happens in a run, one class each; :func:`seqtasks.running.execution.execute` yields them in this order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from seqtasks.running.request import RunRequest
from seqtasks.running.trained_run import TrainedRun


@final
@dataclass(frozen=True, slots=True)
class Loaded:
    """The parts of the run are there, and fit together.

    Args:
        chance: The yardstick's loss.
        optimum: The yardstick's loss; None if it is unknown.
        resumed_from_step: Time steps that each replica was fed before the run was resumed; 0 if it was not.
        truncation: After how many steps the trainer truncates gradients; None if it does not.
        depth: How many steps the task's gradients need; None if that is unknown.
        notes: What the task says of its data, a sentence each.
    """

    chance: float
    optimum: float | None
    resumed_from_step: int
    truncation: int | None
    depth: int | None
    notes: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class Compiled:
    """The programs are compiled, and training begins.

    Args:
        seconds: How long that took.
    """

    seconds: float


@final
@dataclass(frozen=True, slots=True)
class Progress:
    """Another chunk of steps was learned.

    Args:
        step: Time steps fed to each replica so far.
        total: The budget.
        curve: The mean losses of all blocks of steps so far, each before its updates; the medians over the replicas.
    """

    step: int
    total: int
    curve: Sequence[float]


@final
@dataclass(frozen=True, slots=True)
class Validated:
    """The trainer measured the loss on its validation data.

    Args:
        step: Time steps fed to each replica so far.
        loss: The loss; the median over the replicas.
    """

    step: int
    loss: float


@final
@dataclass(frozen=True, slots=True)
class Interrupted:
    """The user ended the training, or the judging.

    Args:
        step: Time steps fed to each replica so far.
        judging: Whether what was learned so far is judged next.
    """

    step: int
    judging: bool


@final
@dataclass(frozen=True, slots=True)
class Trained:
    """The training has ended, and fresh data judge the network next."""


@final
@dataclass(frozen=True, slots=True)
class Judged:
    """The run is over. This event is the last.

    Args:
        run: The result and the trained networks.
    """

    run: TrainedRun


@final
@dataclass(frozen=True, slots=True)
class Failed:
    """The run cannot go on. This event is the last, and the error is raised next.

    Args:
        error: Why.
    """

    error: Exception


def notes(event: Loaded, request: RunRequest) -> list[str]:
    """What a user should know before the training begins, a sentence each."""
    found = list(event.notes)
    if event.resumed_from_step:
        found.append(f"Going on from step {event.resumed_from_step:,}.")
    horizon, depth = event.truncation, event.depth
    if horizon is not None and depth is not None and horizon < depth:
        name = request.task.partition(":")[0]
        found.append(
            f"Note: gradients are truncated after {horizon} step{'s' * (horizon > 1)}, but {name} needs {depth}. "
            f"Use --trainer online:window={depth}, or --trainer rtrl."
        )
    return found


Event = Loaded | Compiled | Progress | Validated | Interrupted | Trained | Judged | Failed
