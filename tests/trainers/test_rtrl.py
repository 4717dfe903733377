"""RTRL's gradients, with the weights frozen, against backpropagation through the whole past."""

from functools import partial

import keras
import numpy as np
import pytest
from support.frozen import apart, by_rule, by_time, drawn, drawn_of, sequence

from seqtasks.errors import UsageError
from seqtasks.keras.credit.rtrl import FactoredRTRL, ReplayedRTRL, exact_credit
from seqtasks.keras.online_learner import OnlineLearner
from seqtasks.models.gru import GRU
from seqtasks.tasks.prev_bit import PrevBit
from seqtasks.trainers.rtrl import RTRL

pytestmark = pytest.mark.tensorflow

NETWORKS = ["gru:units=4", "lstm:units=3", "simple-rnn:units=4", "lru:units=3", "gru:units=3,layers=2"]
LONG, SHORT = sequence(200), sequence(20)


@pytest.fixture(scope="module")
def wanted():
    """Each network's true gradients over 200 steps, in float64."""
    return {name: by_time(drawn(name), LONG) for name in NETWORKS}


@pytest.mark.parametrize(("dtype", "rounding"), [("float64", 1e-10), ("float32", 1e-4)])
@pytest.mark.parametrize("name", NETWORKS)
def test_it_is_backpropagation_through_the_whole_past(name, dtype, rounding, wanted):
    """Over 200 steps, each step's gradient and their sum."""
    got, exact = by_rule(drawn(name, dtype), exact_credit, LONG).astype(np.float64), wanted[name]
    assert apart(got, exact).max() < rounding
    assert apart(got.sum(axis=0), exact.sum(axis=0)) < rounding


@pytest.mark.parametrize("name", NETWORKS)
def test_the_past_matters_to_what_was_compared(name, wanted):
    """Where an episode starts at step 180, the next five gradients are others, by much more than the tolerance."""
    cut = by_rule(drawn(name), exact_credit, sequence(200, starts=[(0, 180)]))
    assert apart(cut, wanted[name])[:180].max() < 1e-10
    assert apart(cut, wanted[name])[180:185].min() > 1e-3


class AlteredGRU(keras.layers.GRUCell):
    """A GRU that declares no structure."""


class TrainedStartGRU(keras.layers.GRUCell):
    """A GRU whose state before the first step is trained."""

    def build(self, input_shape):
        super().build(input_shape)
        self.first = self.add_weight(shape=(self.units,), initializer="zeros", name="first")

    def get_initial_state(self, batch_size=None):
        return [keras.ops.broadcast_to(self.first, (batch_size, self.units))]


UNDECLARED = {
    "gru-like": [partial(AlteredGRU, 4)],
    "reset before": [partial(keras.layers.GRUCell, 4, reset_after=False)],
    "trained start": [partial(TrainedStartGRU, 3)],
    "two": [partial(AlteredGRU, 3), partial(keras.layers.LSTMCell, 2)],
}


@pytest.mark.parametrize("name", UNDECLARED)
def test_cells_without_a_declared_structure_have_the_same_credit(name):
    """The whole step is differentiated."""
    network = drawn_of(UNDECLARED[name])
    assert network.architecture.layers[0].structure is None
    chunk = sequence(20, starts=[(0, 7)])
    assert apart(by_rule(network, exact_credit, chunk), by_time(network, chunk)).max() < 1e-10


def test_with_and_without_its_structure_a_gru_has_the_same_credit():
    """A subclass that changes nothing, with the same weights."""
    declared, undeclared = drawn_of([partial(keras.layers.GRUCell, 4)]), drawn_of(UNDECLARED["gru-like"])
    assert declared.architecture.layers[0].structure is not None
    got, wanted = (by_rule(network, exact_credit, SHORT) for network in (declared, undeclared))
    assert apart(got, wanted).max() < 1e-12


@pytest.mark.parametrize("steps", [1, 3, 50])
@pytest.mark.parametrize("rule", [FactoredRTRL, ReplayedRTRL])
def test_the_length_of_a_block_changes_nothing(rule, steps):
    """The sensitivity is updated after every step, every third step, and never within the 20."""
    network, chunk = drawn("lstm:units=2"), sequence(20, starts=[(0, 7)])
    assert apart(by_rule(network, rule(steps), chunk), by_time(network, chunk)).max() < 1e-10


def test_the_factored_form_uses_past_weights_and_the_replayed_form_current_ones():
    """Weights that change much at every step: only the factored form stores the influence of each step."""
    learned = {}
    for rule in (FactoredRTRL, ReplayedRTRL):
        for steps in (1, 8):
            network = drawn("gru:units=3")
            OnlineLearner([network], "real", rule(steps), "sgd:learning_rate=0.1", None, 1, [0]).learn(SHORT)
            learned[rule, steps] = np.concatenate([array.ravel() for array in network.weights()])
    assert apart(learned[FactoredRTRL, 8], learned[FactoredRTRL, 1]) < 1e-10
    assert 1e-6 < apart(learned[ReplayedRTRL, 8], learned[FactoredRTRL, 8]) < 0.1


@pytest.mark.parametrize("name", ["gru:units=4", "gru:units=3,layers=2"])
def test_lanes_and_episodes_are_independent(name):
    """Three lanes, some steps with weight 0, and starts in the middle: the mean over the lanes' own episodes."""
    weights = np.random.default_rng(0).choice([0.0, 1.0, 2.5], size=(3, 20))
    chunk = sequence(20, lanes=3, starts=[(0, 7), (0, 8), (2, 15)], weights=weights)
    network = drawn(name)
    assert apart(by_rule(network, exact_credit, chunk), by_time(network, chunk)).max() < 1e-10


def test_an_influence_larger_than_memory_is_an_error_before_allocation():
    """The message has the arithmetic."""
    network = GRU(units=4096, recurrent_initializer="zeros").build(PrevBit().shapes, seed=0)
    with pytest.raises(UsageError) as caught:
        RTRL(lanes=2).learner(network, PrevBit().objective, 0)
    assert str(caught.value).startswith(
        "The influence of 50,368,512 weights on 4,096 state values x 3 (the update takes it twice more) "
        "x 2 lanes x 4 bytes x 2 (before a step and after) = 9,223 GiB, and there are "
    )
    assert caught.value.hint == "Use fewer units, lanes or replicas, or another trainer."
