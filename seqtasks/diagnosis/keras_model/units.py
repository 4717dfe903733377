"""Units of a Keras model that cannot learn: frozen, dead, at their bounds, or without a bound.

Axis letters: N rows or samples, T steps, H units.
"""

from collections.abc import Iterable
from typing import Any, Final

import keras
import numpy as np

from seqtasks.diagnosis.dynamics import trajectory
from seqtasks.diagnosis.keras_model.layer_run import LayerRun
from seqtasks.diagnosis.keras_model.layers import recurrent_layers
from seqtasks.diagnosis.saturation import saturation
from seqtasks.diagnosis.series import Array

UNBOUNDED: Final = ("relu", "linear", "leaky_relu", "elu", "selu", "gelu", "softplus", "silu")
FAR: Final = 3.0  # deviations or means of inputs of about unit scale are below
OVERFLOW: Final = 1e6  # a weight beyond has lost every meaning
ROWS: Final = 256


def frozen_layers(model: Any) -> list[str]:
    """The recurrent layers that are not trainable; all layers with weights, if none is trainable.

    An embedding or a dense layer that alone is frozen is no fault: it may have been trained elsewhere.
    """
    weighted = [layer for layer in model.layers if layer.weights]
    if not any(layer.trainable_weights for layer in weighted):
        return [layer.name for layer in weighted]
    return [layer.name for layer in recurrent_layers(model) if layer.weights and not layer.trainable_weights]


def unbounded_layers(model: Any) -> list[str]:
    """The recurrent layers whose state has no bound."""
    return [layer.name for layer in recurrent_layers(model) if _activation(layer) in UNBOUNDED]


def finite(model: Any) -> bool:
    """Whether all weights are numbers of a reasonable size."""
    return all(np.isfinite(array).all() and np.abs(array).max(initial=0) < OVERFLOW for array in model.get_weights())


def dead_shares(model: Any, x: Array) -> dict[str, float]:
    """By name of a rectified layer, the share of its units that output zero for all rows.

    Args:
        model: A model whose states may change.
        x: Its inputs.
    """
    layers = [layer for layer in model.layers if _activation(layer) == "relu"]
    if not layers:
        return {}
    size = model.inputs[0].shape[0] or ROWS
    found = keras.Model(model.inputs[0], [layer.output for layer in layers])(x[:size], training=False)
    outputs = keras.tree.flatten(found)  # a single output is not in a list
    return {layer.name: _dead(keras.ops.convert_to_numpy(out)) for layer, out in zip(layers, outputs, strict=True)}


def _dead(outputs: Array) -> float:
    """The share of the last axis that is zero everywhere else."""
    return float((np.abs(outputs.reshape(-1, outputs.shape[-1])).max(axis=0) == 0).mean())


def _activation(layer: Any) -> str:
    if isinstance(layer, keras.layers.ReLU):
        return "relu"
    return str(getattr(getattr(layer, "activation", None), "__name__", ""))


def saturated_shares(runs: Iterable[LayerRun]) -> dict[str, float]:
    """By gate, the share of units and samples where its activation is flat; of several layers, the greatest.

    Inputs far from unit scale are standardized first, because they are another fault.

    Args:
        runs: The recurrent layers over some rows.
    """
    found: dict[str, float] = {}
    for each in runs:
        run = each.run
        mean, deviation = run.inputs.mean(axis=(0, 1)), run.inputs.std(axis=(0, 1))
        if max(float(np.abs(mean).max()), float(deviation.max())) > FAR:
            run = trajectory(each.dynamics, (run.inputs - mean) / np.where(deviation > 0, deviation, 1))
        count = len(keras.tree.flatten(each.layer.cell.state_size))
        states = np.split(run.before.reshape(-1, run.before.shape[-1]), count, axis=1)
        gates = saturation(each.layer.cell, run.inputs.reshape(-1, run.inputs.shape[-1]), states)
        for name, shares in gates.items():
            found[name] = max(found.get(name, 0.0), float(shares.mean()))
    return found
