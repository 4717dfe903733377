"""Every check of trainers finds those that break its promise, and lets the right one pass; in NumPy."""

from functools import partial

import pytest
from checks.wrong.trainers import FAULTS, Alone, Descending, Line

from seqtasks.catalogue.host import Host
from seqtasks.checks import CheckFailure, DoesNotApply, checks_of, parametrize_with_checks
from seqtasks.checks.subject import Named
from seqtasks.checks.trainers.subject import TrainerSubject

HOST = Host.start(environ={"SEQTASKS_BLOCK": "*"})
CHECKS = {check.name: check for check in checks_of("trainer")}


def subject(trainer):
    task, easiest = (HOST.make("tasks", HOST.spec("tasks", name)) for name in ("prev-bit", "same-bit"))
    return TrainerSubject(trainer, partial(Line, task.shapes), task, easiest)


@pytest.mark.parametrize(("fault", "name"), FAULTS.items())
def test_fault_is_found_by_the_check_meant_for_it(fault, name):
    """With a sentence that ends, and advice."""
    with pytest.raises(CheckFailure) as found:
        CHECKS[name](subject(Descending(fault)))
    assert found.value.sentence.endswith(".")
    assert found.value.advice.endswith(".")


@pytest.mark.parametrize("name", CHECKS)
def test_right_trainer_passes(name):
    """Every check."""
    CHECKS[name](subject(Descending()))


def test_every_check_is_proved_able_to_fail():
    """There is a wrong trainer for each."""
    assert set(FAULTS.values()) == set(CHECKS)


@pytest.mark.tensorflow
def test_trainer_that_takes_no_network_says_why():
    """The reason is the error of the last model that was tried."""
    host = Host.start(["checks.wrong.picky_plugin"], {"SEQTASKS_BLOCK": "torch,modern-cells"})
    with pytest.raises(DoesNotApply, match=r"^picky accepts none of .*: It learns nothing\.$"):
        Named("trainer", host.spec("trainers", "picky"), host).subject()


@pytest.mark.tensorflow
def test_trainer_that_takes_no_network_is_a_skipped_test(monkeypatch):
    """The skip names the reason, and pytest runs the other tests."""
    monkeypatch.setenv("SEQTASKS_BLOCK", "torch,modern-cells")
    _, (case,) = parametrize_with_checks(["picky"], ["checks.wrong.picky_plugin"]).args
    (mark,) = case.marks
    assert (case.id, mark.name) == ("trainer picky: construction", "skip")
    assert mark.kwargs["reason"].endswith(": It learns nothing.")


def test_trainer_may_refuse_replicas():
    """The check of them then does not apply, for that reason."""
    with pytest.raises(DoesNotApply, match="one network at a time"):
        CHECKS["side-by-side"](subject(Alone()))
