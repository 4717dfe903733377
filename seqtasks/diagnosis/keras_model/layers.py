"""The layers of a Keras model that matter for its memory."""

from typing import Any

import keras


def recurrent_layers(model: Any) -> list[Any]:
    """The recurrent layers (with their cells) in the order of the model; those within wrappers and models, too."""
    return [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.RNN)]


def has_readout(model: Any) -> bool:
    """Whether a layer with weights is after the last recurrent one."""
    weighted = [layer for layer in _leaves(model) if layer.weights]
    return not weighted or not isinstance(weighted[-1], keras.layers.RNN | keras.layers.Bidirectional)


def _leaves(model: Any) -> list[Any]:
    """The layers in order, without models and without what is inside recurrent layers."""
    found: list[Any] = []
    for layer in model.layers:
        found += _leaves(layer) if isinstance(layer, keras.Model) else [layer]
    return found


def state_variables(model: Any) -> list[Any]:
    """The variables that hold the states of stateful layers."""
    layers = [layer for layer in recurrent_layers(model) if layer.stateful and layer.states is not None]
    return [state for layer in layers for state in keras.tree.flatten(layer.states)]
