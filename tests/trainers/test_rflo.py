"""RFLO's gradients, with the weights frozen."""

import numpy as np
import pytest
from keras.layers import GRUCell
from support.frozen import apart, by_rule, by_time, drawn, drawn_of, sequence

from seqtasks.errors import UsageError
from seqtasks.keras.credit.truncated_bptt import TruncatedBPTTCredit
from seqtasks.tasks.prev_bit import PrevBit
from seqtasks.trainers.rflo import RFLO

pytestmark = pytest.mark.tensorflow

CHUNK = sequence(20)
RULE = RFLO().credit(drawn("gru:units=3").architecture, PrevBit().objective)


def test_a_trace_leaks_as_its_unit_does():
    """For a leaky network: E = (1 - leak) E + leak tanh' (x, h, 1), and each weight's gradient is dl/dh_i E."""
    network, leak = drawn("leaky-rnn:units=4,leak=0.3"), 0.3
    w, u, b, v, d = network.arrays
    rows, h, traces = [], np.zeros(4), np.zeros((2 + 4 + 1, 4))
    for x, target in zip(CHUNK.inputs[0], CHUNK.targets[0], strict=True):
        weighed, candidate = np.concatenate([x, h, [1]]), np.tanh(x @ w + h @ u + b)
        h = (1 - leak) * h + leak * candidate
        traces = (1 - leak) * traces + np.outer(weighed, leak * (1 - candidate**2))
        error = h @ v + d - target
        rows.append(np.concatenate([(traces * (v @ error)).ravel(), np.outer(h, error).ravel(), error]))
    assert apart(by_rule(network, RULE, CHUNK), np.array(rows)).max() < 1e-12


@pytest.mark.parametrize("name", ["simple-rnn:units=3", "simple-rnn:units=3,layers=2", "leaky-rnn:units=3,leak=1.0"])
def test_without_a_leak_it_is_a_window_of_one_step(name):
    """The state passes to the next step through the weighted sums alone."""
    network = drawn(name)
    assert apart(by_rule(network, RULE, CHUNK), by_rule(network, TruncatedBPTTCredit(1), CHUNK)).max() < 1e-12


@pytest.mark.parametrize("name", ["lru:units=3", "indrnn:units=3", "mingru:units=3"])
def test_where_units_do_not_mix_it_is_exact(name):
    """The state passes to the next step only outside of the weighted sums."""
    network = drawn(name)
    assert apart(by_rule(network, RULE, CHUNK), by_time(network, CHUNK)).max() < 1e-10


def test_a_cell_without_structure_is_refused():
    """A GRU that applies its reset gate before the matrix product declares none."""
    network = drawn_of([lambda dtype: GRUCell(2, reset_after=False, dtype=dtype)])
    with pytest.raises(UsageError) as caught:
        RFLO().learner(network, PrevBit().objective, 0)
    assert str(caught.value) == "The trainer rflo needs the structure of each cell, but GRUCell declares none."
    assert caught.value.hint == (
        "Use gru, lstm, simple-rnn or a built-in cell, or derive the cell from AbstractStructuredCell."
    )
