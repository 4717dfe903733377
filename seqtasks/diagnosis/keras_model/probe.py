"""The states of the last recurrent layer of a Keras model, for the measurements of state and gradient.

Axis letters: B rows or series, T steps, W outputs of the layer, O outputs of the model.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import keras
import numpy as np
import tensorflow as tf

from seqtasks.diagnosis.dynamics import trajectory
from seqtasks.diagnosis.keras_dynamics import KerasDynamics
from seqtasks.diagnosis.keras_model.model_function import LOCK
from seqtasks.diagnosis.series import Array
from seqtasks.diagnosis.state_probe import StateProbe, enough_lanes, in_pieces, series_suffices
from seqtasks.errors import DataError, UsageError

if TYPE_CHECKING:
    from seqtasks.diagnosis.keras_model.subject import KerasSubject

POINTS: Final = 8000  # steps of all rows
STEPS: Final = 240  # of a series, and of a row
PER_STEP: Final = 3  # axes


def probe_of_model(subject: "KerasSubject") -> StateProbe:
    """Run the last recurrent layer over rows from the initial state, or over the series that a stateful model reads.

    Args:
        subject: The model with its data.

    Raises:
        UsageError: If the model has no recurrent layer at its top level, or one that reads in both directions.
        DataError: If the rows are too short.
    """
    layer = _last_layer(subject.model)
    inputs, targets, counted = _series(subject) if subject.carried else _rows(subject)
    if not series_suffices(len(inputs), inputs.shape[1]):
        raise DataError(f"The states of {len(inputs)} rows are too few to measure.", "Pass at least ten rows.")
    with LOCK.checked:
        source = _layer_inputs(subject.model, layer, inputs, subject.stateful)
        dynamics = KerasDynamics.of_layer(layer)
        run = trajectory(dynamics, source)
        outputs, slopes = _outputs(subject, layer, run.outputs, targets, counted)
    predictions = subject.compiled_loss.predictions(
        outputs.reshape(-1, outputs.shape[-1]), probabilities=subject.function.probabilities
    ).reshape(outputs.shape)
    if subject.data.kind == "class":
        targets = np.eye(outputs.shape[-1])[targets[..., 0].astype(np.intp)]
    encoded = inputs if inputs.ndim == PER_STEP else source
    lanes = enough_lanes(run)
    parts = [in_pieces(each, len(lanes.starts)) for each in (encoded, targets, predictions, counted, slopes)]
    return StateProbe(dynamics, lanes, *parts)


def _last_layer(model: Any) -> Any:
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.RNN | keras.layers.Bidirectional)]
    if not layers:
        raise UsageError("The model has no recurrent layer whose states could be measured.", "Explain its inner model.")
    if isinstance(layers[-1], keras.layers.Bidirectional) or layers[-1].go_backwards:
        raise UsageError(
            "The last recurrent layer reads the steps backwards, so that its states are not measured.",
            "Measure a copy with the layer that reads forwards.",
        )
    return layers[-1]


def _rows(subject: "KerasSubject") -> tuple[Array, Array, Array]:
    """Inputs of the model (B, T, ...), targets (B, T, O) and which count (B, T)."""
    x, y = subject.model_inputs, subject.data.targets
    if x.shape[1] < 2:  # noqa: PLR2004 - states are compared over steps
        raise DataError("Each row has one step, from the initial state: no state is carried.", "Use longer rows.")
    kept = slice(max(10, POINTS // x.shape[1]))
    x, y = x[kept], y[kept]
    if y.ndim == PER_STEP:
        return x, y, np.ones(y.shape[:2], bool)
    counted = np.zeros(x.shape[:2], bool)
    counted[:, -1] = True
    return x, np.repeat(y[:, None], x.shape[1], axis=1), counted


def _series(subject: "KerasSubject") -> tuple[Array, Array, Array]:
    series, row = subject.series, subject.data.steps
    length = min(series.steps, POINTS if len(series.inputs) == 1 else STEPS)
    length = max(length // row, 1) * row  # whole rows: layers behind the recurrent one may be built for their steps
    part = slice(POINTS // length), slice(length)
    inputs, targets, counted = (each[part] for each in (series.inputs, series.targets, series.counted))
    return inputs.astype(np.float32), targets, counted.astype(bool)


def _layer_inputs(model: Any, layer: Any, inputs: Array, stateful: bool) -> Array:
    source, *more = keras.tree.flatten(layer.input)
    if more:
        raise UsageError(
            "The recurrent layer receives a mask or an initial state, so that its states are not measured.",
            "Explain a copy of the model without it, on rows of full length.",
        )
    if source is model.inputs[0]:
        return np.asarray(inputs, np.float32)
    if stateful:  # the layers before it would change their states
        raise UsageError(
            "Other layers are between the inputs and the stateful layer, so that its states are not measured.",
            "Look at the outputs of that layer yourself.",
        )
    return np.asarray(keras.Model(model.inputs[0], source)(inputs, training=False), np.float32)


def _outputs(subject: "KerasSubject", layer: Any, tops: Array, targets: Array, counted: Array) -> tuple[Array, Array]:
    """The outputs of the model for those of the layer (B, T, W), and the derivatives of its loss by the latter.

    Every layer behind the last recurrent one acts on each step alone. If the model reads the last step only, the
    outputs of the others are those that it would have there.
    """
    last = subject.model.outputs[0]
    with _same_graph(subject.model):
        tail = (lambda x, **_: tf.identity(x)) if layer.output is last else keras.Model(layer.output, last)
    rows = (-1, *layer.output.shape[1:]) if layer.output.shape[1:].count(None) == 0 else tops.shape
    top = tf.constant(tops.reshape(rows))
    with tf.GradientTape() as tape:
        tape.watch(top)
        out = tail(top, training=False)
        flat = tf.reshape(out, (-1, out.shape[-1]))
        y = tf.cast(targets.reshape(-1, targets.shape[-1]), tf.int32 if subject.data.kind == "class" else flat.dtype)
        loss = _losses(subject, y, flat) * tf.cast(counted.reshape(-1), flat.dtype)
    slopes = tape.gradient(loss, top, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    if flat.shape[0] != counted.size:
        raise UsageError("Layers after the recurrent one mix steps.", "Look at the outputs of that layer yourself.")
    return flat.numpy().reshape(*counted.shape, -1), slopes.numpy().reshape(tops.shape)


@contextmanager
def _same_graph(model: Any) -> Iterator[None]:
    """Remove the nodes that Keras adds to the layers of a model when a part of it becomes another model.

    ``model.summary()`` would show them.
    """
    nodes = [each for layer in model._flatten_layers() for each in (layer._inbound_nodes, layer._outbound_nodes)]
    counts = [len(each) for each in nodes]
    try:
        yield
    finally:
        for each, count in zip(nodes, counts, strict=True):
            del each[count:]


def _losses(subject: "KerasSubject", y: Any, outputs: Any) -> Any:
    """The loss of each point: squares of values, cross-entropies of logits or probabilities."""
    compiled = subject.compiled_loss
    logits = compiled.from_logits and not subject.function.probabilities
    if compiled.kind == "class":
        return keras.ops.sparse_categorical_crossentropy(y[:, 0], outputs, from_logits=logits)
    if compiled.kind == "binary":
        return keras.ops.mean(keras.ops.binary_crossentropy(y, outputs, from_logits=logits), axis=-1)
    return keras.ops.mean(keras.ops.square(y - outputs), axis=-1)
