"""Every check of tasks finds the tasks that break its promise, and lets the right one pass."""

from contextlib import suppress

import pytest
from checks.wrong.tasks import FAULTS, PreviousBit, Real, Told

from seqtasks.checks import CheckFailure, DoesNotApply, checks_of
from seqtasks.tasks.delay import Delay

CHECKS = {check.name: check for check in checks_of("task")}


def task(fault=""):
    return Told(fault) if FAULTS.get(fault) == "law" else PreviousBit(fault)


@pytest.mark.parametrize(("fault", "name"), FAULTS.items())
def test_fault_is_found_by_the_check_meant_for_it(fault, name):
    """With a sentence that ends, and advice."""
    with pytest.raises(CheckFailure) as found:
        CHECKS[name](task(fault))
    assert found.value.sentence.endswith(".")
    assert found.value.advice.endswith(".")


@pytest.mark.parametrize("name", CHECKS)
def test_right_task_passes(name):
    """Every check."""
    CHECKS[name](Told())


@pytest.mark.parametrize("name", [name for name in CHECKS if name != "law"])
def test_right_task_that_tells_no_law_passes(name):
    """Every check but that of the law."""
    CHECKS[name](PreviousBit())


@pytest.mark.parametrize("p", [0.01, 0.002])
@pytest.mark.parametrize("name", CHECKS)
def test_right_task_of_rare_ones_passes(name, p):
    """Though most short lanes are the same, nothing but zeros; of so few events some check has nothing to prove."""
    with suppress(DoesNotApply):
        CHECKS[name](Delay(p=p))


def test_lanes_that_are_the_same_by_chance_prove_nothing():
    """Nor do they fail."""
    with pytest.raises(DoesNotApply, match="Inputs hardly change in 2000 steps"):
        CHECKS["lanes"](Delay(p=1e-5))


def test_law_of_numbers_that_are_not_whole():
    """Is asked of them as they are: right ones pass, others and those along time do not."""
    CHECKS["law"](Real())
    for fault in ("another law than it tells", "a law along time"):
        with pytest.raises(CheckFailure):
            CHECKS["law"](Real(fault))


def test_every_check_is_proved_able_to_fail():
    """There is a wrong task for each."""
    assert set(FAULTS.values()) == set(CHECKS)


def test_law_is_asked_of_tasks_that_tell_one():
    """Others have none."""
    with pytest.raises(DoesNotApply, match="tells no law"):
        CHECKS["law"](PreviousBit())
