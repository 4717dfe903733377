"""The network is not better than repeating the last value."""

from typing import TYPE_CHECKING, Final

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

AS_GOOD: Final = 1.05  # times the loss of the network
NEAR_OPTIMUM: Final = 1.25  # times the optimum
PREDICTS: Final = 0.5  # of chance
COPY: Final = 1e-6  # of chance: the target is the input itself, and no forecast


def persistence_suffices(subject: "KerasSubject") -> Fault | None:
    """The last value of an input, as the forecast, is as good as the network and as the best predictor."""
    persistence = subject.persistence
    chance = subject.references.chance.value
    if persistence is None or persistence > PREDICTS * chance or persistence <= COPY * chance:
        return None
    optimum = subject.references.optimum.value
    if persistence > AS_GOOD * subject.loss.value or persistence > NEAR_OPTIMUM * max(optimum, 0.0):
        return None
    return Fault(
        "persistence-suffices",
        "The last value of an input, taken as the prediction, is as good as the network, and no predictor that was "
        "fitted to the data is much better. The low loss shows that the series is smooth, and not that it is "
        "predicted.",
        _change(subject),
        subject.evidence(persistence=persistence),
        0.0,
    )


def _change(subject: "KerasSubject") -> str:
    """Code for the axes that X and y have."""
    data = subject.data
    if data.inputs.ndim < data.features.ndim:
        last = "X" if data.per_step else "X[:, -1:]"
    else:
        last = "X" if data.per_step else "X[:, -1]"
        if data.targets.shape[-1] != data.features.shape[-1]:  # the first input stands for that which is predicted
            last = "X[..., :1]" if data.per_step else "X[:, -1, :1]"
    axes = f"{last}.shape" if data.per_step and data.targets.shape[-1] == 1 else "len(y), -1"
    y = "y" if data.per_step and data.targets.shape[-1] > 1 else f"y.reshape({axes})"
    return f"y = {y} - {last}  # and compare with a prediction of 0"
