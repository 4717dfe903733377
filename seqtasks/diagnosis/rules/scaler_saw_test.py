"""The scale of the data was computed from the training and the test part together."""

from typing import TYPE_CHECKING, Final

import numpy as np

from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.series import Array

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

EXACT: Final = 1e-3  # numbers of single precision, a few of which windows leave out
AWAY: Final = 0.01  # that far are the training inputs alone: those of a stationary series are near by chance


def scaler_saw_test(subject: "KerasSubject") -> Fault | None:
    """Together, training and validation data have exactly the range or moments of a scaler; alone, they have not."""
    if subject.validation is None:
        return None
    train, test = subject.validation
    for column in range(train.shape[-1]):
        a, b = (part[..., column].reshape(len(part), -1) for part in (train, test))
        if np.array_equal(a, np.round(a)):  # symbols and flags have no scaler
            continue
        scaler = _scaler(a, b)
        if scaler is not None:
            return Fault(
                "scaler-saw-test",
                f"The training and the validation inputs together have {scaler}, and the training inputs alone have "
                "not: the scaler was fitted to both. The validation loss is better than it will be on new data.",
                "scaler.fit(X_train)  # then scaler.transform(X_train) and scaler.transform(X_validation)",
                {"train_min": float(a.min()), "train_max": float(a.max()), "train_mean": float(a.mean())},
                0.0,
            )
    return None


def _scaler(train: Array, test: Array) -> str | None:
    """What the two have together and the first alone has not."""
    both = np.concatenate([train.ravel(), test.ravel()])
    for low, high in ((0.0, 1.0), (-1.0, 1.0)):
        if _near(both.min(), low) and _near(both.max(), high):
            alone = _near(train.min(), low, AWAY) and _near(train.max(), high, AWAY)
            return None if alone else f"the range from {low:g} to {high:g}"
    for steps in (slice(None), slice(-1, None), slice(1)):  # all, or one of each window of a series
        a = train[:, steps].ravel()
        together = np.concatenate([a, test[:, steps].ravel()])
        if _near(together.mean(), 0) and _near(together.std(), 1):
            alone = _near(a.mean(), 0, AWAY) and _near(a.std(), 1, AWAY)
            return None if alone else "mean 0 and standard deviation 1"
    return None


def _near(value: float, wanted: float, error: float = EXACT) -> bool:
    return bool(abs(value - wanted) < error)
