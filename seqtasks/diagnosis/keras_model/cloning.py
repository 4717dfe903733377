"""New models with the layers of a user's model."""

from collections.abc import Callable
from typing import Any

import keras

from seqtasks.errors import UsageError


def cloned(model: Any, change: Callable[[Any], Any] | None = None) -> Any:
    """A model with new layers and new weights, not compiled.

    Keras would also build the loss and the metrics of a compiled model anew, which it can only with those of a user
    that are registered. They are not needed: a copy is compiled with the loss of the model itself.

    Args:
        model: The model. It is as before when this returns.
        change: From a layer to the one in its place; by default the same layer anew.

    Raises:
        UsageError: If Keras cannot copy the model.
    """
    compiled, model.compiled = model.compiled, False
    try:
        return keras.models.clone_model(model, clone_function=change or _again)
    except Exception as error:  # also what a layer of the user raises
        raise UsageError(
            f"Keras cannot copy the model, as {type(error).__name__} was raised: "
            f"{next(iter(str(error).splitlines()), '')[:200]}",
            "Build it as a Sequential or functional model, whose layers have get_config().",
        ) from error
    finally:
        model.compiled = compiled


def _again(layer: Any) -> Any:
    """The layer with new weights."""
    return layer.__class__.from_config(layer.get_config())
