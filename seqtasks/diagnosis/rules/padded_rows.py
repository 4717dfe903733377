"""Padding that the network reads as data."""

from typing import TYPE_CHECKING, Final

import numpy as np

from seqtasks.diagnosis.fault import Fault

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

MATTERS: Final = 0.1  # of all steps


def mask_ignored(subject: "KerasSubject") -> Fault | None:
    """A mask is computed, and a recurrent layer does not receive it."""
    if not _padded(subject) or not _mask_of_padding(subject) or subject.masked or _masked_output(subject):
        return None
    return Fault(
        "mask-ignored",
        "The model computes a mask of the padded steps, but a layer between it and the recurrent layer does not pass "
        "it on, so that padding is read as data.",
        "Place Masking or Embedding(mask_zero=True) directly before the recurrent layer, or set supports_masking = "
        "True in the layer between them.",
        subject.evidence(**_evidence(subject)),
        subject.remaining,
    )


def output_on_padding(subject: "KerasSubject") -> Fault | None:
    """Rows are padded at the end, and the output is that after the padding."""
    padding = subject.data.padding
    if not _padded(subject) or padding is None or padding.side == "front" or subject.data.per_step:
        return None
    if _masked_output(subject):
        return Fault(
            "output-on-padding",
            "A mask skips the padded steps at the end of the rows, but the output is read at the last of them, where "
            "all rows have the same output.",
            "Read the output of a recurrent layer with return_sequences=False: with a mask, it is that after the last "
            "step that is not padded.",
            subject.evidence(**_evidence(subject)),
            subject.remaining,
        )
    if _handled(subject):
        return None
    return Fault(
        "output-on-padding",
        f"Rows are padded at the end with {_value(subject)}, and the output is read after the last step, when the "
        "network has read padding for many steps and has forgotten a part of the row.",
        _change(subject),
        subject.evidence(**_evidence(subject)),
        subject.remaining,
    )


def padding_read(subject: "KerasSubject") -> Fault | None:
    """Padding changes the state or counts in the loss."""
    padding = subject.data.padding
    if not _padded(subject) or _handled(subject) or padding is None:
        return None
    if padding.side == "end" and not subject.data.per_step:
        return None
    if subject.data.per_step and subject.weights_of_steps is not None:
        return None
    return Fault(
        "padding-read",
        f"{padding.share:.0%} of all steps are padding with {_value(subject)}, which the network reads as data"
        + (" and which counts in the loss." if subject.data.per_step else "."),
        _change(subject),
        subject.evidence(**_evidence(subject)),
        subject.remaining,
    )


def _padded(subject: "KerasSubject") -> bool:
    padding = subject.data.padding
    return bool(subject.layers) and padding is not None and padding.share >= MATTERS and subject.unsolved


def _handled(subject: "KerasSubject") -> bool:
    """Whether padding is skipped, or another rule says why the mask does not arrive."""
    return _mask_of_padding(subject) or subject.masked


def _masked_output(subject: "KerasSubject") -> bool:
    """Whether rows are masked, and the output is that of a masked step."""
    padding = subject.data.padding
    assert padding is not None
    of_rows = padding.side == "end" and not subject.data.per_step
    return of_rows and _mask_of_padding(subject) and subject.reads_padding_only


def _mask_of_padding(subject: "KerasSubject") -> bool:
    """Whether a layer masks the value of the padding."""
    padding = subject.data.padding
    assert padding is not None
    return any(np.allclose(padding.value, value) for value in subject.mask_values)


def _value(subject: "KerasSubject") -> str:
    padding = subject.data.padding
    assert padding is not None
    return f"{padding.value[0]:g}"


def _change(subject: "KerasSubject") -> str:
    if subject.embedded:
        return "keras.layers.Embedding(..., mask_zero=True)  # and 0 for padding only"
    return f"model = keras.Sequential([keras.layers.Masking({_value(subject)}), ...])  # before the recurrent layer"


def _evidence(subject: "KerasSubject") -> dict[str, float]:
    padding = subject.data.padding
    assert padding is not None
    return {"share_of_padding": padding.share, "median_length": float(np.median(padding.lengths))}
