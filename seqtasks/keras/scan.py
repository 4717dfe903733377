"""A layer over whole sequences, with a backward pass that recomputes the steps.

    y(t), s(t) = step(w, x(t), s(t-1)),  t = 0 .. steps - 1

TensorFlow's own gradient stores every number of a step that it needs. Only states are stored here, and the backward
pass computes each step again: arithmetic is cheap, while stored numbers go through memory twice.
"""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

Step = Callable[[list[tf.Tensor], tf.Tensor, list[tf.Tensor]], tuple[tf.Tensor, list[tf.Tensor]]]


def scan(
    step: Step, weights: list[tf.Tensor], inputs: tf.Tensor, initial: list[tf.Tensor], steps: Any, width: int
) -> tf.Tensor:
    """The outputs (T, B, W); those after ``steps`` are without meaning.

    Args:
        step: Weights, inputs (B, ...) and state to outputs (B, W) and the state after.
        weights: The weights, which the step is differentiated by in addition to inputs and initial state.
        inputs: (T, B, ...).
        initial: The state before the first step.
        steps: The number of steps, at most T; may be a tensor.
        width: W.
    """
    length, lanes = inputs.shape[:2]

    def room(like: tf.Tensor) -> tf.TensorArray:
        # run eagerly, an array forgets what was read, and the way back reads it again
        return tf.TensorArray(like.dtype, length, element_shape=like.shape, clear_after_read=False)

    def run(*arguments: tf.Tensor) -> Any:
        own, x, state = _parted(arguments, len(weights))
        rows = room(x[0]).unstack(x)

        def one(t: tf.Tensor, out: tf.TensorArray, stored: list[tf.TensorArray], state: list[tf.Tensor]) -> Any:
            y, after = step(own, rows.read(t), state)
            stored = [array.write(t, each) for array, each in zip(stored, state, strict=True)]
            return t + 1, out.write(t, y), stored, after

        out = tf.TensorArray(x.dtype, length, element_shape=(lanes, width))
        loop = (tf.constant(0), out, [room(each) for each in state], state)
        _, out, stored, _ = tf.while_loop(lambda t, *_: t < steps, one, loop, maximum_iterations=length)
        before = [array.stack() for array in stored]

        def back(dy: tf.Tensor, variables: Sequence[Any] = ()) -> Any:
            then, back_in = [room(each[0]).unstack(each) for each in before], room(dy[0]).unstack(dy)

            def one_back(t: tf.Tensor, dx: tf.TensorArray, dw: list[tf.Tensor], ds: list[tf.Tensor]) -> Any:
                t -= 1
                entering = [*own, rows.read(t), *(array.read(t) for array in then)]
                with tf.GradientTape(watch_accessed_variables=False) as tape:
                    tape.watch([each for each in entering if each.dtype.is_floating])
                    y, after = step(*_parted(entering, len(own)))
                found = tape.gradient(
                    [y, *after], entering, [back_in.read(t), *ds], unconnected_gradients=tf.UnconnectedGradients.ZERO
                )
                by_weights, by_x, by_state = _parted(found, len(own))
                return t, dx.write(t, by_x), [a + b for a, b in zip(dw, by_weights, strict=True)], by_state

            zeros = [tf.zeros_like(each) for each in own], [tf.zeros_like(each) for each in state]
            loop = (tf.convert_to_tensor(steps), room(x[0]), *zeros)
            _, dx, dw, ds = tf.while_loop(lambda t, *_: t > 0, one_back, loop, maximum_iterations=length)
            found = [*dw, dx.stack(), *ds]
            # a variable that a cell reads in addition to its weights is not trained
            return (found, [None for _ in variables]) if variables else found

        return out.stack(), back

    outputs: tf.Tensor = tf.custom_gradient(run)(*weights, inputs, *initial)
    return outputs


def _parted(arguments: Any, weights: int) -> tuple[list[tf.Tensor], tf.Tensor, list[tf.Tensor]]:
    """Split the arguments into weights, inputs and state."""
    return list(arguments[:weights]), arguments[weights], list(arguments[weights + 1 :])
