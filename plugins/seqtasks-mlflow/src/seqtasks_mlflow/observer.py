"""The observer ``mlflow``."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final, final

from mlflow import MlflowClient
from mlflow.entities import Metric, Param
from mlflow.exceptions import MlflowException

from seqtasks.catalogue.attempt import cause
from seqtasks.running.execution import Event, Failed, Judged, Progress, Validated
from seqtasks.running.observed import curve_of, figures_of, settings_of
from seqtasks.running.observer import AbstractObservation, AbstractObserver
from seqtasks.running.request import RunRequest

PAUSE: Final = 1.0  # seconds between two messages about the training
MOST: Final = 1000  # metrics in one message, the limit of MLflow


@final
@dataclass(frozen=True)
class MLflow(AbstractObserver):
    """Sends each run to an experiment of MLflow.

    During the run, the metric ``train_recent_loss`` is the loss of the latest steps, and ``validation_loss`` that on
    validation data. At the end, ``train_loss`` is the whole training curve, and the judgement on fresh data, such as
    ``loss`` and ``skill``, follows. Task, model, trainer, seed, and budget are parameters, and versions are tags.

    Args:
        uri: The tracking server, such as http://localhost:5000, or a folder or database of MLflow; by default that of
            MLFLOW_TRACKING_URI, or else MLflow's own default.
        experiment: The name of the experiment; it is created.

    Example:
        >>> MLflow(uri="http://localhost:5000").experiment
        'seqtasks'
    """

    uri: str = ""
    experiment: str = "seqtasks"

    def observation(self, request: RunRequest) -> "MLflowObservation":
        """Start a run of the experiment."""
        client = MlflowClient(self.uri or None)
        return MLflowObservation(client, experiment_id(client, self.experiment), request)


def experiment_id(client: MlflowClient, name: str) -> str:
    """The id of an experiment, which is created unless it exists.

    Args:
        client: To the tracking server.
        name: The experiment.
    """
    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name))
        except MlflowException:  # another process has created it meanwhile, or it cannot be created
            found = client.get_experiment_by_name(name)
            if found is None:
                raise
    return str(found.experiment_id)


@final
class MLflowObservation(AbstractObservation):
    """Sends one run.

    Args:
        client: To the tracking server.
        experiment: The id of the experiment.
        request: What is run.
    """

    def __init__(self, client: MlflowClient, experiment: str, request: RunRequest) -> None:
        settings = settings_of(request)
        name = "{model}, {trainer}, seed {seed}".format(**settings)
        self._client = client
        self._run = client.create_run(experiment, run_name=name, tags={"seqtasks.key": request.key()}).info.run_id
        self._over, self._sent = False, 0.0
        client.log_batch(self._run, params=[Param(key, str(value)) for key, value in settings.items()])

    def see(self, event: Event) -> None:
        """Send what the event brings."""
        match event:
            case Progress(step=step, curve=[*_, loss]) if time.monotonic() - self._sent >= PAUSE:
                self._sent = time.monotonic()
                self._client.log_metric(self._run, "train_recent_loss", loss, step=step)
            case Validated(step=step, loss=loss):
                self._client.log_metric(self._run, "validation_loss", loss, step=step)
            case Judged(run=run):
                result = run.result
                self._log(("train_loss", loss, step) for step, loss in curve_of(result))
                self._log((name, value, result.steps) for name, value in figures_of(result).items())
                for name, version in result.versions.items():
                    self._client.set_tag(self._run, f"version.{name}", version)
                self._end("KILLED" if result.status == "interrupted" else "FINISHED", result.status)
            case Failed(error=error):
                self._client.set_tag(self._run, "seqtasks.error", cause(error))
                self._end("FAILED", "failed")

    def close(self) -> None:
        """End the run, if its last event was not seen."""
        if not self._over:
            self._end("KILLED", "interrupted")

    def _log(self, values: Iterable[tuple[str, float, int]]) -> None:
        now = int(1000 * time.time())
        metrics = (Metric(name, value, now, step) for name, value, step in values)
        while some := list(islice(metrics, MOST)):
            self._client.log_batch(self._run, metrics=some)

    def _end(self, status: str, outcome: str) -> None:
        self._over = True
        self._client.set_tag(self._run, "seqtasks.status", outcome)
        self._client.set_terminated(self._run, status)
