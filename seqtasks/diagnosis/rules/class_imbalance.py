"""One class is so frequent that naming it alone gives a good accuracy."""

from typing import TYPE_CHECKING, Final

import numpy as np

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

MAJORITY: Final = 0.8
ALWAYS: Final = 0.9  # of the rows
BALANCED: Final = 0.6  # 0.5 is that of naming one class of two


def class_imbalance(subject: "KerasSubject") -> Fault | None:
    """The network names the most frequent class almost always, and its accuracy is the frequency of that class."""
    labels = subject.labels
    if labels is None:
        return None
    truth, named = labels
    classes, counts = np.unique(truth, return_counts=True)
    share = float(counts.max() / counts.sum())
    recall = [float(np.mean(named[truth == each] == each)) for each in classes]
    balanced = float(np.mean(recall))
    if len(classes) < 2 or share < MAJORITY or balanced > 1 / len(classes) + (BALANCED - 0.5):  # noqa: PLR2004
        return None
    if np.mean(named == classes[counts.argmax()]) < ALWAYS:
        return None
    balance = len(truth) / (len(classes) * counts)
    weights = {int(each): round(float(weight), 2) for each, weight in zip(classes, balance, strict=True)}
    return Fault(
        "class-imbalance",
        f"{share:.0%} of the targets are of one class, and the network names this class almost always. Its accuracy of "
        f"{np.mean(named == truth):.0%} therefore shows nothing: the mean over the classes is {balanced:.0%}.",
        f"{_change(subject, weights)}  # and look at the balanced accuracy",
        subject.evidence(share_of_majority=share, balanced_accuracy=balanced),
        subject.remaining,
    )


def _change(subject: "KerasSubject", weights: dict[int, float]) -> str:
    """Weights of classes, or of steps: Keras takes no weights of classes for steps."""
    if not subject.data.per_step:
        return f"model.fit(X, y, class_weight={weights})"
    of_class = [weights.get(each, 0.0) for each in range(max(weights) + 1)]
    one_hot = np.size(subject.y) > subject.data.targets.size
    labels = "y.argmax(axis=-1)" if one_hot else "y.astype(int).reshape(y.shape[:2])"
    return f"model.fit(X, y, sample_weight=np.array({of_class})[{labels}])"
