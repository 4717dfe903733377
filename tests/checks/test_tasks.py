"""Every check of tasks finds the tasks that break its promise, and lets the right one pass."""

from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import pytest
from checks.wrong.tasks import FAULTS, Declared, PreviousBit, Real
from scipy.stats import t

from seqtasks.checks import CheckFailure, DoesNotApply, checks_of
from seqtasks.checks.tasks.evidence import margin
from seqtasks.core.task import AbstractStream
from seqtasks.tasks.delay import Delay
from seqtasks.tasks.lagged import AbstractLagTask

CHECKS = {check.name: check for check in checks_of("task")}


def task(fault=""):
    return Declared(fault) if FAULTS.get(fault) == "law" else PreviousBit(fault)


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
    CHECKS[name](Declared())


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
    for fault in ("another law than declared", "a law along time"):
        with pytest.raises(CheckFailure):
            CHECKS["law"](Real(fault))


@dataclass(frozen=True)
class Chances(AbstractLagTask):
    """A bit that is likelier one where the bit before was, and a little likelier where that of three steps ago was."""

    contrary: bool = False
    lanes: int = 64
    lags = (0, 1, 3)
    kind = "binary"

    def law(self, x):
        return 0.1 + 0.78 * x[1] + 0.02 * x[3]

    def stream(self, seed, lanes):
        stream = super().stream(seed, lanes)
        return Contrary(stream) if self.contrary else stream

    def test(self, seed):
        return self.stream(seed + 1000, self.lanes).take(100_000 // self.lanes)


class Contrary(AbstractStream):
    """The other bits."""

    def __init__(self, stream):
        self.stream = stream

    def take(self, steps):
        chunk = self.stream.take(steps)
        return replace(chunk, targets=1 - chunk.targets)

    def state(self):
        return self.stream.state()

    def restore(self, state):
        self.stream.restore(state)


@dataclass(frozen=True)
class All(AbstractLagTask):
    """Whether all of fourteen bits are ones, which is so once in 16 384 steps."""

    lags = tuple(range(14))
    kind = "real"

    def law(self, x):
        return np.prod([x[lag] for lag in self.lags], axis=0)


def test_law_of_chances():
    """As many ones in all prove nothing: they have to be where they are likelier."""
    CHECKS["law"](Chances())
    with pytest.raises(CheckFailure, match="differ from the law"):
        CHECKS["law"](Chances(contrary=True))


@pytest.mark.parametrize("task", [Chances(), All()], ids=["weak", "rare"])
def test_depth_is_right_if_the_law_depends_on_what_data_hardly_show(task):
    """An input counts even if its effect on the loss is too small to measure."""
    CHECKS["depth"](task)


def test_depth_that_no_input_reaches_is_too_large():
    """The check uses the declared law."""
    with pytest.raises(CheckFailure, match="The declared depth is 3, but predictors from one input less"):
        CHECKS["depth"](Declared("depth too large"))


@pytest.mark.parametrize("name", ["chance", "memoryless", "optimum-unbeaten", "optimum-reached", "depth"])
def test_few_lanes_are_too_few_for_an_interval(name):
    """Their spread cannot be estimated."""
    with pytest.raises(DoesNotApply, match="The test data of two seeds has 4 lanes, too few"):
        CHECKS[name](Chances(lanes=2))


def test_intervals_are_students():
    """Wider for few lanes: at most one right task in three million is beyond one end."""
    for count in (4, 32, 1000):
        assert margin(2.0, count) == pytest.approx(2.0 * t.isf(2.9e-7, count - 1))
    assert margin(1.0, 10**6) == pytest.approx(5.0, abs=0.01)


def test_every_check_is_proved_able_to_fail():
    """There is a wrong task for each."""
    assert set(FAULTS.values()) == set(CHECKS)


def test_law_is_asked_of_tasks_that_tell_one():
    """Others have none."""
    with pytest.raises(DoesNotApply, match="declares no law"):
        CHECKS["law"](PreviousBit())
