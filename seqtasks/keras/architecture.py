"""The stateless form of a network: Keras layers as functions of weights, and the programs compiled from them.

All networks of one architecture share it. The layers' own variables only give the shapes. Inside a stateless scope
Keras reads other tensors in their place.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final, cast, final

import keras
import numpy as np
import tensorflow as tf

from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.keras.dropout import dropout
from seqtasks.keras.program import untraced
from seqtasks.keras.runtime import RuntimeLock
from seqtasks.keras.scan import scan
from seqtasks.keras.shared_variables import SharedVariables
from seqtasks.keras.structure import AbstractStructure, structure_of
from seqtasks.keras.vectorisation import steps_vectorise

PROGRAMS_KEPT: Final = 32

Layers = Callable[[], tuple[list[keras.layers.Layer], keras.layers.Layer | None]]
Tensors = list[tf.Tensor]


@final
@dataclass(frozen=True, eq=False)
class RecurrentLayer:
    """One recurrent layer of an architecture.

    Args:
        layer: The Keras layer.
        weights: The positions of its weights among the architecture's.
        states: The positions of its state tensors in the flat state.
        structure: The structure that its cell declares, or None.
    """

    layer: keras.layers.Layer
    weights: slice
    states: slice
    structure: AbstractStructure | None

    @property
    def state_size(self) -> int:
        """The number of values in its state, of all arrays, for one lane."""
        return sum(int(np.prod(shape)) for shape in tf.nest.flatten(self.layer.cell.state_size))

    @property
    def declared(self) -> AbstractStructure:
        """The structure, for rules that have checked that every cell declares one."""
        if self.structure is None:
            raise ValueError(f"{type(self.layer.cell).__name__} declares no structure.")
        return self.structure


@final
class Architecture:
    """Keras layers as functions of weights: every method takes the weights as an argument.

    Args:
        layers: Recurrent layers, bottom first, each with a ``cell``.
        readout: The layer from the top state to the outputs; None if the state is the output.
        shapes: The shapes of the task's data.
        dropout: The share of each recurrent layer's outputs that is dropped in training on whole sequences.

    Attributes:
        variables: The variables of all weights: each layer's, bottom first, then the readout's. Every ``weights``
            argument is a list of tensors in that order.
        trainable: The positions of the trained weights among them.
        outputs: O, the number of outputs of a step.
        noise: The random states of the dropout, in variables that all programs share.
        dtype: The precision of weights, states and outputs.

    Raises:
        UsageError: If a layer cannot run one step at a time, or two layers share a weight.
    """

    def __init__(
        self, layers: list[keras.layers.Layer], readout: keras.layers.Layer | None, shapes: Shapes, dropout: float
    ) -> None:
        for layer in layers:
            _check_runs_stepwise(layer)
        self.readout, self.shapes, self.dropout = readout, shapes, dropout
        self.dtype: str = layers[0].compute_dtype
        self._seeds = [keras.random.SeedGenerator() for _ in layers] if dropout else []
        self.noise = SharedVariables([seed.state for seed in self._seeds])
        self._recurrent = layers
        self.variables: list[Any] = []
        width = shapes.inputs
        for layer in layers:
            layer.build((None, None, width))
            width = layer.compute_output_shape((None, None, width))[-1]
            self.variables += layer.weights
        if readout is not None:
            readout.build((None, width))
            self.variables += readout.weights
        if len({id(variable) for variable in self.variables}) < len(self.variables):
            raise UsageError("Two layers of the network share a weight.", "Create a separate layer for each position.")
        self.outputs = width if readout is None else shapes.outputs
        trained = {id(v) for part in [*layers, readout] if part is not None for v in part.trainable_variables}
        self.trainable = [place for place, variable in enumerate(self.variables) if id(variable) in trained]
        self.lock = RuntimeLock()  # for the programs' variables, which learners use in turn
        self._programs_lock = threading.Lock()
        self._tracing = RuntimeLock()  # step view and sequence view configure the cells differently
        self._layers: list[RecurrentLayer] | None = None
        self.programs: OrderedDict[Hashable, Any] = OrderedDict()

    @property
    def layers(self) -> list[RecurrentLayer]:
        """The recurrent layers, bottom first; their structures are looked up at the first use."""
        if self._layers is None:
            with self._tracing.checked:
                if self._layers is None:  # another thread may have found them meanwhile
                    self._layers = self._find_layers()
        return self._layers

    def _find_layers(self) -> list[RecurrentLayer]:
        parts, first, states = [], 0, 0
        for layer in self._recurrent:
            last = first + len(layer.weights)
            after = states + len(tf.nest.flatten(layer.get_initial_state(batch_size=1)))
            parts.append(RecurrentLayer(layer, slice(first, last), slice(states, after), structure_of(layer.cell)))
            first, states = last, after
        return parts

    @property
    def has_linear_readout(self) -> bool:
        """Whether the last two weights are the kernel (H, O) and the bias (O,) of a linear readout."""
        own: Any = self.readout
        if type(own) is not keras.layers.Dense or len(own.weights) != len(("kernel", "bias")):
            return False
        constrained = own.kernel_constraint is not None or own.bias_constraint is not None
        return bool(own.activation is keras.activations.linear and not constrained)

    @property
    def cells(self) -> str:
        """The names of the cells' classes, for messages."""
        return ", ".join(dict.fromkeys(type(layer.cell).__name__ for layer in self._recurrent))

    @cached_property
    def vectorises(self) -> bool:
        """Whether TensorFlow vectorises a step correctly; if not, steps of several networks or lanes run in turn."""
        return untraced(partial(steps_vectorise, self))

    def program(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The cached value of that key, such as a compiled program; the least recently used values are dropped."""
        with self._programs_lock:
            if key not in self.programs:
                self.programs[key] = make()
            self.programs.move_to_end(key)
            while len(self.programs) > PROGRAMS_KEPT:
                self.programs.popitem(last=False)
            return self.programs[key]

    def trained(self, weights: Sequence[Any], part: RecurrentLayer | None = None) -> list[Any]:
        """The trained ones among the weights, of all layers or of one."""
        among = range(*part.weights.indices(len(weights))) if part is not None else range(len(weights))
        return [weights[place] for place in self.trainable if place in among]

    def encode(self, inputs: tf.Tensor) -> tf.Tensor:
        """Symbols (..., 1) as one-hot (..., I); numbers unchanged."""
        return tf.one_hot(inputs[..., 0], self.shapes.inputs, dtype=self.dtype) if self.shapes.symbols else inputs

    def width(self, part: RecurrentLayer) -> int:
        """The number of inputs of a layer at each step."""
        place = self.layers.index(part)
        return self._output_size(self.layers[place - 1]) if place else self.shapes.inputs

    @contextmanager
    def reading(self, weights: Tensors) -> Iterator[None]:
        """While this context is open, the layers read these weights in place of their own variables."""
        with self._tracing.checked, keras.StatelessScope(state_mapping=list(zip(self.variables, weights, strict=True))):
            yield

    def initial_state(self, weights: Tensors, batch_size: int) -> Tensors:
        """The flat list of state tensors (B, ...) before the first step."""
        with self.reading(weights):  # an initial state may be a weight
            states = [part.layer.get_initial_state(batch_size=batch_size) for part in self.layers]
        return cast(Tensors, tf.nest.flatten(states))

    def step(self, weights: Tensors, inputs: tf.Tensor, state: Tensors) -> tuple[tf.Tensor, Tensors]:
        """One step: inputs (B, I) and flat state to outputs (B, O) and flat state."""
        x, after = inputs, []
        for part in self.layers:
            x, new = self.layer_step(part, weights, x, state[part.states])
            after += new
        return self.read_out(weights, x), shaped(after, state)

    def layer_step(
        self, part: RecurrentLayer, weights: Tensors, inputs: tf.Tensor, state: Tensors
    ) -> tuple[tf.Tensor, Tensors]:
        """One step of one layer: inputs (B, ...) and flat state to the cell's outputs and flat state."""
        with self.reading(weights):
            nested = tf.nest.pack_sequence_as(part.layer.get_initial_state(batch_size=1), state)
            x, new = part.layer.cell(inputs, nested)
        return x, tf.nest.flatten(new)

    def read_out(self, weights: Tensors, top: tf.Tensor) -> tf.Tensor:
        """The readout: the top layer's outputs (..., W) to outputs (..., O)."""
        if self.readout is None:
            return top
        with self.reading(weights):
            return self.readout(top)

    def sequences(self, weights: Tensors, inputs: tf.Tensor, training: bool, steps: Any = None) -> tf.Tensor:
        """Whole sequences (B, T, I) to outputs (B, T, O), layer after layer.

        Args:
            weights: In the order of ``variables``.
            inputs: (B, T, I).
            training: Whether dropout is applied.
            steps: The number of steps to compute, at most T, which may be a tensor; None for all. The outputs of the
                other steps are undefined.
        """
        x = tf.transpose(inputs, [1, 0, 2])
        for number, part in enumerate(self.layers):
            with self._tracing.checked, _gate_by_gate(part.layer.cell):
                x = self._scan(part, weights, x, steps)
            if training and self._seeds:
                x = dropout(x, self.dropout, self._next_seed(number))
        return tf.transpose(self.read_out(weights, x), [1, 0, 2])

    def _next_seed(self, number: int) -> tf.Tensor:
        """The seed of a layer's next dropout mask; its random state moves on by one."""
        state = self.noise.variables[number]
        words = tf.identity(state.value)
        state.assign(words + tf.constant([0, 1], words.dtype))
        return tf.cast(tf.math.floormod(words, tf.int32.max - 1), tf.int32)  # as Keras casts its seeds

    def _scan(self, part: RecurrentLayer, weights: Tensors, inputs: tf.Tensor, steps: Any) -> tf.Tensor:
        """A layer's outputs (T, B, W) for its inputs (T, B, ...), from its initial state."""
        length, batch_size = inputs.shape[:2]
        with self.reading(weights):
            initial = tf.nest.flatten(part.layer.get_initial_state(batch_size=batch_size))

        def step(own: Tensors, x: tf.Tensor, state: Tensors) -> tuple[tf.Tensor, Tensors]:
            y, after = self.layer_step(
                part, [*weights[: part.weights.start], *own, *weights[part.weights.stop :]], x, state
            )
            return y, shaped(after, state)

        return scan(
            step, weights[part.weights], inputs, initial, length if steps is None else steps, self._output_size(part)
        )

    def _output_size(self, part: RecurrentLayer) -> int:
        """W, the number of outputs of a layer at each step."""
        return int(part.layer.compute_output_shape((1, 1, None))[-1])


def shaped(after: Tensors, before: Tensors) -> Tensors:
    """The state after a step, with the static shapes of before: cells lose the batch size, which loops need."""
    return [tf.ensure_shape(new, old.shape) for new, old in zip(after, before, strict=True)]


@contextmanager
def _gate_by_gate(cell: keras.layers.Layer) -> Iterator[None]:
    """While this context is open, Keras's gated cells compute one matrix product for each gate.

    The alternative, one product for all gates, is 2.5 times as fast for a batch size of 1, and 0.6 times as fast for
    512, because XLA is slow at splitting wide products.
    """
    usual = getattr(cell, "implementation", None)
    if usual is None:
        yield
        return
    cell.implementation = 1
    try:
        yield
    finally:
        cell.implementation = usual


def _check_runs_stepwise(layer: keras.layers.Layer) -> None:
    if isinstance(layer, keras.layers.Bidirectional):
        raise UsageError(
            "A Bidirectional layer cannot run one step at a time, because it reads future inputs.",
            "Use the layer inside it.",
        )
    if not hasattr(layer, "cell"):
        raise UsageError(
            f"The layer {type(layer).__name__} cannot run one step at a time, because it has no cell.",
            "Use keras.layers.RNN(cell), GRU, LSTM or SimpleRNN.",
        )
    if getattr(layer, "go_backwards", False):
        raise UsageError(
            "A layer with go_backwards=True cannot run one step at a time, because it reads the last input first.",
            "Leave out go_backwards.",
        )
    if not layer.return_sequences:
        raise UsageError(
            "A layer with return_sequences=False has no output at each step.",
            "Set return_sequences=True.",
        )
    if layer.stateful:
        raise UsageError(
            "A layer with stateful=True stores its state, but here the caller passes the state from step to step.",
            "Leave out stateful.",
        )
