"""Networks made of Keras layers.

One set of Keras layers, a body, serves all networks of an architecture, for the compiled programs capture its
variables; a network is its own weights, loaded into the body when it is its turn.
"""

import random
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast, final

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqtasks.core.memory import refuse_beyond_memory
from seqtasks.core.network import AbstractNetwork, Array, State
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.keras.optimizer import Slots

Layers = Callable[[], tuple[list[keras.layers.Layer], keras.layers.Layer | None]]

BODIES_KEPT = 32
PROGRAMS_KEPT = 32  # of one body
RUN_CAPACITY = 2**16  # numbers of input or output in one call of the compiled loop
BYTES = 4  # of a float32


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Make the weights drawn inside depend on ``seed`` alone.

    Keras draws the seeds of initializers from Python's ``random`` when a layer is made; its state is put back.
    """
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)


def build(layers: Layers, shapes: Shapes, dropout: float, architecture: Hashable, seed: int) -> "KerasNetwork":
    """A network from a recipe of layers.

    Args:
        layers: Makes the recurrent layers, bottom first, and the readout or None, new at each call.
        shapes: What the network must fit.
        dropout: The share of each recurrent layer's outputs that whole-sequence training drops.
        architecture: What two networks must share to share compiled programs.
        seed: The seed of the initial weights.

    Raises:
        UsageError: If it would not fit into memory, or a layer is not one that can be fed step by step.
    """
    with _lock:
        with seeded(seed):
            _refuse_what_cannot_fit(layers, shapes)
        with seeded(seed):
            body = KerasBody(*layers(), shapes, dropout)
        weights = [variable.numpy() for variable in body.weights]
        key = (architecture, shapes)
        body = _bodies.setdefault(key, body)
        _bodies.move_to_end(key)
        while len(_bodies) > BODIES_KEPT:
            _bodies.popitem(last=False)
    return KerasNetwork(body, weights, layers)


_lock = threading.Lock()
_bodies: "OrderedDict[Hashable, KerasBody]" = OrderedDict()


@final
class KerasBody:
    """Keras layers and the programs compiled over their variables.

    Args:
        layers: Recurrent layers, bottom first, each with a ``cell``.
        readout: The layer from the top state to the outputs; None where the state is the output.
        shapes: What it fits.
        dropout: The share of each recurrent layer's outputs that whole-sequence training drops.

    ``noise`` holds the states of the dropout's random numbers, lent to one learner at a time whatever its program.
    """

    def __init__(
        self, layers: list[keras.layers.Layer], readout: keras.layers.Layer | None, shapes: Shapes, dropout: float
    ) -> None:
        for layer in layers:
            _refuse_what_cannot_step(layer)
        self.layers, self.readout, self.shapes = layers, readout, shapes
        self.dropout = dropout
        self._dropouts = [keras.layers.Dropout(dropout, dtype="float32") for _ in layers] if dropout else []
        width = shapes.inputs
        for layer in layers:
            layer.build((None, None, width))
            width = layer.compute_output_shape((None, None, width))[-1]
        if readout is not None:
            readout.build((None, width))
        self.units = width
        parts = [*layers, *([readout] if readout is not None else [])]
        self.weights = [variable for part in parts for variable in part.weights]
        self.trainable = [variable for part in parts for variable in part.trainable_variables]
        self.lock = threading.RLock()
        self._shelf = threading.Lock()
        self._tracing = threading.RLock()  # of one view at a time: each may want the cells set another way
        self.programs: OrderedDict[Hashable, Any] = OrderedDict()
        self._tenant: object = None
        self.noise = Slots([layer.seed_generator.state for layer in self._dropouts])

    # ------------------------------------------------------------------ whose weights are in the variables

    def hold(self, network: "KerasNetwork") -> None:
        """Have this network's weights in the variables. Call it with the lock held."""
        if self._tenant is not network.tenancy:
            for variable, array in zip(self.weights, network.arrays, strict=True):
                variable.assign(array)
            self._tenant = network.tenancy

    def program(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The program of that key, made at its first use and dropped when many others were used since."""
        with self._shelf:
            if key not in self.programs:
                self.programs[key] = make()
            self.programs.move_to_end(key)
            while len(self.programs) > PROGRAMS_KEPT:
                self.programs.popitem(last=False)
            return self.programs[key]

    # ------------------------------------------------------------------ the two views, in TensorFlow

    def encode(self, inputs: tf.Tensor) -> tf.Tensor:
        """Symbols (..., 1) as one-hot (..., I); numbers as they are."""
        return tf.one_hot(inputs[..., 0], self.shapes.inputs) if self.shapes.symbols else inputs

    def initial_state(self, lanes: int) -> list[tf.Tensor]:
        """The flat list of state tensors (B, ...) before the first step."""
        states = [layer.get_initial_state(batch_size=lanes) for layer in self.layers]
        return cast(list[tf.Tensor], tf.nest.flatten(states))

    def step(self, inputs: tf.Tensor, state: list[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """One step: inputs (B, I) and state to outputs (B, O) and state, each cell called directly."""
        x, after, rest = inputs, [], list(state)
        with self._tracing:
            for layer in self.layers:
                empty = layer.get_initial_state(batch_size=1)
                own = [rest.pop(0) for _ in tf.nest.flatten(empty)]
                x, new = layer.cell(x, tf.nest.pack_sequence_as(empty, own))
                # a cell forgets the number of lanes, which the compiled loop must know
                flat = zip(tf.nest.flatten(new), own, strict=True)
                after += [tf.ensure_shape(tensor, old.shape) for tensor, old in flat]
            return (x if self.readout is None else self.readout(x)), after

    def sequences(self, inputs: tf.Tensor, training: bool) -> tf.Tensor:
        """Whole sequences (B, T, I) to outputs (B, T, O), layer after layer."""
        x = inputs
        for number, layer in enumerate(self.layers):
            with self._tracing, _gate_by_gate(layer.cell):
                x = layer(x)
            if self._dropouts:
                x = self._dropouts[number](x, training=training)
        return x if self.readout is None else self.readout(x)


@final
class KerasNetwork(AbstractNetwork):
    """A network's own weights, and the body it shares with all of its architecture.

    Args:
        body: The layers and compiled programs.
        weights: The initial weights, in the order of ``body.weights``.
        layers: Makes layers anew, for :meth:`keras_model`.
    """

    def __init__(self, body: KerasBody, weights: Sequence[Array], layers: Layers) -> None:
        self.body = body
        self.arrays = list(weights)
        self.tenancy = object()
        self._layers = layers

    @property
    def shapes(self) -> Shapes:
        """What the network was built to fit."""
        return self.body.shapes

    def weights(self) -> list[Array]:
        """Copies of all weights: each layer's, bottom first, then the readout's."""
        return [array.copy() for array in self.arrays]

    def load(self, weights: Sequence[Array]) -> None:
        """Take these weights.

        Raises:
            ValueError: If their number or a shape differs.
        """
        theirs, ours = [np.shape(array) for array in weights], [array.shape for array in self.arrays]
        if theirs != ours:
            raise ValueError(f"The weights have shapes {theirs}; this network has {ours}.")
        self.arrays = [np.array(new, old.dtype) for new, old in zip(weights, self.arrays, strict=True)]
        self.tenancy = object()

    def pull(self) -> None:
        """Take the weights that the body's variables hold now. Call it with the lock held, after training."""
        self.arrays = [variable.numpy() for variable in self.body.weights]

    def initial_state(self, lanes: int) -> State:
        """The state before the first step."""
        with self.body.lock:
            self.body.hold(self)  # it may itself be a weight
            return tuple(tensor.numpy() for tensor in self.body.initial_state(lanes))

    def compile(self, lanes: int) -> None:
        """Compile the loop of :meth:`run` by a call of no steps, which no lock has to guard: it only reads."""
        self._run_loop(lanes).compile(self.body.initial_state(lanes))

    def run(self, inputs: Array, starts: NDArray[np.bool_], state: State) -> tuple[Array, State]:
        """Feed T steps through a compiled loop.

        Raises:
            ValueError: If the inputs are of another shape.
        """
        lanes, steps = starts.shape
        body = self.body
        fitting = (lanes, steps, 1 if self.shapes.symbols else self.shapes.inputs)
        if inputs.shape != fitting:
            raise ValueError(f"The inputs have shape {inputs.shape}; this network takes {fitting}.")
        outputs: list[Array] = []
        with body.lock:
            loop = self._run_loop(lanes)
            body.hold(self)
            for first in range(0, steps, loop.capacity):
                piece = slice(first, first + loop.capacity)
                out, state = loop(inputs[:, piece], starts[:, piece], state)
                outputs.append(out)
        return (np.concatenate(outputs, axis=1) if outputs else np.zeros((lanes, 0, self.outputs), np.float32)), state

    def _run_loop(self, lanes: int) -> "RunLoop":
        loop: RunLoop = self.body.program(("run", lanes), lambda: RunLoop(self.body, lanes))
        return loop

    @property
    def outputs(self) -> int:
        """How many numbers come out at each step: O, or the number of units where there is no readout."""
        return self.shapes.outputs if self.body.readout is not None else self.body.units

    def keras_model(self) -> keras.Model:
        """An ordinary ``keras.Model`` of the whole-sequence view, with its own copy of the weights."""
        with seeded(0):
            body = KerasBody(*self._layers(), self.shapes, self.body.dropout)
        for variable, array in zip(body.weights, self.arrays, strict=True):
            variable.assign(array)
        if self.shapes.symbols:
            inputs = keras.Input((None, 1), dtype="int32")
            x = keras.ops.one_hot(inputs[..., 0], self.shapes.inputs)
        else:
            x = inputs = keras.Input((None, self.shapes.inputs))
        for layer in body.layers:
            x = layer(x)
            if body.dropout:
                x = keras.layers.Dropout(body.dropout)(x)
        return keras.Model(inputs, x if body.readout is None else body.readout(x))


def of_keras(network: AbstractNetwork, trainer: str) -> KerasNetwork:
    """The network, if it is made of Keras layers.

    Raises:
        UsageError: If it is not; the trainer's name is in it.
    """
    if not isinstance(network, KerasNetwork):
        raise UsageError(
            f"The trainer {trainer} trains networks of Keras layers, not a {type(network).__name__}.",
            "seqtasks list trainers shows the others.",
        )
    return network


@final
class RunLoop:
    """The step view over many steps in one compiled call, for a fixed number of lanes."""

    def __init__(self, body: KerasBody, lanes: int) -> None:
        width = 1 if body.shapes.symbols else body.shapes.inputs
        outputs = body.shapes.outputs if body.readout is not None else body.units
        self.capacity = max(16, min(4096, RUN_CAPACITY // (lanes * max(width, outputs))))
        self._inputs = np.zeros((self.capacity, lanes, width), np.int32 if body.shapes.symbols else np.float32)
        self._starts = np.zeros((self.capacity, lanes), np.bool_)

        def loop(count: tf.Tensor, inputs: tf.Tensor, starts: tf.Tensor, state: list[tf.Tensor]) -> Any:
            initial = body.initial_state(lanes)

            def one(t: tf.Tensor, out: tf.TensorArray, state: list[tf.Tensor]) -> Any:
                state = reset(starts[t], initial, state)
                y, state = body.step(body.encode(inputs[t]), state)
                return t + 1, out.write(t, y), state

            out = tf.TensorArray(tf.float32, self.capacity, element_shape=(lanes, outputs))
            _, out, state = tf.while_loop(lambda t, *_: t < count, one, (tf.constant(0), out, state))
            return out.stack(), state

        self._loop = compiled(loop)

    def compile(self, state: list[tf.Tensor]) -> None:
        """A call of no steps."""
        self._call(0, [tf.identity(tensor) for tensor in state])

    def __call__(self, inputs: Array, starts: NDArray[np.bool_], state: State) -> tuple[Array, State]:
        """Feed at most ``capacity`` steps, as :meth:`AbstractNetwork.run`."""
        steps = starts.shape[1]
        self._inputs[:steps] = inputs.swapaxes(0, 1)
        self._starts[:steps] = starts.swapaxes(0, 1)
        outputs, after = self._call(steps, [tf.constant(array) for array in state])
        return outputs.numpy()[:steps].swapaxes(0, 1), tuple(tensor.numpy() for tensor in after)

    def _call(self, steps: int, state: list[tf.Tensor]) -> Any:
        return self._loop(tf.constant(steps), tf.constant(self._inputs), tf.constant(self._starts), state)


def compiled(function: Callable[..., Any]) -> Any:
    """One XLA program. Shapes are fixed at the first call; autograph is off, for loops are written as loops."""
    return tf.function(function, jit_compile=True, autograph=False)


def reset(starts: tf.Tensor, initial: list[tf.Tensor], state: list[tf.Tensor]) -> list[tf.Tensor]:
    """The state, put back to the initial one in the lanes (B,) where an episode starts."""
    return [
        tf.where(tf.reshape(starts, [-1] + [1] * (old.shape.rank - 1)), new, old)
        for new, old in zip(initial, state, strict=True)
    ]


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


def _refuse_what_cannot_fit(layers: Layers, shapes: Shapes) -> None:
    """Count the weights without making them: in Keras's stateless scope variables are shapes."""
    with keras.StatelessScope(initialize_variables=False):
        count = sum(
            int(np.prod([int(n) for n in variable.shape], dtype=object))
            for variable in KerasBody(*layers(), shapes, dropout=0.0).weights
        )
    refuse_beyond_memory(
        5 * BYTES * count,
        f"This network has {count:,} weights: {count:,} x {BYTES} bytes x 5 (weights, gradient, three optimizer slots)",
        "Use fewer units or layers.",
    )
