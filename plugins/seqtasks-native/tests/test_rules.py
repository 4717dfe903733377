"""The gradients of the rules, in double precision, against differences and against influence matrices in NumPy.

Axis letters: B lanes, T steps.
"""

import numpy as np
import pytest
from seqtasks_native.cells.lru import NativeLRU
from seqtasks_native.cells.lstm import NativeLSTM
from seqtasks_native.trainers.diagonal import NativeDiagonal
from seqtasks_native.trainers.online import NativeOnline
from seqtasks_native.trainers.rtrl import NativeRTRL
from seqtasks_native.trainers.snap import NativeSnAp
from support.native_oracle import gradient, outputs

from seqtasks.core.loss import step_losses
from seqtasks.core.task import Chunk, Objective, Shapes

LANES, STEPS, CLASSES = 2, 19, 3  # two blocks of eight steps and a part of a third
SHAPES = Shapes(2, CLASSES, "class")
FROZEN = {"lanes": LANES, "optimizer": "sgd:learning_rate=1e-200"}


def network(model):
    """A network in double precision whose weights are drawn at random."""
    made = model(units=4).build(SHAPES, 0, dtype="float64")
    made.values[:] = np.random.default_rng(1).normal(0, 0.5, made.values.shape)
    return made


def data():
    """A chunk, one of whose lanes starts an episode in the second block."""
    rng = np.random.default_rng(2)
    starts = np.zeros((LANES, STEPS), bool)
    starts[:, 0] = starts[0, 10] = True
    targets = rng.integers(0, CLASSES, (LANES, STEPS, 1))
    return Chunk(rng.normal(size=(LANES, STEPS, 2)), targets, np.ones((LANES, STEPS), np.float32), starts)


def learned(trainer, made, chunk):
    """Losses, outputs, and the gradient of the last step."""
    learner = trainer.learner(made, Objective(SHAPES), 0)
    losses, found = learner.follow(chunk)
    return losses, found, learner.gradients()[0]


@pytest.mark.parametrize("model", [NativeLSTM, NativeLRU])
def test_exact_rules_are_the_gradient_by_differences(model):
    """A window over all steps, RTRL in blocks and, where units do not mix, traces; all within 1e-12 of each other."""
    made, chunk = network(model), data()
    wanted = gradient(made, chunk)
    expected = outputs(made, made.values, chunk.inputs, chunk.starts)
    trainers = [NativeOnline(window=STEPS, **FROZEN), NativeRTRL(**FROZEN)]
    if model is NativeLRU:
        trainers.append(NativeDiagonal(**FROZEN))
    gradients = []
    for trainer in trainers:
        losses, found, g = learned(trainer, made, chunk)
        assert found == pytest.approx(expected, abs=1e-12)
        assert losses == pytest.approx(step_losses("class", chunk.targets, expected), abs=1e-6)
        assert g == pytest.approx(wanted, abs=1e-8 * np.abs(wanted).max())
        gradients.append(g)
    for g in gradients[1:]:
        assert g == pytest.approx(gradients[0], abs=1e-12 * np.abs(wanted).max())


def test_a_sparse_rule_differs_from_the_exact_one():
    """SnAp-1 of an LSTM is another gradient, so that the test above can tell rules apart."""
    made, chunk = network(NativeLSTM), data()
    wanted, (_, _, found) = gradient(made, chunk), learned(NativeSnAp(**FROZEN), made, chunk)
    size = np.abs(wanted).max()
    assert np.abs(found - wanted).max() > 1e-3 * size
    assert found[-15:] == pytest.approx(wanted[-15:], abs=1e-8 * size)  # the readout's is exact
