"""Training on an endless stream, one step at a time, with credit through a window of the last steps."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, final

import tensorflow as tf

from seqtasks.core.task import Objective
from seqtasks.core.trainer import window_for
from seqtasks.keras.architecture import Architecture, Tensors
from seqtasks.keras.credit.rule import AbstractCredit, Carry, Gradients, Moment
from seqtasks.keras.online_trainer import AbstractOnlineTrainer
from seqtasks.keras.program import reset
from seqtasks.spec.parameter import Range

WRITTEN_OUT: Final = 8  # steps of a window: each adds a third of a second to compilation
KEPT: Final = 16  # numbers that a unit's step leaves for the way back, about


@final
@dataclass(frozen=True)
class Online(AbstractOnlineTrainer):
    """An update after every step; the state is carried on, and credit goes back through a window.

        s(j) = step(x(j), s(j-1)) for j = t-window+1 .. t, from the stored s(t-window), with today's weights
        weights <- optimizer(weights, d/dweights (1/B) sum over lanes of w(t) l(t))

    ``window=1`` is a stateful Keras layer fed one step at a time. To learn a lag of k exactly takes a window of
    k + 1. An episode's start inside the window resets the state there, and no credit goes back beyond it.

    Args:
        window: How many steps credit goes back through; none for the task's depth.

    Example:
        >>> Online(window=1).window
        1

    Source: truncated backpropagation through time, Williams & Peng (1990), Neural Computation 2(4).
    """

    name: ClassVar[str] = "online"

    window: Annotated[int | None, Range(low=1, high=1000)] = None

    def credit(self, arch: Architecture, objective: Objective) -> AbstractCredit:
        """Credit through that window."""
        return WindowCredit(self.truncation_length(objective))

    def truncation_length(self, objective: Objective) -> int:
        """The window; by default the objective's depth, but at most 1000."""
        return window_for(objective, self.window)


@final
@dataclass(frozen=True)
class WindowCredit(AbstractCredit):
    """Credit through the last ``window`` steps, which are run again at every step.

    The carry is the past inputs (B, window - 1, I) and starts (B, window - 1), oldest first, and the state before the
    oldest. Before ``window`` steps have passed, what lies before the first is wiped out by the reset at its start.
    """

    window: int

    @property
    def vectorised(self) -> bool:
        """Not where the window is run in a loop."""
        return self.window - 1 <= WRITTEN_OUT

    def numbers(self, arch: Architecture) -> tuple[int, str]:
        """The inputs of a window, and what its steps leave for the way back."""
        each = arch.shapes.inputs + KEPT * sum(part.layer.cell.output_size for part in arch.layers)
        return self.window * each, f"A window of {self.window:,} steps x about {each:,} numbers"

    def initial(self, arch: Architecture, weights: Tensors, lanes: int, seed: int) -> Carry:
        """No inputs yet, and the initial state."""
        past = self.window - 1
        inputs, starts = tf.zeros((lanes, past, arch.shapes.inputs), arch.dtype), tf.zeros((lanes, past), tf.bool)
        return [inputs, starts, *arch.initial_state(weights, lanes)]

    def forward(self, arch: Architecture, weights: Tensors, carry: Carry, moment: Moment) -> tuple[tf.Tensor, Carry]:
        """Run the window, and move it on by one step."""
        xs = tf.concat([carry[0], moment.inputs[:, None]], axis=1)
        ss = tf.concat([carry[1], moment.starts[:, None]], axis=1)
        initial = arch.initial_state(weights, moment.inputs.shape[0])

        def step(j: Any, state: Carry) -> tuple[tf.Tensor, Carry]:
            return arch.step(weights, xs[:, j], reset(ss[:, j], initial, state))

        outputs, oldest = step(0, carry[2:])
        if self.window > 1:
            outputs, _ = step(-1, self._between(step, oldest))
        return outputs, [xs[:, 1:], ss[:, 1:], *oldest]

    def _between(self, step: Callable[[Any, Carry], tuple[tf.Tensor, Carry]], state: Carry) -> Carry:
        """Steps 1 to window - 2: written out one after another where few, which is faster, else in a loop."""
        last = self.window - 1
        if last <= WRITTEN_OUT:
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
        self, arch: Architecture, weights: Tensors, carry: Carry, moment: Moment
    ) -> tuple[tf.Tensor, Gradients, Carry]:
        """The gradient of this step's loss through the window."""
        trained = arch.trained(weights)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(trained)
            outputs, carry = self.forward(arch, weights, carry, moment)
            total = moment.total(outputs)
        gradients = tape.gradient(total, trained, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return outputs, gradients, carry
