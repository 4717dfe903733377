"""The states of the recurrent layers of a Keras model over some rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, final

import keras
import numpy as np

from seqtasks.diagnosis.dynamics import Trajectory, trajectory
from seqtasks.diagnosis.keras_dynamics import KerasDynamics
from seqtasks.diagnosis.series import Array

ROWS: Final = 16
STEPS: Final = 64  # the last ones of longer rows


@final
@dataclass(frozen=True, eq=False)
class LayerRun:
    """A recurrent layer and its states over some rows.

    Args:
        layer: The layer.
        dynamics: Its step.
        run: Its inputs and states.
    """

    layer: Any
    dynamics: KerasDynamics
    run: Trajectory


def layer_runs(model: Any, x: Array) -> Iterator[LayerRun]:
    """Run each recurrent layer with a cell over the inputs that it receives, each row from the initial state.

    Masks are not regarded.

    Args:
        model: A model whose states may change.
        x: The inputs of the model.
    """
    size = model.inputs[0].shape[0] or min(len(x), ROWS)
    x = x[:size]
    for layer, source in _recurrent(model):
        if source is model.inputs[0]:
            inputs = x
        else:
            inputs = keras.ops.convert_to_numpy(keras.Model(model.inputs[0], source)(x, training=False))
        dynamics = KerasDynamics.of_layer(layer)
        yield LayerRun(layer, dynamics, trajectory(dynamics, np.asarray(inputs, np.float32)[:ROWS, -STEPS:]))


def _recurrent(model: Any) -> Iterator[tuple[Any, Any]]:
    """The recurrent layers and the tensors that they receive; of layers for both directions the forward one."""
    for layer in model.layers:
        inner = layer.forward_layer if isinstance(layer, keras.layers.Bidirectional) else layer
        if isinstance(inner, keras.layers.RNN):
            yield inner, keras.tree.flatten(layer.input)[0]  # a mask may follow
