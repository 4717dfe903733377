"""Networks of a native cell: weights in one NumPy vector.

Axis letters: B lanes or sequences, T steps, I inputs, K arrays of a state, H units, O outputs.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.catalogue.host import Host
from seqtasks.core.network import AbstractNetwork, Array, State
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks_native.arrays import arrays, shapes, vector
from seqtasks_native.cell import AbstractNativeCell, Numbers
from seqtasks_native.compiled import kernel
from seqtasks_native.layer import new_scratch, new_steps
from seqtasks_native.layout import Layout, parts
from seqtasks_native.loop import running_loop


@final
class NativeNetwork(AbstractNetwork):
    """One layer of a native cell and its readout.

    Args:
        cell: The cell.
        layout: The sizes.
        values: (P,), the weights. Training changes this vector in place.
        shapes: The shapes of the task's data.
        constants: The constants of the cell.
        keras_spec: The spec of the same network of Keras layers; empty if there is none.

    Attributes:
        dtype: The precision of the weights.
    """

    def __init__(
        self,
        cell: type[AbstractNativeCell],
        layout: Layout,
        values: Array,
        shapes: Shapes,
        constants: Numbers,
        keras_spec: str = "",
    ) -> None:
        self.cell, self.layout, self.values, self.constants = cell, layout, values, constants
        self.dtype = values.dtype.name
        self._shapes, self._keras_spec = shapes, keras_spec

    @property
    def shapes(self) -> Shapes:
        """The shapes of the data that the network was built for."""
        return self._shapes

    def initial_state(self, batch_size: int) -> State:
        """Zeros: K arrays (B, H)."""
        return tuple(np.zeros((batch_size, self.layout.units), self.dtype) for _ in range(self.layout.arrays))

    def compile(self, batch_size: int) -> None:
        """Compile the loop of :meth:`run`, or read it from disk, by a call with no steps."""
        width = 1 if self.shapes.symbols else self.shapes.inputs
        starts = np.zeros((batch_size, 0), np.bool_)
        self.run(np.zeros((batch_size, 0, width)), starts, self.initial_state(batch_size))

    def run(self, inputs: Array, starts: NDArray[np.bool_], state: State) -> tuple[Array, State]:
        """Run T steps in a compiled loop.

        Raises:
            ValueError: If the inputs have another shape.
        """
        lanes, steps = starts.shape
        fitting = (lanes, steps, 1 if self.shapes.symbols else self.shapes.inputs)
        if inputs.shape != fitting:
            raise ValueError(f"The inputs have shape {inputs.shape}; this network takes {fitting}.")
        outputs = np.zeros((lanes * steps, self.layout.outputs), self.dtype)
        after = np.concatenate(state, axis=1).astype(self.dtype)
        scratch, one = new_scratch(self.layout, self.dtype), new_steps(self.layout, 1, self.dtype)
        _run(self.cell)(
            parts(self.values, self.layout),
            self.layout,
            np.array([self.constants], self.dtype),
            self.encoded(inputs),
            np.ascontiguousarray(starts),
            after,
            one,
            scratch,
            outputs,
        )
        return outputs.reshape(lanes, steps, self.layout.outputs), tuple(np.split(after, self.layout.arrays, axis=1))

    def encoded(self, inputs: Array) -> Array:
        """Inputs (B, T, I), or symbols (B, T, 1), as rows (B T, I) in the network's precision."""
        if self.shapes.symbols:
            rows = np.zeros((inputs.size, self.shapes.inputs), self.dtype)
            rows[np.arange(inputs.size), inputs.reshape(-1).astype(np.intp)] = 1
            return rows
        return np.ascontiguousarray(inputs, self.dtype).reshape(-1, self.shapes.inputs)

    def weights(self) -> list[Array]:
        """Copies of all weights, in the layout of the Keras network."""
        return arrays(self.values, self.cell, self.layout)

    def load(self, weights: Sequence[Array]) -> None:
        """Take these weights.

        Raises:
            ValueError: If their number or a shape differs.
        """
        theirs, ours = [np.shape(array) for array in weights], shapes(self.cell, self.layout)
        if theirs != ours:
            raise ValueError(f"The weights have shapes {theirs}; this network has {ours}.")
        self.values[:] = vector(weights, self.cell, self.layout, self.dtype)

    def keras_network(self) -> Any:
        """The same network of Keras layers, with a copy of the weights.

        Raises:
            UsageError: If seqtasks has no such cell.
        """
        if not self._keras_spec:
            raise UsageError(
                f"There is no Keras cell that computes the same as {self.cell.__name__}.",
                "Use native-gru or another model that lists its Keras model.",
            )
        host = Host.start(environ={})
        network = host.make("models", host.spec("models", self._keras_spec)).build(self.shapes, 0, dtype=self.dtype)
        network.load(self.weights())
        return network

    def keras_model(self) -> Any:
        """A ``keras.Model`` from whole sequences to outputs, with a copy of the weights.

        Raises:
            UsageError: As :meth:`keras_network`.
        """
        return self.keras_network().keras_model()


@cache
def _run(cell: type[AbstractNativeCell]) -> Any:
    """The compiled loop of a cell."""
    return kernel(running_loop(cell), cell)
