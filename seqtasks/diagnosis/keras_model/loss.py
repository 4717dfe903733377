"""The loss that a Keras model is compiled with.

Axis letters: P points, O outputs.
"""

from typing import Any, Final

import keras
import numpy as np

from seqtasks.diagnosis.objective import Kind, Objective
from seqtasks.diagnosis.series import Array
from seqtasks.errors import UsageError

CLASSES: Final = {keras.losses.CategoricalCrossentropy, keras.losses.SparseCategoricalCrossentropy}
BY_FUNCTION: Final[dict[Any, Kind]] = {
    keras.losses.binary_crossentropy: "binary",
    keras.losses.categorical_crossentropy: "class",
    keras.losses.sparse_categorical_crossentropy: "class",
}


def loss_function(model: Any) -> Any:
    """The loss of a compiled model: a function, or an object with ``call``, of targets and outputs.

    Raises:
        UsageError: If the model is not compiled, or has a loss for each of several outputs.
    """
    loss = getattr(model, "loss", None)
    if loss is None:
        raise UsageError(
            "The model is not compiled, so that its loss is unknown.",
            "Compile it with the loss that you train with: model.compile(loss=...).",
        )
    if isinstance(loss, list | tuple | dict):
        flat = keras.tree.flatten(loss)
        if len(flat) != 1:
            raise UsageError(
                f"The model has {len(flat)} losses, and explain examines one output.",
                "Explain a model with one of the outputs: keras.Model(model.inputs, model.outputs[0]).",
            )
        loss = flat[0]
    return keras.losses.get(loss)


def kind_of(loss: Any) -> Kind:
    """Whether a loss compares values, or is a cross-entropy of two or of more classes."""
    if type(loss) in CLASSES:
        return "class"
    if isinstance(loss, keras.losses.BinaryCrossentropy):
        return "binary"
    return BY_FUNCTION.get(loss, "real")


def point_losses(loss: Any, targets: Array, outputs: Array) -> Array:
    """The loss (P,) of each point, without any reduction over points.

    Args:
        loss: As :func:`loss_function` returns it.
        targets: (P, O).
        outputs: (P, O).
    """
    call = loss.call if isinstance(loss, keras.losses.Loss) else loss
    found = keras.ops.convert_to_numpy(call(keras.ops.convert_to_tensor(targets), keras.ops.convert_to_tensor(outputs)))
    return np.asarray(found.reshape(len(targets), -1).mean(axis=1))


def objective_of(loss: Any) -> Objective:
    """The loss for predictions that are values or probabilities."""
    kind = kind_of(loss)
    if kind != "real":
        return Objective(kind)
    return Objective(kind, lambda y, o: point_losses(loss, y.astype(np.float32), o.astype(np.float32)))
