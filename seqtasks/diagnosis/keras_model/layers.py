"""The layers of a Keras model that matter for its memory, its masks and its outputs."""

from typing import Any, Final

import keras
import numpy as np

from seqtasks.diagnosis.series import Array

Layers = keras.layers
PASSING: Final = (Layers.Reshape, Layers.Flatten, Layers.Dropout)  # outputs that they do not change
SCALING: Final = (Layers.Normalization, Layers.Rescaling, Layers.BatchNormalization, Layers.LayerNormalization)


def recurrent_layers(model: Any) -> list[Any]:
    """The recurrent layers (with their cells) in the order of the model; those within wrappers and models, too."""
    return [layer for layer in model._flatten_layers() if isinstance(layer, Layers.RNN)]


def receives_mask(model: Any) -> bool:
    """Whether a recurrent layer of the graph receives a mask, or an initial state, beside its inputs."""
    return any(len(keras.tree.flatten(layer.input)) > 1 for layer in model.layers if isinstance(layer, Layers.RNN))


def leaves(model: Any) -> list[Any]:
    """The layers in order, without models, without what is inside of recurrent layers, and without inputs."""
    found: list[Any] = []
    for layer in model.layers:
        found += leaves(layer) if isinstance(layer, keras.Model) else [layer]
    return [layer for layer in found if not isinstance(layer, Layers.InputLayer)]


def has_readout(model: Any) -> bool:
    """Whether a layer with weights is after the last recurrent one."""
    weighted = [layer for layer in leaves(model) if layer.weights]
    return not weighted or not isinstance(weighted[-1], Layers.RNN | Layers.Bidirectional)


def state_variables(model: Any) -> list[Any]:
    """The variables that hold the states of stateful layers."""
    layers = [layer for layer in recurrent_layers(model) if layer.stateful and layer.states is not None]
    return [state for layer in layers for state in keras.tree.flatten(layer.states)]


def embeds(model: Any) -> bool:
    """Whether the inputs are integers for an embedding."""
    return any(isinstance(layer, Layers.Embedding) for layer in leaves(model)[:2])


def scales(model: Any) -> bool:
    """Whether a layer scales the inputs before the first one with weights that are trained."""
    for layer in leaves(model):
        if isinstance(layer, SCALING):
            return True
        if layer.weights:
            return False
    return False


def last_activation(model: Any) -> Any:
    """The activation function of the outputs; None if the last layer has none of its own."""
    for layer in reversed(leaves(model)):
        if isinstance(layer, Layers.Softmax):
            return keras.activations.softmax
        inner = layer.layer if isinstance(layer, Layers.TimeDistributed) else layer
        if isinstance(inner, Layers.RNN):
            return getattr(inner.cell, "activation", None)
        if not isinstance(inner, PASSING):
            return getattr(inner, "activation", None)
    return None


def range_of(activation: Any) -> tuple[float, float]:
    """The least and the greatest value of an activation function, infinite if it has none."""
    grid = np.concatenate([-np.geomspace(1e4, 1e-3, 200), [0], np.geomspace(1e-3, 1e4, 200)])
    values = np.asarray(activation(keras.ops.convert_to_tensor(grid[None], "float32")), np.float64)
    low, high = float(values.min()), float(values.max())
    far = 1e3
    return -np.inf if low < -far else low, np.inf if high > far else high


def mask_values(model: Any) -> list[Array]:
    """The values that layers of the model mask."""
    found = [np.asarray(layer.mask_value) for layer in leaves(model) if isinstance(layer, Layers.Masking)]
    return found + [np.zeros(1) for layer in leaves(model) if isinstance(layer, Layers.Embedding) and layer.mask_zero]
