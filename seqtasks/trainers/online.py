"""Training on an endless stream, one step at a time, with credit through a window of the last steps."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, final

import tensorflow as tf

from seqtasks.core.memory import refuse_beyond_memory
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractTask
from seqtasks.core.trainer import AbstractLearner, AbstractTrainer
from seqtasks.errors import UsageError
from seqtasks.feeds.stream import StreamFeed
from seqtasks.keras.network import KerasBody, of_keras, reset
from seqtasks.keras.online_loop import AbstractCredit, Carry, Loss, OnlineLearner
from seqtasks.spec.annotation import Names, Range

UNKNOWN_DEPTH_WINDOW: Final = 10
LONGEST: Final = 1000
STEPS: Final = 20_000
WRITTEN_OUT: Final = 8  # steps of a window: each adds a third of a second to compilation


@final
@dataclass(frozen=True)
class Online(AbstractTrainer):
    """An update after every step; the state is carried on, and credit goes back through a window.

        s(j) = step(x(j), s(j-1)) for j = t-window+1 .. t, from the stored s(t-window), with today's weights
        weights <- optimizer(weights, d/dweights (1/B) sum over lanes of w(t) l(t))

    ``window=1`` is a stateful Keras layer fed one step at a time. To learn a lag of k exactly takes a window of
    k + 1. An episode's start inside the window resets the state there, and no credit goes back beyond it.

    Args:
        window: How many steps credit goes back through; none for the task's depth.
        lanes: B, how many parallel streams are learned from at once.
        optimizer: Any Keras optimizer. The default does not blow up small, biased gradients, so what was learned stays
            learned; see the explanation "Does it stay learned?".
        clip: The greatest global norm of a gradient; none for no limit.

    Example:
        >>> Online(window=1).window
        1

    Source: truncated backpropagation through time, Williams & Peng (1990), Neural Computation 2(4).
    """

    window: Annotated[int | None, Range(low=1, high=1000)] = None
    lanes: Annotated[int, Range(low=1, high=65536)] = 1
    optimizer: Annotated[Any, Names("optimizers")] = "adam:learning_rate=0.003,amsgrad=true,epsilon=0.001"
    clip: Annotated[float | None, Range(above=0)] = 1.0

    def learner(self, network: AbstractNetwork, task: AbstractTask, seed: int) -> AbstractLearner:
        """A learner of that window.

        Raises:
            UsageError: If the network is not made of Keras layers, or has dropout.
        """
        network = of_keras(network, "online")
        if network.body.dropout:
            raise UsageError(
                f"Dropout ({network.body.dropout}) is for whole sequences; the trainer online has no use for it.",
                "Leave dropout at 0, or use --trainer batch.",
            )
        window, numbers = self.horizon(task), network.shapes.inputs + 16 * network.body.units * len(network.body.layers)
        refuse_beyond_memory(
            4 * window * self.lanes * numbers,
            f"A window of {window:,} steps x {self.lanes:,} lanes x about {numbers:,} numbers x 4 bytes",
            "Use a shorter window, or fewer lanes or units.",
        )
        credit = WindowCredit(window)
        return OnlineLearner(network, task.shapes.kind, credit, self.optimizer, self.clip, self.lanes)

    def feed(
        self, task: AbstractTask, network: AbstractNetwork, seed: int, steps: int | None, epochs: int | None
    ) -> StreamFeed:
        """The task's stream.

        Raises:
            UsageError: If epochs are asked for: a stream has none.
        """
        if epochs is not None:
            raise UsageError("The trainer online learns from an endless stream, which has no epochs.", "Use --steps.")
        return StreamFeed(task.stream(seed, self.lanes), self.lanes, STEPS if steps is None else steps)

    def horizon(self, task: AbstractTask) -> int:
        """The window: the task's depth where none was set, but at most 1000."""
        return self.window or min(LONGEST, task.depth or UNKNOWN_DEPTH_WINDOW)


@final
@dataclass(frozen=True)
class WindowCredit(AbstractCredit):
    """Credit through the last ``window`` steps, which are run again at every step.

    The carry is the past inputs (window - 1, B, I) and starts (window - 1, B), oldest first, and the state before the
    oldest. Before ``window`` steps have passed, what lies before the first is wiped out by the reset at its start.
    """

    window: int

    def initial(self, body: KerasBody, lanes: int) -> Carry:
        """No inputs yet, and the initial state."""
        past = self.window - 1
        inputs, starts = tf.zeros((past, lanes, body.shapes.inputs)), tf.zeros((past, lanes), tf.bool)
        return [inputs, starts, *body.initial_state(lanes)]

    def forward(self, body: KerasBody, carry: Carry, inputs: tf.Tensor, starts: tf.Tensor) -> tuple[tf.Tensor, Carry]:
        """Run the window, and move it on by one step."""
        xs = tf.concat([carry[0], inputs[None]], axis=0)
        ss = tf.concat([carry[1], starts[None]], axis=0)
        initial = body.initial_state(inputs.shape[0])

        def step(j: Any, state: Carry) -> tuple[tf.Tensor, Carry]:
            return body.step(xs[j], reset(ss[j], initial, state))

        outputs, oldest = step(0, carry[2:])
        if self.window > 1:
            outputs, _ = step(-1, self._between(step, oldest))
        return outputs, [xs[1:], ss[1:], *oldest]

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
        self, body: KerasBody, carry: Carry, inputs: tf.Tensor, starts: tf.Tensor, loss: Loss, weights: tf.Tensor
    ) -> tuple[tf.Tensor, list[tf.Tensor], Carry]:
        """The gradient of this step's loss through the window."""
        variables = [variable.value for variable in body.trainable]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(variables)
            outputs, carry = self.forward(body, carry, inputs, starts)
            losses = loss(outputs)
            total = tf.reduce_mean(weights * losses)
        gradients = tape.gradient(total, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return losses, gradients, carry
