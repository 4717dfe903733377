"""The checks of a model before it is examined."""

from typing import Any

import keras

from seqtasks.errors import DataError, UsageError


def check_model(model: Any) -> None:
    """Check that a model is a built Keras model with one input and one output.

    Raises:
        UsageError: If it is not.
    """
    if not isinstance(model, keras.Model):
        raise UsageError(
            f"{type(model).__name__} is not a Keras model.",
            "Pass the model that you fitted, and not its history; a task needs model=, too.",
        )
    if not model.built:
        raise UsageError(
            f"The model {model.name} has not seen any data yet, so that it has no weights.",
            "Add keras.Input(shape) as its first layer, or call it once: model(X[:1]).",
        )
    for ends, what in ((getattr(model, "inputs", None), "inputs"), (getattr(model, "outputs", None), "outputs")):
        if ends is not None and len(ends) > 1:
            raise UsageError(
                f"The model {model.name} has {len(ends)} {what}, and explain examines models with one of them.",
                f"Explain each of the {what} by itself, with a model that has only this one.",
            )


def check_shapes(model: Any, shape: tuple[int, ...]) -> None:
    """Check that a model takes inputs of a shape.

    Args:
        model: The model.
        shape: That of the inputs, (N, ...).

    Raises:
        DataError: If it takes another one.
    """
    wanted = getattr(model, "input_shape", None) if getattr(model, "inputs", None) else None
    if not isinstance(wanted, tuple):
        return
    # Keras adds a last axis of one input, or removes it
    if not any(_fit(wanted, each) for each in (shape, (*shape, 1), shape[:-1] if shape[-1] == 1 else shape)):
        raise DataError(
            f"X has the shape {shape}, but the model takes inputs of the shape {wanted}.",
            "Pass the arrays that you passed to fit; the first axis is that of rows.",
        )
    if wanted[0] is not None and shape[0] < wanted[0]:
        raise DataError(
            f"X has {shape[0]} rows, but the model is built for batches of {wanted[0]}.",
            "Pass at least one batch.",
        )


def _fit(wanted: tuple[int | None, ...], shape: tuple[int, ...]) -> bool:
    axes = zip(wanted[1:], shape[1:], strict=False)
    return len(wanted) == len(shape) and all(axis in (None, there) for axis, there in axes)
