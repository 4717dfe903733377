"""The tapped delay line."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge as Peer

import seqtasks
from seqtasks.core.task import Chunk, Shapes
from seqtasks.models.delay_line import DelayLine
from seqtasks.tasks.delay import Delay
from seqtasks.trainers.ridge import Ridge

pytestmark = pytest.mark.tensorflow


def lagged(x, taps):
    """(T, taps I): the present row, then the earlier ones; zeros before the first."""
    return np.hstack([np.vstack([np.zeros((lag, x.shape[1])), x[: len(x) - lag]]) for lag in range(taps)])


@pytest.mark.parametrize(("inputs", "taps"), [(1, 1), (1, 4), (3, 2)])
def test_ridge_regression_on_lagged_rows(inputs, taps):
    """The trainer ridge finds what scikit-learn finds on rows of the last inputs, with a column of ones."""
    random = np.random.default_rng(0)
    x = random.normal(size=(80, inputs))
    y = lagged(x, 3) @ random.normal(size=(3 * inputs, 1)) + 0.7 + 0.1 * random.normal(size=(80, 1))
    shapes = Shapes(inputs=inputs, outputs=1)
    network = DelayLine(units=taps).build(shapes, 0, dtype="float64")
    learner = Ridge(ridge=0.1).learner(network, Delay(lag=1).objective, 0)
    learner.learn(Chunk(x[None], y[None], np.ones((1, 80)), np.arange(80)[None] == 0))
    phi = np.hstack([lagged(x, taps), np.ones((80, 1))])
    peer = Peer(alpha=0.1, fit_intercept=False, solver="cholesky").fit(phi, y[:, 0])
    kernel, bias = network.weights()
    np.testing.assert_allclose([*kernel[:, 0], *bias], peer.coef_, rtol=1e-9)
    np.testing.assert_allclose(network(x[None])[0, :, 0], phi @ peer.coef_, rtol=0, atol=1e-9)


@pytest.mark.parametrize(("lag", "skill"), [(3, 1.0), (4, 0.0)])
def test_it_remembers_one_step_less_than_it_has_inputs(lag, skill):
    """Four inputs reach back three steps: the task is solved, and one with a larger lag is at chance."""
    result = seqtasks.run(f"delay:lag={lag}", model="delay-line:units=4", trainer="ridge", steps=3000, progress=False)
    assert result.skill == pytest.approx(skill, abs=0.01)
