"""The observer ``tensorboard``."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from tensorboard.compat.proto.event_pb2 import Event as Record
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from seqtasks.running.execution import Event, Judged, Progress, Validated
from seqtasks.running.observed import curve_of, figures_of, settings_of
from seqtasks.running.observer import AbstractObservation, AbstractObserver
from seqtasks.running.request import RunRequest

_LONGEST: Final = 80  # letters of a part of a folder's name


@final
@dataclass(frozen=True)
class TensorBoard(AbstractObserver):
    """Writes each run to a folder of its own, which TensorBoard reads while the run goes on.

    During the run, ``train/recent_loss`` is the loss of the latest steps, and ``validation/loss`` that on validation
    data. At the end, ``train/loss`` is the whole training curve, and ``test/...`` the judgement on fresh data, at the
    last step. Task, model, trainer, seed, and budget are the hyperparameters.

    Args:
        logdir: The folder, as after ``tensorboard --logdir``.

    Example:
        >>> TensorBoard().logdir
        'logs'
    """

    logdir: str = "logs"

    def observation(self, request: RunRequest) -> "TensorBoardObservation":
        """Start to write a run."""
        return TensorBoardObservation(Path(self.logdir).expanduser() / folder_of(request), settings_of(request))


def folder_of(request: RunRequest) -> Path:
    """A folder for a run, below one for its task.

    Args:
        request: What is run.
    """
    task, model, trainer = (re.sub(r"[^\w.=-]+", "_", spec)[:_LONGEST] for spec in request.specs)
    return Path(task, f"{model}-{trainer}-seed{request.seed}-{time.strftime('%Y%m%d-%H%M%S')}-{request.key()[:8]}")


@final
class TensorBoardObservation(AbstractObservation):
    """Writes the event file of one run.

    Args:
        folder: Where.
        settings: The hyperparameters.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str | int]) -> None:
        self._writer = EventFileWriter(str(folder))
        self._write(hparams_pb(dict(settings)), 0)
        self._writer.flush()

    def see(self, event: Event) -> None:
        """Write what the event brings."""
        match event:
            case Progress(step=step, curve=[*_, loss]):
                self._scalar("train/recent_loss", loss, step)
            case Validated(step=step, loss=loss):
                self._scalar("validation/loss", loss, step)
            case Judged(run=run):
                for step, loss in curve_of(run.result):
                    self._scalar("train/loss", loss, step)
                for name, value in figures_of(run.result).items():
                    self._scalar(f"test/{name}", value, run.result.steps)
                self._writer.flush()

    def close(self) -> None:
        """Close the file."""
        self._writer.close()

    def _scalar(self, tag: str, value: float, step: int) -> None:
        self._write(Summary(value=[Summary.Value(tag=tag, simple_value=value)]), step)

    def _write(self, summary: Summary, step: int) -> None:
        self._writer.add_event(Record(wall_time=time.time(), step=step, summary=summary))
