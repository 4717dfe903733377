"""A recurrent network as a dynamical system: one step, and the derivative of one step by the state.

Axis letters: N samples, B lanes, T steps, I inputs, O outputs, S numbers of a state, all its arrays in one row.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.errors import UsageError


class AbstractDynamics(ABC):
    """The step of a recurrent network, with states as rows of numbers.

    s(t) = f(x(t), s(t-1)),  o(t) = g(x(t), s(t-1))
    """

    @abstractmethod
    def initial(self, lanes: int) -> Array:
        """The state (B, S) before the first step."""

    @abstractmethod
    def step(self, inputs: Array, states: Array) -> tuple[Array, Array]:
        """One step: inputs (N, I) and states (N, S) to outputs (N, O) and states (N, S)."""

    @abstractmethod
    def pullback(self, inputs: Array, states: Array, by_outputs: Array | None, by_states: Array | None) -> Array:
        """The product of a vector and the Jacobian of one step by the state.

        dL/ds(t-1) = (do(t)/ds(t-1))^T dL/do(t) + (ds(t)/ds(t-1))^T dL/ds(t)

        Args:
            inputs: x(t), (N, I).
            states: s(t-1), (N, S).
            by_outputs: dL/do(t), (N, O); None for zeros.
            by_states: dL/ds(t), (N, S); None for zeros.

        Returns:
            dL/ds(t-1), (N, S).
        """

    def observe(self, states: Array, outputs: Array, by_outputs: Array) -> Array | None:
        """dL/ds(t) through the readout alone, (N, S); None where it is unknown how the outputs depend on the state.

        Args:
            states: s(t), (N, S).
            outputs: o(t), (N, O).
            by_outputs: dL/do(t), (N, O).
        """
        return None


@final
@dataclass(frozen=True, eq=False)
class Trajectory:
    """What a network does with some data.

    Args:
        inputs: x, (B, T, I).
        starts: (B, T); where true, the state is reset before the step.
        before: The state that each step starts from, after a reset, (B, T, S).
        states: The state after each step, (B, T, S).
        outputs: o, (B, T, O).
    """

    inputs: Array
    starts: NDArray[np.bool_]
    before: Array
    states: Array
    outputs: Array


def trajectory(dynamics: AbstractDynamics, inputs: Array, starts: NDArray[np.bool_] | None = None) -> Trajectory:
    """Run a network over some data from its initial state.

    Args:
        dynamics: The network.
        inputs: (B, T, I).
        starts: (B, T); where true, the state is reset before the step. None for no reset.
    """
    lanes, steps = inputs.shape[:2]
    starts = np.zeros((lanes, steps), np.bool_) if starts is None else starts
    initial = state = dynamics.initial(lanes)
    before, states, outputs = [], [], []
    for t in range(steps):
        before.append(np.where(starts[:, t, None], initial, state))
        out, state = dynamics.step(inputs[:, t], before[-1])
        states.append(state)
        outputs.append(out)
    return Trajectory(inputs, starts, *(np.stack(each, axis=1) for each in (before, states, outputs)))


@final
class NetworkDynamics(AbstractDynamics):
    """Any network, differentiated by central differences.

        df/ds_j = (f(s + e_j d) - f(s - e_j d)) / 2 d,  d = cbrt(precision) max(1, |s_j|)

    Args:
        network: The network. Its state consists of floating-point numbers.

    Raises:
        UsageError: If the state holds other numbers.
    """

    def __init__(self, network: AbstractNetwork) -> None:
        self._network = network
        arrays = network.initial_state(1)
        kinds = sorted({str(array.dtype) for array in arrays if array.dtype.kind != "f"})
        if kinds:
            raise UsageError(
                f"The state of {type(network).__name__} holds {kinds[0]}, which has no derivative.",
                "Let initial_state return arrays of floating-point numbers.",
            )
        self._layout = Layout([array.shape[1:] for array in arrays])
        self._types = [array.dtype for array in arrays]
        self._precision = max(float(np.finfo(kind).eps) for kind in self._types) if arrays else 0.0

    def initial(self, lanes: int) -> Array:
        """The initial state of the network."""
        return self._layout.rows(self._network.initial_state(lanes))

    def step(self, inputs: Array, states: Array) -> tuple[Array, Array]:
        """One step of the network."""
        arrays = [each.astype(kind) for each, kind in zip(self._layout.arrays(states), self._types, strict=True)]
        outputs, after = self._network.step(inputs, tuple(arrays))
        return outputs, self._layout.rows(after)

    def pullback(self, inputs: Array, states: Array, by_outputs: Array | None, by_states: Array | None) -> Array:
        """The vector-Jacobian product, from 2 S steps of the network, all in one batch."""
        samples, size = states.shape
        widths = np.cbrt(self._precision) * np.maximum(1.0, np.abs(states))  # (N, S)
        shifts = widths[:, None, :] * np.eye(size)  # (N, S, S), one number of the state moved in each
        moved = np.concatenate([states[:, None] + shifts, states[:, None] - shifts], axis=1).reshape(-1, size)
        outputs, after = self.step(np.repeat(inputs, 2 * size, axis=0), moved.astype(states.dtype))
        found = np.zeros((samples, size))
        for vector, values in ((by_outputs, outputs), (by_states, after)):
            if vector is not None:
                up, down = np.split(values.reshape(samples, 2 * size, -1).astype(np.float64), 2, axis=1)
                found += np.einsum("nso,no->ns", up - down, vector)
        return np.asarray(found / (2 * widths))


@final
@dataclass(frozen=True)
class Layout:
    """How the arrays of a state lie in a row.

    Args:
        shapes: The shape of each array without the axis of the samples.

    Example:
        >>> Layout([(2,), (1, 2)]).rows([np.array([[1.0, 2.0]]), np.array([[[3.0, 4.0]]])])
        array([[1., 2., 3., 4.]])
    """

    shapes: Sequence[tuple[int, ...]]

    def rows(self, arrays: Sequence[Any]) -> Array:
        """Arrays (N, ...) as one array (N, S)."""
        return np.concatenate([np.asarray(array).reshape(len(array), -1) for array in arrays], axis=1)

    def arrays(self, rows: Array) -> list[Array]:
        """The arrays (N, ...) of an array (N, S)."""
        ends = np.cumsum([math.prod(shape) for shape in self.shapes])[:-1]
        parts = np.split(rows, ends, axis=1)
        return [part.reshape(len(rows), *shape) for part, shape in zip(parts, self.shapes, strict=True)]
