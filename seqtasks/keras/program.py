"""Compiled programs, and the loops inside them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar, final

import tensorflow as tf

from seqtasks.keras.compile_errors import translated
from seqtasks.keras.custom_gradients import release_custom_gradients

Value = TypeVar("Value")


@final
class Program:
    """One XLA program. Shapes are fixed at the first call; autograph is off, because loops are written as loops.

    Under ``tf.config.run_functions_eagerly(True)`` the function runs as plain Python, operation by operation.

    Args:
        function: A function of tensors and nested lists of them.
        cells: The names of the cells in it, for errors.
    """

    def __init__(self, function: Callable[..., Any], cells: str) -> None:
        # TensorFlow counts how often a function's code is traced, and warns of what here is a program for each
        # architecture; of what has no code of its own it counts each by itself
        self._function = tf.function(partial(function), jit_compile=True, autograph=False)
        self._cells = cells
        self._call: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any) -> Any:
        """Run the program; one thread at a time compiles it.

        Raises:
            UsageError: If a cell has a step that cannot be compiled or differentiated.
        """
        if tf.config.functions_run_eagerly():
            with translated(self._cells):
                return self._function(*arguments)
        if self._call is not None:
            return self._call(*arguments)
        with translated(self._cells):
            concrete = self._function.get_concrete_function(*arguments)
            release_custom_gradients(concrete.graph)
            result, call = _first_call(concrete, arguments)  # XLA compiles at the first call
        self._call = call
        return result


def _first_call(concrete: Any, arguments: Any) -> tuple[Any, Callable[..., Any]]:
    """Call a concrete function; return the result, and the fastest way to call it from now on.

    The public call looks up signatures and checks each argument, which takes twice as long as a call of a short
    program. TensorFlow has a call without these checks, which is not part of its public API. If this version does not
    have it, the public call is used.
    """

    def unchecked(*arguments: Any) -> Any:
        return concrete.inference_fn.call_preflattened([*tf.nest.flatten(arguments), *concrete.captured_inputs])

    if hasattr(getattr(concrete, "inference_fn", None), "call_preflattened"):
        try:
            return unchecked(*arguments), unchecked
        except (TypeError, AttributeError):  # it takes other arguments in this version
            pass
    return concrete(*arguments), concrete


def untraced(function: Callable[[], Value]) -> Value:
    """The result of a function, computed at once, outside the graph that is being traced.

    Tracing belongs to a thread, and so it is done in another: inside ``tf.init_scope`` no tape records.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result()


def reset(starts: tf.Tensor, initial: list[tf.Tensor], state: list[tf.Tensor]) -> list[tf.Tensor]:
    """The state, put back to the initial one in the lanes (B,) where an episode starts."""
    return [
        tf.where(tf.reshape(starts, [-1] + [1] * (old.shape.rank - 1)), new, old)
        for new, old in zip(initial, state, strict=True)
    ]


def all_finite(values: Sequence[tf.Tensor]) -> tf.Tensor:
    """Whether every number of every tensor is finite; integers are."""
    floating = [value for value in values if value.dtype.is_floating]
    return tf.reduce_all(tf.stack([tf.reduce_all(tf.math.is_finite(value)) for value in floating]))


def side_by_side(function: Callable[..., Any], count: int, vectorised: bool = True) -> Callable[..., Any]:
    """The function of one network, for ``count`` of them: every tensor in and out has them as its first axis.

    Args:
        function: Of nested lists of tensors, to nested lists of tensors.
        count: How many networks; of one, the function itself, without the axis.
        vectorised: Whether TensorFlow can make one operation of each operation of all networks; it cannot where there
            is a gradient of a loop, and then takes one network after another.
    """
    if count == 1:
        return function
    if vectorised:
        return lambda *inputs: tf.vectorized_map(lambda one: function(*one), inputs)

    def in_turn(*inputs: Any) -> Any:
        one = function(*tf.nest.map_structure(lambda tensor: tensor[0], inputs))
        like = tf.nest.map_structure(lambda tensor: tf.TensorSpec(tensor.shape, tensor.dtype), one)
        return tf.map_fn(lambda one: function(*one), inputs, fn_output_signature=like)

    return in_turn


def once(tensor: tf.Tensor) -> tf.Tensor:
    """The tensor (..., m, n), computed once.

    XLA computes what is element-wise anew for every number of a larger array that it is spread over, and drops barriers
    before it decides so. A matrix product is what it never computes twice, be it by the identity.
    """
    m, n = tensor.shape[-2:]
    if 1 < m < n:
        return tf.eye(m, dtype=tensor.dtype) @ tensor
    return tensor @ tf.eye(n, dtype=tensor.dtype)
