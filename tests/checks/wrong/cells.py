"""Keras cells and models that break one promise each."""

from dataclasses import dataclass, replace

import keras
from keras import ops

from seqtasks.keras.model import AbstractStandardModel
from seqtasks.keras.structure import AbstractStructuredCell

UNITS, INPUTS = 3, 2
FAULTS = {
    "single precision within": "precision",
    "weights of single precision": "precision",
    "a stopped gradient": "gradients",
    "a gradient of its own": "gradients",
    "the infinite slope of a root": "gradients",
    "a count of its calls": "side-by-side",
}
STRUCTURES = {
    "steps otherwise": "structure-step",
    "matrices turned": "structure-jacobian",
    "columns moved": "structure-columns",
    "a weight outside": "structure-matrix",
    "a state that is no number": "structure-step",
    "an infinite slope by columns": "structure-columns",
    "an infinite slope by a matrix": "structure-matrix",
    "matrices turned, and trained by": "exact-online",
}
MODELS = {"another layer where there is no readout": "readout", "one layer whatever is asked": "stacking"}


class Elman(keras.layers.Layer):
    """h' = tanh(x W + h U + b), but for a fault."""

    def __init__(self, units, fault="", **layer):
        super().__init__(**layer)
        self.units = self.state_size = self.output_size = units
        self.fault = fault
        self.calls = 0

    def build(self, shape):
        kind = "float32" if self.fault == "weights of single precision" else None
        self.kernel = self.add_weight(shape=(shape[-1], self.units), dtype=kind)
        self.recurrent_kernel = self.add_weight(shape=(self.units, self.units))
        self.bias = self.add_weight(shape=(self.units,))
        self.built = True

    def call(self, inputs, states, training=False):
        h = states[0]
        kernel = ops.cast(self.kernel, self.compute_dtype)
        if self.fault == "a stopped gradient":
            h = ops.stop_gradient(h)
        total = ops.matmul(inputs, kernel) + ops.matmul(h, self.recurrent_kernel) + self.bias
        if self.fault == "single precision within":
            total = ops.cast(ops.cast(total, "float32"), self.compute_dtype)
        if self.fault == "a gradient of its own":
            total = total + ops.stop_gradient(ops.round(total) - total)
        if self.fault == "the infinite slope of a root":
            total = total + ops.sqrt(0.0 * total)
        self.calls += 1
        if self.fault == "a count of its calls":
            total = total * (1 + self.calls / 100)
        h = ops.tanh(total)
        return h, [h]

    def get_initial_state(self, batch_size=None):
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)]


class Rolled(Elman):
    """Each unit sees its neighbour, along a negative axis that TensorFlow vectorises wrongly."""

    def call(self, inputs, states, training=False):
        return super().call(inputs, [ops.roll(states[0], 1, axis=-1)])


class Slight(Elman):
    """Right, with a bias that matters little."""

    def build(self, shape):
        super().build(shape)
        self.slight = self.add_weight(shape=(self.units,))

    def call(self, inputs, states, training=False):
        h, _ = super().call(inputs, states)
        h = h + 1e-6 * self.slight
        return h, [h]


class Looping(Elman):
    """Adds up in a loop what could be a sum."""

    def call(self, inputs, states, training=False):
        def more(i, h):
            return i + 1, ops.tanh(h + ops.matmul(inputs, self.kernel) / 2)

        _, h = ops.while_loop(
            lambda i, _: i < ops.argmax(self.bias[:1]) + 2, more, (ops.argmax(self.bias[:1]), states[0])
        )
        return h, [h]


class Structured(AbstractStructuredCell):
    """The same, telling a structure."""

    def __init__(self, units, fault="", **layer):
        super().__init__(**layer)
        self.units = self.state_size = self.output_size = units
        self.fault = fault

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units))
        self.recurrent_kernel = self.add_weight(shape=(self.units, self.units))
        self.bias = self.add_weight(shape=(self.units,))
        if self.fault == "a weight outside":
            self.scale = self.add_weight(shape=(self.units,))
        self.built = True

    def preactivations(self, inputs, states):
        from_input = ops.matmul(inputs, self.kernel)
        from_input = ops.roll(from_input, 1, axis=-1) if self.fault == "columns moved" else from_input
        total = from_input + ops.matmul(states[0], self.recurrent_kernel) + self.bias
        return [total + ops.sqrt(0.0 * total) if self.fault.startswith("an infinite slope") else total]

    def update(self, preactivations, states):
        h = ops.tanh(preactivations[0])
        return [self.scale * h if self.fault == "a weight outside" else h]

    def call(self, inputs, states, training=False):
        y, states = super().call(inputs, states)
        if self.fault == "a state that is no number":
            states = [float("nan") * s for s in states]
        return (y / 2 if self.fault == "steps otherwise" else y), states

    def state_matrices(self):
        turned = self.fault.startswith("matrices turned")
        return ops.expand_dims(ops.transpose(self.recurrent_kernel) if turned else self.recurrent_kernel, 0)

    def weight_matrix(self):
        kernel = ops.roll(self.kernel, 1, axis=-1) if self.fault == "columns moved" else self.kernel
        return ops.concatenate([kernel, self.recurrent_kernel, self.bias[None]], axis=0)

    def get_initial_state(self, batch_size=None):
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)]


@dataclass(frozen=True)
class Layers(AbstractStandardModel):
    """Keras's Elman layers, with a fault in how they are put together."""

    fault: str = ""
    units: int = UNITS
    layers: int = 1
    readout: str = "dense"
    dropout: float = 0.0

    def layer(self, dtype):
        other = self.fault == "another layer where there is no readout" and self.readout == "none"
        return keras.layers.SimpleRNN(
            self.units, activation="relu" if other else "tanh", return_sequences=True, dtype=dtype
        )

    def build(self, shapes, seed, *, dtype="float32"):
        if self.fault == "one layer whatever is asked" and self.layers > 1:
            return replace(self, layers=1).build(shapes, seed, dtype=dtype)
        return super().build(shapes, seed, dtype=dtype)
