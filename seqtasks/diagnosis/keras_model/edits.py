"""Changes of a Keras model: settings of its layers, a layer at either end, another shape of its inputs.

Each function returns an edit: a function of a model that returns a new one with the change and with new weights.
"""

from collections.abc import Callable
from typing import Any

import keras

from seqtasks.diagnosis.keras_model.layers import recurrent_layers
from seqtasks.errors import UsageError

Edit = Callable[[Any], Any]


def settings(change: Callable[[Any, dict[str, Any]], None], batch_shape: tuple[int | None, ...] | None = None) -> Edit:
    """Change the settings of layers.

    Args:
        change: Receives each layer and its configuration, which it changes in place.
        batch_shape: The shape of the inputs; None for that of the model.
    """

    def edit(model: Any) -> Any:
        places = {id(layer): layer for layer in model.layers}

        def clone(layer: Any) -> Any:
            config = layer.get_config()
            change(places.get(id(layer), layer), config)
            return type(layer).from_config(config)

        shape = tuple(model.input_shape) if batch_shape is None else batch_shape
        tensor = keras.Input(batch_shape=shape, dtype=model.inputs[0].dtype)
        return keras.models.clone_model(model, input_tensors=tensor, clone_function=clone)

    return edit


def recurrent(batch_shape: tuple[int | None, ...] | None = None, **changes: Any) -> Edit:
    """Change settings of all recurrent layers.

    Args:
        batch_shape: As for :func:`settings`.
        changes: The settings.
    """

    def change(layer: Any, config: dict[str, Any]) -> None:
        if isinstance(layer, keras.layers.RNN):
            config.update(changes)

    return settings(change, batch_shape)


def last_recurrent(**changes: Any) -> Edit:
    """Change settings of the last recurrent layer."""

    def edit(model: Any) -> Any:
        last = recurrent_layers(model)[-1]
        return settings(lambda layer, config: config.update(changes) if layer is last else None)(model)

    return edit


def last_weighted(**changes: Any) -> Edit:
    """Change settings of the last layer that has weights, such as the activation of the outputs."""

    def edit(model: Any) -> Any:
        last = [layer for layer in model.layers if layer.weights][-1]
        return settings(lambda layer, config: config.update(changes) if layer is last else None)(model)

    return edit


def appended(units: int) -> Edit:
    """Add a linear layer that computes the outputs.

    Args:
        units: The number of outputs.
    """
    return lambda model: keras.Model(model.inputs, keras.layers.Dense(units)(model.outputs[0]))


def masked(value: float) -> Edit:
    """Mask steps in which each input has a value.

    Args:
        value: The value.
    """

    def edit(model: Any) -> Any:
        inputs = keras.Input(batch_shape=tuple(model.input_shape), dtype=model.inputs[0].dtype)
        if not isinstance(model, keras.Sequential):
            raise UsageError("The model is not a Sequential one.", "Add keras.layers.Masking before its first layer.")
        x = keras.layers.Masking(value)(inputs)
        for layer in keras.models.clone_model(model).layers:  # one by one: a model inside of a model hides the mask
            x = layer(x)
        return keras.Model(inputs, x)

    return edit


def masked_symbols(model: Any) -> Any:
    """Mask the symbol 0 in each embedding."""

    def change(layer: Any, config: dict[str, Any]) -> None:
        if isinstance(layer, keras.layers.Embedding):
            config.update(mask_zero=True)

    return settings(change)(model)


def gated(model: Any) -> Any:
    """Put GRU layers in the places of simple recurrent ones."""

    def clone(layer: Any) -> Any:
        config = layer.get_config()
        if type(layer) is not keras.layers.SimpleRNN:
            return type(layer).from_config(config)
        kept = ("name", "units", "return_sequences", "stateful", "trainable", "dtype", "dropout")
        return keras.layers.GRU(**{name: config[name] for name in kept})

    return keras.models.clone_model(model, clone_function=clone)
