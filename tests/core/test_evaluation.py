"""Losses of known predictors in the place of a network, against the tasks' yardsticks."""

import numpy as np
import pytest

from seqtasks.core.loss import evaluate
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import Chunk, Shapes
from seqtasks.tasks.delay import Delay
from seqtasks.tasks.echo import Echo
from seqtasks.tasks.prev_bit import PrevBit
from seqtasks.tasks.same_bit import SameBit


class Fake(AbstractNetwork):
    """Outputs are a function of the whole inputs (B, T, I)."""

    weights = load = None

    def __init__(self, shapes, law):
        self._shapes, self.law = shapes, law

    @property
    def shapes(self):
        return self._shapes

    def initial_state(self, batch_size):
        return ()

    def compile(self, batch_size):
        pass

    def run(self, inputs, starts, state):
        return np.asarray(self.law(inputs), np.float32), state


def ago(inputs, lag):
    """The inputs of ``lag`` steps ago, 0 before the start."""
    return np.pad(inputs, ((0, 0), (lag, 0), (0, 0)))[:, : inputs.shape[1]]


def constant(value):
    return lambda inputs: np.broadcast_to(value, (*inputs.shape[:2], np.size(value)))


def logit(p):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p))


SYMBOLS = Delay(lag=2, symbols=4)
CASES = {
    "prev-bit perfect": (PrevBit(), lambda x: 1 - ago(x, 1), "optimum"),
    "prev-bit constant": (PrevBit(), constant(0.75), "chance"),
    "prev-bit memoryless": (PrevBit(), constant(0.75), "memoryless"),
    "same-bit memoryless": (SameBit(), lambda x: 1 - x, "memoryless"),
    "echo perfect": (Echo(), lambda x: logit(0.5 + ago(x, 3) / 2 - ago(x, 8) / 4), "optimum"),
    "echo constant": (Echo(), constant(logit(0.625)), "chance"),
    "delay of symbols perfect": (SYMBOLS, lambda x: 50.0 * np.eye(4)[ago(x, 2)[..., 0]], "optimum"),
    "delay of symbols constant": (SYMBOLS, constant(np.zeros(4)), "chance"),
    "delay of symbols memoryless": (SYMBOLS, constant(np.zeros(4)), "memoryless"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_known_predictor_reaches_its_yardstick(case):
    """Within four standard errors of the exact value."""
    task, law, yardstick = CASES[case]
    found = evaluate(Fake(task.shapes, law), task.test(seed=0))
    assert abs(found.loss - getattr(task.yardsticks(), yardstick)) <= 4 * found.error + 1e-12


def test_the_standard_error_is_the_spread_over_seeds():
    """The losses of forty test sets scatter as each one's own standard error says, within 30 %."""
    task = PrevBit()
    found = [evaluate(Fake(task.shapes, constant(0.75)), task.test(seed)) for seed in range(40)]
    spread = np.std([evaluation.loss for evaluation in found], ddof=1)
    assert np.mean([evaluation.error for evaluation in found]) == pytest.approx(spread, rel=0.3)


def chunk_of(weights):
    weights = np.array(weights, np.float32)
    targets = np.arange(weights.size, dtype=np.float32).reshape(*weights.shape, 1)
    return Chunk(targets, targets, weights, np.zeros(weights.shape, bool))


def test_losses_are_weighted():
    """(2 * 0 + 1 * 1 + 3 * 9) / 6: the third step does not count."""
    found = evaluate(Fake(Shapes(1, 1), constant(0.0)), chunk_of([[2, 1, 0, 3]]))
    assert found.loss == pytest.approx(28 / 6)


def test_where_nothing_counts_there_is_no_loss():
    """Not a number, and no warning."""
    found = evaluate(Fake(Shapes(1, 1), constant(0.0)), chunk_of([[0, 0]]))
    assert np.isnan(found.loss)
    assert np.isnan(found.error)


def test_one_step_has_a_loss_but_no_error():
    """One block has no spread."""
    found = evaluate(Fake(Shapes(1, 1), constant(1.0)), chunk_of([[1]]))
    assert found.loss == 1.0
    assert np.isnan(found.error)


@pytest.mark.parametrize("steps", [2, 63, 64, 65, 127, 128, 129])
def test_the_error_is_that_of_up_to_64_blocks(steps):
    """The spread of the means of 64 blocks of time, of as many as there are steps where these are fewer."""
    random = np.random.default_rng(steps)
    targets = random.normal(size=(1, steps, 1)).astype(np.float32)
    chunk = Chunk(targets, targets, np.ones((1, steps), np.float32), np.zeros((1, steps), bool))
    losses = targets.astype(float).ravel() ** 2
    long, short = -(-steps // 64), steps // 64  # the first blocks have one step more
    first = steps % 64 if steps > 64 else 0
    blocks = [losses[n * long : (n + 1) * long] for n in range(first)]
    size = max(1, short)
    blocks += [losses[n : n + size] for n in range(first * long, steps, size)]
    assert len(blocks) == min(steps, 64)
    found = evaluate(Fake(Shapes(1, 1), constant(0.0)), chunk)
    assert found.loss == pytest.approx(losses.mean())
    assert found.error == pytest.approx(np.std([block.mean() for block in blocks], ddof=1) / np.sqrt(len(blocks)))
