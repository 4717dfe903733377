"""Fading echoes."""

import pytest

from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.tasks.echo import Echo


@pytest.mark.parametrize(
    ("lags", "loss"), [((), 0.661563), ((0,), 0.661563), ((3,), 0.519167), ((8,), 0.627741), ((3, 8), 0.454454)]
)
def test_published_losses(lags, loss):
    """Pitis's numbers for a network that has found none, one or both of the echoes."""
    assert Echo().knowing(lags) == pytest.approx(loss, abs=5e-7)


def test_shapes_and_depth():
    """One bit in, one logit out; credit goes through nine evaluations."""
    assert Echo().shapes == Shapes(1, 1, "binary")
    assert Echo().depth == 9


def test_targets_are_drawn_with_the_probability_of_their_echoes():
    """After x[t-3] = 1 and x[t-8] = 0 the target is always one; without either it is one half of the time."""
    chunk = Echo().sample(0, 50, 1000)
    x, y = chunk.inputs[:, :, 0], chunk.targets[:, 8:, 0]
    near, far = x[:, 5:-3], x[:, :-8]
    assert (y[(near == 1) & (far == 0)] == 1).all()
    assert y[(near == 0) & (far == 0)].mean() == pytest.approx(0.5, abs=0.025)
    assert y[(near == 0) & (far == 1)].mean() == pytest.approx(0.25, abs=0.025)


def test_a_lag_named_twice_adds_its_weights():
    """Two echoes of 1/4 at one lag are one of 1/2."""
    assert Echo((3, 3), (0.25, 0.25)).knowing((3,)) == pytest.approx(Echo((3,), (0.5,)).knowing((3,)))


def test_probabilities_outside_0_to_1_are_refused():
    """The sentence shows the range the weights would give."""
    with pytest.raises(UsageError) as caught:
        Echo(lags=(3, 8), weights=(0.75, -0.25))
    assert caught.value.message == "The probability that y is one ranges from 0.25 to 1.25."
    assert caught.value.hint == "Choose the law or its weights so that it stays between 0 and 1."


def test_weights_that_reach_0_and_1_up_to_rounding_are_allowed():
    """0.5 + 0.3 + 0.2 and 0.5 - 0.4 - 0.1 count as 1 and 0 despite rounding."""
    assert Echo((1, 2, 3, 4), (0.3, 0.2, -0.4, -0.1)).yardsticks().optimum < Echo().yardsticks().chance


def test_every_lag_needs_a_weight():
    """Counts are named."""
    with pytest.raises(UsageError) as caught:
        Echo(lags=(1, 2, 3))
    assert caught.value.message == "echo has 3 lags but 2 weights."
    assert caught.value.hint == "Set one weight for each lag."


def test_an_echo_of_nothing_is_refused():
    """Weights of 0 leave a fair coin, of which nothing can be learned."""
    with pytest.raises(UsageError) as caught:
        Echo(weights=(0.0, 0.0)).yardsticks()
    assert caught.value.message == ("The target does not depend on the inputs: chance and optimum are both 0.693147.")
    assert caught.value.hint == "Choose a law or weights that make it depend on them."
