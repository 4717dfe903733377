"""Truncated backpropagation through time: the gradient of a step's loss through a window of the last steps.

Axis letters: B lanes, I inputs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, final

import tensorflow as tf

from seqtasks.keras.architecture import Architecture, Tensors
from seqtasks.keras.credit.rule import AbstractCredit, Carry, Gradients, TimeStep
from seqtasks.keras.program import reset

UNROLLED: Final = 8  # steps of a window: each adds a third of a second to compilation
STORED: Final = 16  # numbers that a unit's step stores for the backward pass, about


@final
@dataclass(frozen=True)
class TruncatedBPTTCredit(AbstractCredit):
    """The gradient through the last ``window`` steps, which are run again at every step.

    The carry is the past inputs (B, window - 1, I) and starts (B, window - 1), oldest first, and the state before the
    oldest. In the first ``window`` steps, the reset at the start erases everything before it.
    """

    window: int

    @property
    def vectorised(self) -> bool:
        """Whether the window is unrolled; a loop does not vectorise."""
        return self.window - 1 <= UNROLLED

    def carry_size(self, arch: Architecture) -> tuple[int, str]:
        """The inputs of a window, and the numbers that its steps store for the backward pass."""
        each = arch.shapes.inputs + STORED * sum(part.layer.cell.output_size for part in arch.layers)
        return self.window * each, f"A window of {self.window:,} steps x about {each:,} numbers"

    def initial(self, arch: Architecture, weights: Tensors, lanes: int, seed: int) -> Carry:
        """Inputs of zeros, and the initial state."""
        past = self.window - 1
        inputs, starts = tf.zeros((lanes, past, arch.shapes.inputs), arch.dtype), tf.zeros((lanes, past), tf.bool)
        return [inputs, starts, *arch.initial_state(weights, lanes)]

    def forward(self, arch: Architecture, weights: Tensors, carry: Carry, now: TimeStep) -> tuple[tf.Tensor, Carry]:
        """Run the window, and move it on by one step."""
        xs = tf.concat([carry[0], now.inputs[:, None]], axis=1)
        ss = tf.concat([carry[1], now.starts[:, None]], axis=1)
        initial = arch.initial_state(weights, now.inputs.shape[0])

        def step(j: Any, state: Carry) -> tuple[tf.Tensor, Carry]:
            return arch.step(weights, xs[:, j], reset(ss[:, j], initial, state))

        outputs, oldest = step(0, carry[2:])
        if self.window > 1:
            outputs, _ = step(-1, self._between(step, oldest))
        return outputs, [xs[:, 1:], ss[:, 1:], *oldest]

    def _between(self, step: Callable[[Any, Carry], tuple[tf.Tensor, Carry]], state: Carry) -> Carry:
        """Steps 1 to window - 2: unrolled if there are few, which is faster, else in a loop."""
        last = self.window - 1
        if last <= UNROLLED:
            for j in range(1, last):
                _, state = step(j, state)
            return state
        loop = tf.while_loop(
            lambda j, *_: j < last,
            lambda j, *before: (j + 1, *step(j, list(before))[1]),
            (tf.constant(1), *state),
            maximum_iterations=last - 1,  # XLA has to know how much to keep for the way back
        )
        return list(loop[1:])

    def learn(
        self, arch: Architecture, weights: Tensors, carry: Carry, now: TimeStep
    ) -> tuple[tf.Tensor, Gradients, Carry]:
        """The gradient of this step's loss through the window."""
        trained = arch.trained(weights)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(trained)
            outputs, carry = self.forward(arch, weights, carry, now)
            total = now.total(outputs)
        gradients = tape.gradient(total, trained, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return outputs, gradients, carry
