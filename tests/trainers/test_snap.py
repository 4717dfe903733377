"""SnAp's gradients, with the weights frozen, against formulas, RTRL and backpropagation."""

import keras
import numpy as np
import pytest
from keras import ops
from support.frozen import SHAPES, apart, by_layer, by_rule, by_time, columns, drawn, drawn_of, randomised, sequence

from seqtasks.errors import UsageError
from seqtasks.keras.credit.eligibility_traces import EligibilityTraces
from seqtasks.keras.credit.rtrl import exact_credit
from seqtasks.keras.credit.snap import SnApCredit
from seqtasks.models.gru import GRU
from seqtasks.models.standard import Standard
from seqtasks.tasks.prev_bit import PrevBit
from seqtasks.trainers.snap import SnAp

pytestmark = pytest.mark.tensorflow

CHUNK = sequence(20)
SNAP_1 = EligibilityTraces(whole=True, masked=True)
EXACT = exact_credit


@pytest.mark.parametrize("name", ["lstm:units=3", "lru:units=3", "gru:units=3,layers=2"])
def test_traces_are_the_masked_influence(name):
    """For n = 1, a number for each weight and array gives what all of S with zeros in it does."""
    network = drawn(name)
    got, wanted = (by_rule(network, credit, CHUNK) for credit in (SNAP_1, SnApCredit(1)))
    assert apart(got, wanted).max() < 1e-12
    assert apart(got, by_rule(network, EXACT, CHUNK))[5:].min() > 1e-4


@pytest.mark.parametrize("name", ["indrnn:units=3", "mingru:units=3"])
def test_it_is_exact_where_units_do_not_mix(name):
    """Backpropagation through the whole past finds nothing more."""
    network = drawn(name)
    assert apart(by_rule(network, SNAP_1, CHUNK), by_time(network, CHUNK)).max() < 1e-10


def test_a_trace_is_a_units_own_past():
    """For an Elman network: E = U_ii tanh' E + tanh' (x, h, 1), and each weight's gradient is dl/dh_i E."""
    network = drawn("simple-rnn:units=4")
    w, u, b, v, d = network.arrays
    rows, h, traces = [], np.zeros(4), np.zeros((2 + 4 + 1, 4))
    for x, target in zip(CHUNK.inputs[0], CHUNK.targets[0], strict=True):
        weighed, h = np.concatenate([x, h, [1]]), np.tanh(x @ w + h @ u + b)
        slope = 1 - h**2
        traces = np.diag(u) * slope * traces + np.outer(weighed, slope)
        error = h @ v + d - target  # the derivative of a mean over two outputs
        rows.append(np.concatenate([(traces * (v @ error)).ravel(), np.outer(h, error).ravel(), error]))
    assert apart(by_rule(network, SNAP_1, CHUNK), np.array(rows)).max() < 1e-12


@pytest.mark.parametrize("name", ["gru:units=3", "lstm:units=3"])
def test_two_steps_reach_all_units_that_see_one_another(name):
    """In one layer n = 2 is RTRL."""
    network = drawn(name)
    got, wanted = (by_rule(network, credit, CHUNK) for credit in (SnApCredit(2), EXACT))
    assert apart(got, wanted).max() < 1e-12


class RingCell(keras.layers.Layer):
    """An Elman network of six units that each see themselves and the one before them."""

    units = state_size = output_size = 6

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units))
        self.recurrent_kernel = self.add_weight(shape=(self.units, self.units))

    def call(self, inputs, states, training=False):
        seen = np.eye(self.units) + np.roll(np.eye(self.units), 1, axis=1)
        sums = ops.matmul(inputs, self.kernel) + ops.matmul(states[0], self.recurrent_kernel * seen)
        h = ops.tanh(sums)
        return h, [h]

    def get_initial_state(self, batch_size=None):
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)]


def test_in_a_ring_each_further_step_reaches_a_further_unit():
    """With n = 1, 2 and 3 it comes nearer to RTRL each time, and with n = 6 it is RTRL, which is exact."""
    network = drawn_of([RingCell])
    exact = by_rule(network, EXACT, CHUNK)
    got = [by_rule(network, SnApCredit(n), CHUNK) for n in (1, 2, 3)]
    off = [np.linalg.norm(each - exact) for each in got]
    assert off[0] > 1.2 * off[1] > 1.44 * off[2] > 0
    assert min(apart(a, b)[10:].min() for a, b in [(got[0], got[1]), (got[1], got[2]), (got[2], exact)]) > 1e-6
    assert apart(by_rule(network, SnApCredit(6), CHUNK), exact).max() < 1e-12
    assert apart(exact, by_time(network, CHUNK)).max() < 1e-10


def test_in_a_stack_the_past_of_the_layers_above_is_dropped():
    """With n = 2 it is exact within each layer; the upper layer has RTRL's gradient, and the lower one has not."""
    network, chunk = drawn("gru:units=3,layers=2"), sequence(6)
    got, exact = (by_rule(network, credit, chunk) for credit in (SnApCredit(2), EXACT))
    assert apart(got, by_layer(network, chunk)).max() < 1e-10
    lower, upper = slice(0, columns(network, 2).stop), slice(columns(network, 3).start, None)
    assert apart(got[:, upper], exact[:, upper]).max() < 1e-10
    assert apart(got[:, lower], exact[:, lower])[3:].min() > 1e-3


def test_cells_that_tell_their_structure_pay_for_traces_alone():
    """With n = 1 it takes a number for each weight there, 3 H (I + H + 2), and all of the influence elsewhere."""
    arch = GRU(units=3).build(SHAPES, seed=0).architecture
    assert SnAp().credit(arch, PrevBit().objective).carry_size(arch) == (63, "63 traces")
    undeclared = drawn_of([RingCell]).architecture
    assert SnAp().credit(undeclared, PrevBit().objective).carry_size(undeclared) == (
        48 * 6,
        "The influence of 48 weights on 6 state values",
    )
    stack = GRU(units=3, layers=2).build(SHAPES, seed=0).architecture
    assert SnAp(n=2).credit(stack, PrevBit().objective).carry_size(stack) == (
        (63 + 72) * 3,
        "The influence of 63 weights on 3 state values + 72 weights on 3 state values",
    )


class HalvingCell(keras.layers.SimpleRNNCell):
    """Its output is no array of its state."""

    def call(self, sequence, states, training=False):
        h, states = super().call(sequence, states)
        return h / 2, states


def test_an_output_that_is_no_state_is_refused():
    """SnAp needs the derivative of the loss by the new state; RTRL uses that by the old state."""
    network = Standard(HalvingCell, {"units": 2}).build(SHAPES, seed=0)
    with pytest.raises(UsageError) as caught:
        SnAp().learner(network, PrevBit().objective, 0)
    assert str(caught.value) == (
        "The trainer snap needs a cell whose output is an array of its new state, and that of HalvingCell is not."
    )
    assert caught.value.hint == (
        "Return the state itself as the output, or derive the cell from AbstractStructuredCell."
    )
    halved = randomised(Standard(HalvingCell, {"units": 2}).build(SHAPES, 0, dtype="float64"), 0)
    assert apart(by_rule(halved, EXACT, CHUNK), by_time(halved, CHUNK)).max() < 1e-10
