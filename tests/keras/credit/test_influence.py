"""Carried influence inside the compiled loop of online training."""

import numpy as np
import pytest
from support.frozen import SHAPES, apart, by_rule, sequence

from seqtasks.keras.credit.eligibility_traces import EligibilityTraces
from seqtasks.keras.credit.kf_rtrl import KFRTRLCredit
from seqtasks.keras.credit.rtrl import FactoredRTRL, ReplayedRTRL
from seqtasks.keras.credit.uoro import UOROCredit
from seqtasks.keras.online_learner import OnlineLearner
from seqtasks.models.simple_rnn import SimpleRNN

pytestmark = pytest.mark.tensorflow

RULES = [
    FactoredRTRL(3),
    ReplayedRTRL(3),
    EligibilityTraces(whole=True, masked=True),
    UOROCredit(),
    KFRTRLCredit(),
]


@pytest.mark.parametrize("credit", RULES, ids=lambda credit: type(credit).__name__)
def test_steps_that_do_not_count_move_the_influence(credit):
    """With plain descent at rate 1, the one step that counts moves the weights by the gradient that all led to.

    The steps before it change nothing, so that the weights stand still, and signs are drawn at all of them.
    """
    chunk = sequence(8, weights=[np.arange(8) == 7])
    network = SimpleRNN(units=3).build(SHAPES, 0, dtype="float64")
    (wanted,) = by_rule(network, credit, chunk, seed=5)[7:]
    before = network.weights()
    learner = OnlineLearner([network], "real", credit, "sgd:learning_rate=1.0", None, 1, [5])
    learner.learn(chunk.between(0, 7))
    assert all(np.array_equal(a, b) for a, b in zip(before, network.weights(), strict=True))
    learner.learn(chunk.between(7, 8))
    moved = np.concatenate([(a - b).ravel() for a, b in zip(before, network.weights(), strict=True)])
    assert apart(moved, wanted) < 1e-6
    late = by_rule(network, credit, sequence(8, weights=[np.arange(8) == 7], starts=[(0, 7)]), seed=5)[7]
    assert apart(late, wanted) > 1e-2
