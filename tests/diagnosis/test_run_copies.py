"""Copies of a run that learn for longer or with more units show what the run lacks."""

import pytest

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.diagnosis.rules.too_few_units import too_few_units
from seqtasks.diagnosis.rules.too_few_updates import too_few_updates
from seqtasks.diagnosis.runs.copies import affordable
from seqtasks.diagnosis.runs.subject import RunSubject

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def short():
    """A run that ends long before a GRU has learned its task."""
    run = seqtasks.run("prev-bit", model="gru:units=8", trainer="online", steps=300, seed=3, progress=False)
    return run, RunSubject(run, Host.start())


def test_a_short_run_needs_more_updates(short):
    """A copy with more of the same steps closes most of the gap; the evidence says how many."""
    run, subject = short
    fault = too_few_updates(subject)
    assert fault.name == "too-few-updates"
    assert fault.evidence["more_updates"] > run.updates
    assert fault.evidence["loss_after_them"] < run.loss
    assert fault.effect >= 0.2


def test_more_units_do_not_replace_them(short):
    """Four times the units learn hardly more in as few steps."""
    assert too_few_units(short[1]) is None


def test_copies_take_less_time_than_the_run(short):
    """A share of the seconds of the run, most of which were spent on compiling."""
    run = short[0]
    per_step = run.seconds["train"] / run.steps
    assert affordable(run) * per_step <= max(0.31 * sum(run.seconds.values()), 1.01)
    assert affordable(run) > run.steps
