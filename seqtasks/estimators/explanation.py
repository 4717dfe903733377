"""Why a fitted estimator does not learn: it is examined like a run, whose task is the data of the estimator."""

from typing import Any, Final

import numpy as np

from seqtasks.catalogue.versions import versions
from seqtasks.core.loss import evaluate
from seqtasks.diagnosis.diagnosis import Diagnosis
from seqtasks.diagnosis.runs.fixed_task import FixedTask
from seqtasks.errors import UsageError
from seqtasks.estimators.data.sequence_dataset import SequenceDataset
from seqtasks.estimators.training.fitted_network import FittedNetwork
from seqtasks.estimators.training.recipe import current_host
from seqtasks.lazy import LazyImport
from seqtasks.running.request import RunRequest
from seqtasks.running.result import Result, TrainedRun

_DIAGNOSE: Final = LazyImport("seqtasks.diagnosis.runs.diagnose:diagnose")


def explained(
    fitted: FittedNetwork, dataset: SequenceDataset, losses: list[float], *, try_changes: bool = False
) -> Diagnosis:
    """The diagnosis of a fitted network on the sequences that it was fitted to.

    Args:
        fitted: The network.
        dataset: The sequences, encoded as in the training.
        losses: The losses of the epochs.
        try_changes: Whether to train copies with the proposed changes.

    Raises:
        UsageError: If the estimator has a loss of its own, or its model or trainer cannot be looked up by name.
    """
    if fitted.recipe.loss is not None:
        raise UsageError(
            "The estimator has a loss of its own, and explain knows squared error and cross-entropy.",
            "Fit a copy without the setting loss, and explain that.",
        )
    task = FixedTask(fitted.shapes, dataset.chunk(np.arange(len(dataset))))
    host, recipe = current_host(), fitted.recipe
    request = RunRequest.of(host, task, recipe.model, recipe.trainer, epochs=max(1, len(losses)), dtype=recipe.dtype)
    run = TrainedRun(request, _result(request, fitted, task, losses), (fitted.network,), task.encoding)
    diagnosis: Diagnosis = _DIAGNOSE(run, host, try_changes=try_changes)
    return diagnosis


def _result(request: RunRequest, fitted: FittedNetwork, task: FixedTask, losses: list[float]) -> Result:
    """The record that a run of the estimator's training would have."""
    found, yardsticks = evaluate(fitted.network, task.chunk), task.yardsticks()
    steps = [(epoch + 1) * task.chunk.lanes * task.chunk.steps for epoch in range(len(losses))]
    finite = bool(np.isfinite(found.loss))
    values: dict[str, Any] = {
        "loss": found.loss if finite else None,
        "loss_error": found.error if np.isfinite(found.error) else None,
        "skill": yardsticks.skill(found.loss) if finite else None,
        "status": "done" if finite else "diverged",
    }
    return Result(
        task=request.task,
        model=request.model,
        trainer=request.trainer,
        seed=0,
        steps=steps[-1] if steps else 0,
        updates=fitted.learner.updates,
        parameters=fitted.network.parameters,
        chance=yardsticks.chance,
        memoryless=None,
        optimum=None,
        solved=None,
        own_unit=None,
        steps_per_second=None,
        seconds={"load": 0.0, "compile": 0.0, "train": 0.0, "evaluate": 0.0},
        history={"step": steps, "loss": losses},
        versions=versions(("tensorflow", "keras")),
        **values,
    )
