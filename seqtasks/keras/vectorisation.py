"""Whether TensorFlow vectorises the steps of an architecture correctly.

    tf.vectorized_map(f)(x) = (f(x[0]), f(x[1]), ...)

TensorFlow converts f operation by operation, and some conversions are wrong. It adds 1 to the axis of ``tf.roll``, so
that an axis of -1 becomes 0 and the elements of the map mix (TensorFlow 2.21; the benchmark ``vectorised_operations``
tries all of ``keras.ops``). Other operations have no conversion, or their gradients have none. A comparison of one step
with the plain one detects both.

Axis letters: V elements of a map, B sequences, I inputs.
"""

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import tensorflow as tf

from seqtasks.keras.custom_gradients import release_custom_gradients
from seqtasks.keras.program import side_by_side

if TYPE_CHECKING:
    from seqtasks.keras.architecture import Architecture, Tensors

ELEMENTS: Final = 3  # V = B, so that shapes also fit along a wrong axis
LOOPS: Final = {"While", "StatelessWhile"}  # operations of a graph
CLOSE: Final = 1e-3  # relative to an array's largest number: far above rounding, far below a mixed-up element


def steps_vectorise(arch: "Architecture") -> bool:
    """Compare a vectorised step and its derivatives with the plain ones, at random weights, inputs and states.

    Args:
        arch: The network's layers.

    Returns:
        Whether they agree up to rounding; False as well if TensorFlow cannot vectorise them.
    """
    points = _random_points(arch)
    try:
        vectorised = _program(arch, points, vectorised=True)
    except Exception:  # TensorFlow raises errors of many classes where it has no conversion
        return False
    if any(operation.type in LOOPS for operation in vectorised.graph.get_operations()):
        return False  # XLA compiles no gradient of a vectorised loop
    plain = _program(arch, points, vectorised=False)
    return all(_close(one, other) for one, other in zip(vectorised(), plain(), strict=True))


def _program(arch: "Architecture", points: Any, vectorised: bool) -> Any:
    """The step, its gradients and its Jacobians in one graph."""

    def step(*point: Any) -> "Tensors":
        return _step_and_gradients(arch, *point)

    def compute() -> "Tensors":
        return [*side_by_side(step, ELEMENTS, vectorised)(*points), *_jacobians(arch, points, vectorised)]

    # TensorFlow warns about many functions with the same code object; a partial has none
    concrete = tf.function(partial(compute), autograph=False).get_concrete_function()
    release_custom_gradients(concrete.graph)
    return concrete


def _random_points(arch: "Architecture") -> Any:
    """Weights, inputs (V, B, I) and states of V networks, small enough that no unit saturates."""
    random = np.random.default_rng(0)

    def draw(*shape: int) -> tf.Tensor:
        return tf.constant(random.normal(size=shape) / np.sqrt(np.prod(shape[1:-1])), arch.dtype)

    weights = [draw(ELEMENTS, *variable.shape) for variable in arch.variables]
    inputs = draw(ELEMENTS, ELEMENTS, arch.shapes.inputs)
    initial = arch.initial_state([weight[0] for weight in weights], ELEMENTS)
    return weights, inputs, [draw(ELEMENTS, *array.shape) for array in initial]


def _element(points: Any, v: int) -> Any:
    return tf.nest.map_structure(lambda array: array[v], points)


def _step_and_gradients(arch: "Architecture", weights: "Tensors", inputs: tf.Tensor, state: "Tensors") -> "Tensors":
    """Outputs, new state, and the gradients of a sum over their squares by weights and state."""
    wanted = [*arch.trained(weights), *state]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(wanted)
        outputs, after = arch.step(weights, inputs, state)
        total = tf.add_n([_weighted(array * array) for array in (outputs, *after)])
    return [outputs, *after, *tape.gradient(total, wanted, unconnected_gradients=tf.UnconnectedGradients.ZERO)]


def _jacobians(arch: "Architecture", points: Any, vectorised: bool) -> "Tensors":
    """The Jacobians of V sums over the first network's new state, by weights and state."""
    weights, inputs, state = _element(points, 0)
    wanted = [*arch.trained(weights), *state]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(wanted)
        _, after = arch.step(weights, inputs, state)
        sums = tf.stack([tf.add_n([_weighted(array * array, v) for array in after]) for v in range(ELEMENTS)])
    found: Tensors = tape.jacobian(
        sums, wanted, unconnected_gradients=tf.UnconnectedGradients.ZERO, experimental_use_pfor=vectorised
    )
    return found


def _weighted(array: tf.Tensor, v: int = 0) -> tf.Tensor:
    """A sum in which every number has another weight, so that swapped numbers change it."""
    flat = tf.reshape(array, [-1])
    return tf.reduce_sum(flat * tf.cos(tf.cast(tf.range(flat.shape[0]) + v, flat.dtype)))


def _close(one: tf.Tensor, other: tf.Tensor) -> bool:
    scale = float(tf.reduce_max(tf.abs(other))) if tf.size(other) else 0.0
    return one.shape == other.shape and np.allclose(one, other, rtol=0, atol=CLOSE * scale, equal_nan=True)
