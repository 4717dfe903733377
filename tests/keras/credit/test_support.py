"""Cells that a rule cannot work with are refused before anything is compiled."""

import keras
import pytest
import tensorflow as tf
from support.frozen import drawn_of

from seqtasks.errors import UsageError
from seqtasks.tasks.prev_bit import PrevBit
from seqtasks.trainers.online import Online
from seqtasks.trainers.rtrl import RTRL
from seqtasks.trainers.snap import SnAp
from seqtasks.trainers.uoro import UORO

pytestmark = pytest.mark.tensorflow


class LoopingCell(keras.layers.SimpleRNNCell):
    """Takes its step twice, in a loop."""

    def call(self, sequence, states, training=False):
        def twice(i, h):
            return i + 1, super(LoopingCell, self).call(sequence, [h])[0]

        _, h = tf.while_loop(lambda i, _: i < 2, twice, (0, states[0]))
        h = tf.ensure_shape(h, states[0].shape)
        return h, [h]


class RoundingCell(keras.layers.SimpleRNNCell):
    """Its state is whole numbers."""

    def call(self, sequence, states, training=False):
        h = tf.round(super().call(sequence, states)[0])
        return h, [h]


@pytest.mark.parametrize("trainer", [RTRL(), SnAp(), UORO()])
def test_a_loop_in_the_step_is_refused_where_it_would_be_vectorised(trainer):
    """With what to do about it; a window takes it."""
    network = drawn_of([lambda **given: LoopingCell(3, **given)])
    with pytest.raises(UsageError) as caught:
        trainer.learner(network, PrevBit().objective, 0)
    assert caught.value.message == (
        f"The trainer {trainer.name} differentiates a step with respect to all values of the state at once, but the "
        "step of LoopingCell contains a loop."
    )
    assert caught.value.hint == "Unroll the loop, or use --trainer online, which takes any cell."
    Online(window=1).learner(network, PrevBit().objective, 0)


def test_a_step_without_a_gradient_is_refused():
    """Rounding leaves none; the same cell without it has one."""
    network = drawn_of([lambda **given: RoundingCell(3, **given)])
    with pytest.raises(UsageError) as caught:
        Online(window=1).learner(network, PrevBit().objective, 0)
    assert caught.value.message == (
        "The step of RoundingCell has no gradient with respect to its weights, and the trainer online needs one."
    )
    Online(window=1).learner(drawn_of([lambda **given: keras.layers.SimpleRNNCell(3, **given)]), PrevBit().objective, 0)


@pytest.mark.parametrize("trainer", [RTRL(), SnAp(), UORO()])
def test_a_network_that_trains_no_recurrent_weight_is_refused_by_rules_for_them(trainer):
    """A reservoir leaves them nothing to do; window 1 trains its readout."""

    def reservoir(**given):
        return keras.layers.SimpleRNNCell(3, trainable=False, **given)

    with pytest.raises(UsageError) as caught:
        trainer.learner(drawn_of([reservoir]), PrevBit().objective, 0)
    assert caught.value.message == (
        f"The trainer {trainer.name} trains recurrent weights, but this network has none that are trainable."
    )
    assert caught.value.hint == ("Use --trainer online:window=1, which trains the readout, or a trainer of readouts.")
    Online(window=1).learner(drawn_of([reservoir]), PrevBit().objective, 0)
