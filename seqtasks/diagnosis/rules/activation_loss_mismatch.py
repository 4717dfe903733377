"""The activation of the outputs is not what the loss takes."""

from typing import TYPE_CHECKING, Final

import numpy as np

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

MANY: Final = 0.02  # of the outputs
NEAR: Final = 1e-3
VALUES: Final = ("linear", "relu", "tanh")  # activations whose outputs are no probabilities, wherever they lie


def activation_loss_mismatch(subject: "KerasSubject") -> Fault | None:
    """Probabilities where the loss takes logits, logits where it takes probabilities, or a constant."""
    if subject.data.kind == "real":
        return _constant(subject)
    o, loss = subject.outputs.astype(np.float64), subject.compiled_loss
    sums, inside = o.sum(axis=-1), (o >= 0) & (o <= 1)
    probabilities = bool(inside.all()) and (loss.kind == "binary" or bool(np.allclose(sums, 1, atol=NEAR)))
    probabilities = probabilities and subject.last_activation not in VALUES
    if loss.from_logits and probabilities and not subject.function.probabilities:
        return _fault(
            subject,
            "The outputs are probabilities, but the loss takes logits (from_logits=True) and applies the activation a "
            "second time. A probability between 0 and 1 as a logit never means certainty.",
            "Remove the activation of the output layer, or compile the loss with from_logits=False.",
            {"least_output": float(o.min()), "greatest_output": float(o.max())},
        )
    if not loss.from_logits and float(np.mean(~inside)) > MANY:
        activation = "sigmoid" if loss.kind == "binary" else "softmax"
        return _fault(
            subject,
            f"The loss takes probabilities, but {np.mean(~inside):.0%} of the outputs are below 0 or above 1. The loss "
            "clips them, and there its gradient is zero.",
            f"Give the output layer activation='{activation}', or compile the loss with from_logits=True.",
            {"least_output": float(o.min()), "greatest_output": float(o.max())},
        )
    return _constant(subject)


def _constant(subject: "KerasSubject") -> Fault | None:
    """A softmax over one output is 1, whatever the network computes."""
    o = subject.outputs
    if o.shape[-1] != 1 or subject.last_activation != "softmax":
        return None
    return _fault(
        subject,
        "A softmax over one output is always 1, whatever the network computes.",
        "Use activation='sigmoid' for two classes, or no activation for real targets.",
        {"least_output": float(o.min()), "greatest_output": float(o.max())},
    )


def _fault(subject: "KerasSubject", sentence: str, change: str, evidence: dict[str, float]) -> Fault:
    return Fault("activation-loss-mismatch", sentence, change, subject.evidence(**evidence), 1.0)
