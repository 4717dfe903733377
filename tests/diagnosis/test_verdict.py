"""The verdict on a training, from its losses and their references."""

from types import SimpleNamespace

import pytest

from seqtasks.comparison.estimate import Estimate
from seqtasks.diagnosis.examination import examine
from seqtasks.diagnosis.references import References


def subject(loss, losses=(), *, trained=True, optimum=0.5):
    """A subject with chance 1 and a fitted optimum, without rules."""
    references = References(*(Estimate(value, value, value) for value in (1.0, 1.0, optimum)), lag=2)
    return SimpleNamespace(
        references=references,
        loss=Estimate(loss, loss - 0.01, loss + 0.01),
        skill=(1.0 - loss) / (1.0 - min(optimum, loss)),
        trained=trained,
        training_losses=losses,
        fitted_noise=0.05,
        truncation_lag=None,
        rules=(),
        remarks=(),
        measures=(),
        title="",
    )


@pytest.mark.parametrize(
    ("examined", "verdict"),
    [
        (subject(0.52), "learned"),
        (subject(0.7), "partly learned"),
        (subject(1.0), "not learned"),
        (subject(0.9, (0.9, 0.52, 0.9)), "learned and lost"),
        (subject(0.1, (0.5, 0.02)), "learned"),  # better than the fitted predictors, at the end and before
        (subject(0.98, optimum=0.99), "not learned"),  # noise
        (subject(0.9, optimum=0.99), "learned"),
        (subject(1.0, trained=False), "not trained"),
    ],
)
def test_the_verdict_is_that_of_the_gap(examined, verdict):
    """By the share of the gap between chance and optimum that is closed, at the end and at the best."""
    assert examine(examined).verdict == verdict
