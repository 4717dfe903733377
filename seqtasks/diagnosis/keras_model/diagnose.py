"""The diagnosis of a plain Keras model."""

from collections.abc import Mapping
from typing import Any

from seqtasks.diagnosis.attempts import attempts_at, with_attempts
from seqtasks.diagnosis.diagnosis import Diagnosis
from seqtasks.diagnosis.examination import examine
from seqtasks.diagnosis.keras_model.repairs import REPAIRS
from seqtasks.diagnosis.keras_model.retraining import KerasRetraining
from seqtasks.diagnosis.keras_model.subject import KerasSubject


def diagnose_model(
    model: Any, X: Any, y: Any, fit: Mapping[str, Any] | None = None, *, try_changes: bool = False
) -> Diagnosis:
    """Examine a Keras model, and train copies with the changes that are proposed.

    Args:
        model: The model.
        X: The inputs that it was fitted to.
        y: The targets.
        fit: How it was fitted.
        try_changes: Whether copies are trained.

    Raises:
        SeqtasksError: As :func:`seqtasks.explain`.
    """
    subject = KerasSubject(model, X, y, fit)
    found = examine(subject)
    names = [fault.name for fault in found.faults if fault.name in REPAIRS]
    if not try_changes or not names:
        return found
    changes = {fault.name: fault.change for fault in found.faults}
    return with_attempts(found, attempts_at(names, KerasRetraining(subject, changes)))
