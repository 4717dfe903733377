"""Networks made of Keras layers.

All networks of an architecture share one :class:`Architecture` of Keras layers, and so its compiled programs. A network
is its weights.
"""

import random
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Final, final

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqtasks.core.memory import check_memory
from seqtasks.core.network import AbstractNetwork, Array, State
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.keras.architecture import Architecture, Layers
from seqtasks.keras.run_loop import RunLoop
from seqtasks.keras.runtime import RuntimeLock

ARCHITECTURES_KEPT: Final = 32


@final
class Fetched:
    """Weights that a program returned, copied to arrays at the first access.

    Args:
        fetch: Copies them.
    """

    def __init__(self, fetch: Callable[[], list[Array]]) -> None:
        self._fetch = fetch

    @cached_property
    def arrays(self) -> list[Array]:
        """The weights."""
        return self._fetch()


Held = list[Array] | Fetched


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """While this context is open, the weights that Keras draws depend on ``seed`` only.

    Keras draws the seeds of initializers from Python's ``random`` when a layer is made. Its state is restored later.
    """
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)


def build(layers: Layers, shapes: Shapes, dropout: float, key: Hashable, seed: int) -> "KerasNetwork":
    """Build a network.

    Args:
        layers: A function that makes the recurrent layers, bottom first, and the readout or None, new at each call.
        shapes: The shapes of the task's data.
        dropout: The share of each recurrent layer's outputs that is dropped in training on whole sequences.
        key: Networks with equal keys and shapes share one architecture and its compiled programs.
        seed: The seed of the initial weights.

    Raises:
        UsageError: If the network does not fit into memory, or a layer cannot run one step at a time.
    """
    key = (key, shapes)
    with _lock.checked:
        if key not in _architectures:
            with seeded(seed):
                _check_memory(layers, shapes)
        with seeded(seed):
            arch = Architecture(*layers(), shapes, dropout)
        weights = [variable.numpy() for variable in arch.variables]
        arch = _architectures.setdefault(key, arch)
        _architectures.move_to_end(key)
        while len(_architectures) > ARCHITECTURES_KEPT:
            _architectures.popitem(last=False)
    return KerasNetwork(arch, weights, layers)


_lock = RuntimeLock()  # for the cache of architectures, and for Python's random numbers
_architectures: "OrderedDict[Hashable, Architecture]" = OrderedDict()


@final
class KerasNetwork(AbstractNetwork):
    """The weights of one network, and the architecture that it shares with others.

    Args:
        arch: The layers and compiled programs.
        weights: The initial weights, in the order of ``arch.variables``.
        layers: A function that makes new layers, for :meth:`keras_model`.

    Attributes:
        held: The weights. Every change of weights replaces this object, so that its identity shows a change.
    """

    def __init__(self, arch: Architecture, weights: Sequence[Array], layers: Layers) -> None:
        self.architecture = arch
        self.held: Held = list(weights)
        self._layers = layers

    @property
    def arrays(self) -> list[Array]:
        """The weights. Nothing changes them in place."""
        held = self.held
        return held.arrays if isinstance(held, Fetched) else held

    @arrays.setter
    def arrays(self, arrays: list[Array]) -> None:
        self.held = arrays

    @property
    def shapes(self) -> Shapes:
        """The shapes of the data that the network was built for."""
        return self.architecture.shapes

    def weights(self) -> list[Array]:
        """Copies of all weights: each layer's, bottom first, then the readout's."""
        return [array.copy() for array in self.arrays]

    def load(self, weights: Sequence[Array]) -> None:
        """Replace the weights.

        Raises:
            ValueError: If their number or a shape differs.
        """
        theirs, ours = [np.shape(array) for array in weights], [array.shape for array in self.arrays]
        if theirs != ours:
            raise ValueError(f"The weights have shapes {theirs}; this network has {ours}.")
        self.arrays = [np.array(new, old.dtype) for new, old in zip(weights, self.arrays, strict=True)]

    def initial_state(self, batch_size: int) -> State:
        """The state before the first step: arrays whose first axis is the batch."""
        return tuple(tensor.numpy() for tensor in self.architecture.initial_state(self.arrays, batch_size))

    def compile(self, batch_size: int) -> None:
        """Compile the loop of :meth:`run`, by a call with no steps."""
        width = 1 if self.shapes.symbols else self.shapes.inputs
        self._run_loop(batch_size)(
            np.zeros((batch_size, 0, width)),
            np.zeros((batch_size, 0), np.bool_),
            self.initial_state(batch_size),
            self.arrays,
        )

    def run(self, inputs: Array, starts: NDArray[np.bool_], state: State) -> tuple[Array, State]:
        """Run T steps in a compiled loop.

        Raises:
            ValueError: If the inputs have another shape.
        """
        batch_size, steps = starts.shape
        fitting = (batch_size, steps, 1 if self.shapes.symbols else self.shapes.inputs)
        if inputs.shape != fitting:
            raise ValueError(f"The inputs have shape {inputs.shape}; this network takes {fitting}.")
        outputs, weights = [np.zeros((batch_size, 0, self.architecture.outputs), self.architecture.dtype)], self.arrays
        with self.architecture.lock.checked:
            loop = self._run_loop(batch_size)
            for first in range(0, steps, loop.capacity):
                piece = slice(first, first + loop.capacity)
                out, state = loop(inputs[:, piece], starts[:, piece], state, weights)
                outputs.append(out)
        return np.concatenate(outputs, axis=1), state

    def _run_loop(self, batch_size: int) -> RunLoop:
        loop: RunLoop = self.architecture.program(("run", batch_size), lambda: RunLoop(self.architecture, batch_size))
        return loop

    def keras_model(self) -> keras.Model:
        """A ``keras.Model`` from whole sequences to outputs, with a copy of the weights."""
        with _lock.checked, seeded(0):
            layers, readout = self._layers()
            arch = Architecture(layers, readout, self.shapes, self.architecture.dropout)
        for variable, array in zip(arch.variables, self.arrays, strict=True):
            variable.assign(array)
        if self.shapes.symbols:
            inputs = keras.Input((None, 1), dtype="int32")
            x = keras.ops.one_hot(inputs[..., 0], self.shapes.inputs, dtype=arch.dtype)
        else:
            x = inputs = keras.Input((None, self.shapes.inputs), dtype=arch.dtype)
        for layer in layers:
            x = layer(x)
            if arch.dropout:
                x = keras.layers.Dropout(arch.dropout, dtype=arch.dtype)(x)
        return keras.Model(inputs, x if readout is None else readout(x))


def of_keras(network: AbstractNetwork, trainer: str) -> KerasNetwork:
    """The network, checked to be made of Keras layers.

    Args:
        network: Any network.
        trainer: The trainer's name, for the message.

    Raises:
        UsageError: If it is not.
    """
    if not isinstance(network, KerasNetwork):
        raise UsageError(
            f"The trainer {trainer} trains networks of Keras layers, not a {type(network).__name__}.",
            "Run `seqtasks list trainers` to see the others.",
        )
    return network


def _check_memory(layers: Layers, shapes: Shapes) -> None:
    """Check that the weights fit into memory. In a graph that never runs, variables take none."""
    with tf.Graph().as_default():
        arch = Architecture(*layers(), shapes, dropout=0.0)
        count = sum(int(np.prod([int(n) for n in variable.shape], dtype=object)) for variable in arch.variables)
        size = np.dtype(arch.dtype).itemsize
    check_memory(
        5 * size * count,
        f"This network has {count:,} weights: {count:,} x {size} bytes x 5 (weights, gradient, three optimizer slots)",
        "Use fewer units or layers.",
    )
