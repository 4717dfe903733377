"""Sequence-memory tasks and the recurrent networks that learn them, as plugins.

>>> import seqtasks
>>> seqtasks.task("delay:lag=3").yardsticks().chance
0.1875
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seqtasks.catalogue.entry import Entry
    from seqtasks.catalogue.hookspecs import hookimpl
    from seqtasks.diagnosis.diagnosis import Diagnosis
    from seqtasks.diagnosis.explain import explain
    from seqtasks.errors import DataError, SeqtasksError, UsageError
    from seqtasks.experiments import bench, report, runs
    from seqtasks.prediction import predict
    from seqtasks.python import load, run, save, sequences, table, task
    from seqtasks.running.execution import execute
    from seqtasks.running.request import RunRequest
    from seqtasks.running.result import Result, TrainedRun

_HOMES = {
    "DataError": "seqtasks.errors",
    "Diagnosis": "seqtasks.diagnosis.diagnosis",
    "Entry": "seqtasks.catalogue.entry",
    "Result": "seqtasks.running.result",
    "RunRequest": "seqtasks.running.request",
    "SeqtasksError": "seqtasks.errors",
    "TrainedRun": "seqtasks.running.result",
    "UsageError": "seqtasks.errors",
    "bench": "seqtasks.experiments",
    "execute": "seqtasks.running.execution",
    "explain": "seqtasks.diagnosis.explain",
    "hookimpl": "seqtasks.catalogue.hookspecs",
    "load": "seqtasks.python",
    "predict": "seqtasks.prediction",
    "report": "seqtasks.experiments",
    "run": "seqtasks.python",
    "runs": "seqtasks.experiments",
    "save": "seqtasks.python",
    "sequences": "seqtasks.python",
    "table": "seqtasks.python",
    "task": "seqtasks.python",
}

__all__ = [
    "DataError",
    "Diagnosis",
    "Entry",
    "Result",
    "RunRequest",
    "SeqtasksError",
    "TrainedRun",
    "UsageError",
    "bench",
    "execute",
    "explain",
    "hookimpl",
    "load",
    "predict",
    "report",
    "run",
    "runs",
    "save",
    "sequences",
    "table",
    "task",
]


def __getattr__(name: str) -> Any:
    """Public names are imported at their first use (PEP 562), so that the command line loads what it needs."""
    if name not in _HOMES:
        raise AttributeError(f"module 'seqtasks' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
