"""The gradients of exact traces, with the weights frozen."""

import pytest
from support.frozen import SHAPES, apart, by_layer, by_rule, by_time, columns, drawn, sequence

from seqtasks.errors import UsageError
from seqtasks.keras.credit.rtrl import exact_credit
from seqtasks.models.gru import GRU
from seqtasks.tasks.prev_bit import PrevBit
from seqtasks.trainers.diagonal import Diagonal

pytestmark = pytest.mark.tensorflow

RTU = ["rtu:units=3", "rtu:units=3,activation=tanh", "rtu:units=3,activation=tanh,nonlinear=true"]
RULE = Diagonal().credit(drawn("lru:units=3").architecture, PrevBit().objective)


@pytest.mark.parametrize(("dtype", "rounding"), [("float64", 1e-10), ("float32", 1e-4)])
@pytest.mark.parametrize("name", ["lru:units=3", "indrnn:units=3", "mingru:units=3", *RTU])
def test_one_layer_has_the_exact_gradient(name, dtype, rounding):
    """It is backpropagation through the whole past, at each of 40 steps."""
    chunk = sequence(40)
    assert apart(by_rule(drawn(name, dtype), RULE, chunk), by_time(drawn(name), chunk)).max() < rounding


def test_in_a_stack_the_past_of_the_layers_above_is_dropped():
    """The upper layer has RTRL's gradient; the lower one only what comes through the upper one's present step."""
    network, chunk = drawn("lru:units=3,layers=2"), sequence(6)
    got, exact = (by_rule(network, credit, chunk) for credit in (RULE, exact_credit))
    assert apart(got, by_layer(network, chunk)).max() < 1e-10
    lower, upper = slice(0, columns(network, 3).stop), slice(columns(network, 4).start, None)
    assert apart(got[:, upper], exact[:, upper]).max() < 1e-10
    assert apart(got[:, lower], exact[:, lower])[3:].min() > 1e-3


def test_it_carries_a_number_for_each_weight_and_array():
    """Two for each of an LRU's H (2 I + 3) weights."""
    arch = drawn("lru:units=3").architecture
    assert RULE.carry_size(arch) == (2 * 21, "42 traces")


def test_units_that_mix_are_refused():
    """The hint names trainers and cells that do."""
    with pytest.raises(UsageError) as caught:
        Diagonal().learner(GRU(units=2).build(SHAPES, seed=0), PrevBit().objective, 0)
    assert str(caught.value) == "The units of GRUCell interact: each weight affects several units."
    assert caught.value.hint == "Use --trainer rtrl or snap, or a cell such as rtu, lru, indrnn or mingru."
