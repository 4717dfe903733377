"""Every check of trainers finds those that break its promise, and lets the right one pass; in NumPy."""

from functools import partial

import pytest
from checks.wrong.trainers import FAULTS, Alone, Descending, Line

from seqtasks.catalogue.host import Host
from seqtasks.checks import CheckFailure, DoesNotApply, checks_of
from seqtasks.checks.trainers.bench import Bench

HOST = Host.start(environ={"SEQTASKS_BLOCK": "*"})
CHECKS = {check.name: check for check in checks_of("trainer")}


def bench(trainer):
    task, easiest = (HOST.make("tasks", HOST.spec("tasks", name)) for name in ("prev-bit", "same-bit"))
    return Bench(trainer, partial(Line, task.shapes), task, easiest)


@pytest.mark.parametrize(("fault", "name"), FAULTS.items())
def test_fault_is_found_by_the_check_meant_for_it(fault, name):
    """With a sentence that ends, and advice."""
    with pytest.raises(CheckFailure) as found:
        CHECKS[name](bench(Descending(fault)))
    assert found.value.sentence.endswith(".")
    assert found.value.advice.endswith(".")


@pytest.mark.parametrize("name", CHECKS)
def test_right_trainer_passes(name):
    """Every check."""
    CHECKS[name](bench(Descending()))


def test_every_check_is_proved_able_to_fail():
    """There is a wrong trainer for each."""
    assert set(FAULTS.values()) == set(CHECKS)


def test_trainer_may_refuse_replicas():
    """The check of them then does not apply, for that reason."""
    with pytest.raises(DoesNotApply, match="one network at a time"):
        CHECKS["side-by-side"](bench(Alone()))
