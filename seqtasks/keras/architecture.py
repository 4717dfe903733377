"""What all networks of an architecture share: Keras layers as functions of weights, and the programs compiled of them.

The layers' own variables lend their shapes alone. Keras reads other tensors in their place inside a stateless scope.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final, cast, final

import keras
import tensorflow as tf

from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.keras.program import untraced
from seqtasks.keras.runtime import RuntimeLock
from seqtasks.keras.scan import scan
from seqtasks.keras.slots import Slots
from seqtasks.keras.structure import AbstractStructure, structure_of
from seqtasks.keras.vectorisation import steps_vectorise

PROGRAMS_KEPT: Final = 32

Layers = Callable[[], tuple[list[keras.layers.Layer], keras.layers.Layer | None]]
Tensors = list[tf.Tensor]


@final
@dataclass(frozen=True, eq=False)
class RecurrentLayer:
    """One recurrent layer's place in the network.

    Args:
        layer: The Keras layer.
        weights: Where its weights are among the architecture's.
        states: Where its state tensors are in the flat state.
        structure: What its cell says about its step; None if nothing.
    """

    layer: keras.layers.Layer
    weights: slice
    states: slice
    structure: AbstractStructure | None

    @property
    def declared(self) -> AbstractStructure:
        """The structure, for rules that have refused cells without one."""
        if self.structure is None:
            raise ValueError(f"{type(self.layer.cell).__name__} declares no structure.")
        return self.structure


@final
class Architecture:
    """Keras layers as functions of weights.

    Args:
        layers: Recurrent layers, bottom first, each with a ``cell``.
        readout: The layer from the top state to the outputs; None where the state is the output.
        shapes: What it fits.
        dropout: The share of each recurrent layer's outputs that whole-sequence training drops.

    Attributes:
        variables: All weights' variables, each layer's, bottom first, then the readout's; ``weights`` below are tensors
            in that order.
        trainable: Which of them are trained.
        noise: The states of the dropout's random numbers, in variables that all programs share.
        dtype: Of weights, states and outputs.
    """

    def __init__(
        self, layers: list[keras.layers.Layer], readout: keras.layers.Layer | None, shapes: Shapes, dropout: float
    ) -> None:
        for layer in layers:
            _refuse_what_cannot_step(layer)
        self.readout, self.shapes, self.dropout = readout, shapes, dropout
        self.dtype: str = layers[0].compute_dtype
        self._dropouts = [keras.layers.Dropout(dropout, dtype=self.dtype) for _ in layers] if dropout else []
        self.noise = Slots([drop.seed_generator.state for drop in self._dropouts])
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
            raise UsageError("Two layers of the network share a weight.", "Give each layer weights of its own.")
        self.outputs = width if readout is None else shapes.outputs
        kept = {id(v) for part in [*layers, readout] if part is not None for v in part.trainable_variables}
        self.trainable = [place for place, variable in enumerate(self.variables) if id(variable) in kept]
        self.lock = RuntimeLock()  # of the programs' variables, which learners use in turn
        self._shelf = threading.Lock()
        self._tracing = RuntimeLock()  # of one view at a time: each may want the cells set another way
        self._layers: list[RecurrentLayer] | None = None
        self.programs: OrderedDict[Hashable, Any] = OrderedDict()

    @property
    def layers(self) -> list[RecurrentLayer]:
        """The recurrent layers, bottom first, and where each one's weights and states are; found at the first use."""
        if self._layers is None:
            with self._tracing.checked:
                if self._layers is None:  # each layer is one object for all threads
                    self._layers = self._found_layers()
        return self._layers

    def _found_layers(self) -> list[RecurrentLayer]:
        parts, first, states = [], 0, 0
        for layer in self._recurrent:
            last = first + len(layer.weights)
            after = states + len(tf.nest.flatten(layer.get_initial_state(batch_size=1)))
            parts.append(RecurrentLayer(layer, slice(first, last), slice(states, after), structure_of(layer.cell)))
            first, states = last, after
        return parts

    @cached_property
    def vectorises(self) -> bool:
        """Whether many steps may be taken at once; otherwise they are taken one after another."""
        return untraced(partial(steps_vectorise, self))

    def program(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The program of that key, or what else is found out once; made at its first use, dropped after many others."""
        with self._shelf:
            if key not in self.programs:
                self.programs[key] = make()
            self.programs.move_to_end(key)
            while len(self.programs) > PROGRAMS_KEPT:
                self.programs.popitem(last=False)
            return self.programs[key]

    def trained(self, weights: Sequence[Any], part: RecurrentLayer | None = None) -> list[Any]:
        """Those of the weights that are trained: all of them, or one layer's."""
        among = range(*part.weights.indices(len(weights))) if part is not None else range(len(weights))
        return [weights[place] for place in self.trainable if place in among]

    def encode(self, inputs: tf.Tensor) -> tf.Tensor:
        """Symbols (..., 1) as one-hot (..., I); numbers as they are."""
        return tf.one_hot(inputs[..., 0], self.shapes.inputs, dtype=self.dtype) if self.shapes.symbols else inputs

    def width(self, part: RecurrentLayer) -> int:
        """How many numbers a layer sees at each step."""
        place = self.layers.index(part)
        return self._size(self.layers[place - 1]) if place else self.shapes.inputs

    @contextmanager
    def reading(self, weights: Tensors) -> Iterator[None]:
        """Have the layers read these weights in place of their variables' while they are traced."""
        with self._tracing.checked, keras.StatelessScope(state_mapping=list(zip(self.variables, weights, strict=True))):
            yield

    def initial_state(self, weights: Tensors, batch_size: int) -> Tensors:
        """The flat list of state tensors (B, ...) before the first step."""
        with self.reading(weights):  # it may itself be a weight
            states = [part.layer.get_initial_state(batch_size=batch_size) for part in self.layers]
        return cast(Tensors, tf.nest.flatten(states))

    def step(self, weights: Tensors, inputs: tf.Tensor, state: Tensors) -> tuple[tf.Tensor, Tensors]:
        """One step: inputs (B, I) and state to outputs (B, O) and state, each cell called directly."""
        x, after = inputs, []
        for part in self.layers:
            x, new = self.layer_step(part, weights, x, state[part.states])
            after += new
        return self.read_out(weights, x), shaped(after, state)

    def layer_step(
        self, part: RecurrentLayer, weights: Tensors, inputs: tf.Tensor, state: Tensors
    ) -> tuple[tf.Tensor, Tensors]:
        """One step of one layer: its inputs (B, ...) and flat state to its outputs and state, as cells give them."""
        with self.reading(weights):
            nested = tf.nest.pack_sequence_as(part.layer.get_initial_state(batch_size=1), state)
            x, new = part.layer.cell(inputs, nested)
        return x, tf.nest.flatten(new)

    def read_out(self, weights: Tensors, top: tf.Tensor) -> tf.Tensor:
        """The top layer's outputs (..., W) to outputs (..., O)."""
        if self.readout is None:
            return top
        with self.reading(weights):
            return self.readout(top)

    def sequences(self, weights: Tensors, inputs: tf.Tensor, training: bool, steps: Any = None) -> tf.Tensor:
        """Whole sequences (B, T, I) to outputs (B, T, O), layer after layer.

        Args:
            weights: As for all of the architecture.
            inputs: (B, T, I).
            training: Whether outputs are dropped.
            steps: How many of the T steps are taken, a number known to the running program alone; None for all. Outputs
                of the others are without meaning.
        """
        x, moved = tf.transpose(inputs, [1, 0, 2]), []
        for number, part in enumerate(self.layers):
            with self._tracing.checked, _gate_by_gate(part.layer.cell):
                x = self._scanned(part, weights, x, steps)
            if self._dropouts:
                with keras.StatelessScope() as scope:
                    x = self._dropouts[number](x, training=training)
                state = self.noise.variables[number]
                moved.append((state, scope.get_current_value(state)))
        for variable, value in moved:
            if value is not None:
                variable.assign(value)
        return tf.transpose(self.read_out(weights, x), [1, 0, 2])

    def _scanned(self, part: RecurrentLayer, weights: Tensors, inputs: tf.Tensor, steps: Any) -> tf.Tensor:
        """A layer's outputs (T, B, W) for its inputs (T, B, ...), from its initial state."""
        length, batch_size = inputs.shape[:2]
        with self.reading(weights):
            initial = tf.nest.flatten(part.layer.get_initial_state(batch_size=batch_size))

        def step(own: Tensors, x: tf.Tensor, state: Tensors) -> tuple[tf.Tensor, Tensors]:
            y, after = self.layer_step(
                part, [*weights[: part.weights.start], *own, *weights[part.weights.stop :]], x, state
            )
            return y, shaped(after, state)

        return scan(step, weights[part.weights], inputs, initial, length if steps is None else steps, self._size(part))

    def _size(self, part: RecurrentLayer) -> int:
        """W, how many numbers a layer gives at each step."""
        return int(part.layer.compute_output_shape((1, 1, None))[-1])


def shaped(after: Tensors, before: Tensors) -> Tensors:
    """The state after a step, shaped as before it: cells lose the batch size, and loops need it."""
    return [tf.ensure_shape(new, old.shape) for new, old in zip(after, before, strict=True)]


@contextmanager
def _gate_by_gate(cell: keras.layers.Layer) -> Iterator[None]:
    """Have Keras's gated cells take a matrix product for each gate while they are traced.

    Their other way, one product for all gates, is 2.5 times as fast for one lane and 0.6 times for 512: XLA makes slow
    work of taking wide products apart again.
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


def _refuse_what_cannot_step(layer: keras.layers.Layer) -> None:
    if isinstance(layer, keras.layers.Bidirectional):
        raise UsageError(
            "A Bidirectional layer cannot be fed one step at a time: it needs the future.",
            "Use the layer inside it.",
        )
    if not hasattr(layer, "cell"):
        raise UsageError(
            f"The layer {type(layer).__name__} has no cell, so it cannot be fed one step at a time.",
            "Use keras.layers.RNN(cell), GRU, LSTM or SimpleRNN.",
        )
    if getattr(layer, "go_backwards", False):
        raise UsageError(
            "A layer with go_backwards=True cannot be fed one step at a time: it begins with the future.",
            "Make the layer without go_backwards.",
        )
    if not layer.return_sequences:
        raise UsageError(
            "A layer with return_sequences=False gives no output at each step.",
            "Make the layer with return_sequences=True.",
        )
    if layer.stateful:
        raise UsageError(
            "A layer with stateful=True keeps a state of its own; here the state is carried from step to step.",
            "Make the layer without stateful.",
        )
