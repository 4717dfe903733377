"""The checks of tasks at the ends of the settings' ranges."""

import pytest
from seqtasks_classic_tasks.dyck import Dyck
from seqtasks_classic_tasks.plugin import TASKS

from seqtasks.catalogue.host import Host
from seqtasks.checks import CheckFailure, DoesNotApply, checks_of

HOST = Host.start(environ={})
CORNERS = [
    "adding:length=1000",
    "associative-recall:pairs=1,length=4,vocabulary=6",
    "associative-recall:pairs=1,length=6,vocabulary=6",
    "associative-recall:pairs=31,length=124,power=1",
    "copy-memory:delay=1,pattern=1,symbols=2",
    "copy-memory:delay=2,pattern=3,symbols=2,recall_only=true",
    "copy-memory:delay=100,symbols=100",
    "delayed-match:noise=0,fixation=0,delay=0",
    "delayed-match:noise=0,fixation=0,first=1,delay=0,second=1,decision=1",
    "delayed-match:noise=10,first=1,second=1",
    "dyck:types=2,length=2",
    "dyck:types=1,length=4",
    "dyck:types=2,length=8,nesting=1",
    "dyck:types=5,length=6,nesting=2",
    "dyck:types=50,length=50,nesting=25",
    "embedded-reber",
    "flip-flop:bits=1,p=0.99",
    "flip-flop:p=0.001",
    "mackey-glass:ahead=1",
    "majority:length=3",
    "majority:length=21",
    "modular-arithmetic:modulus=2,operations=1",
    "modular-arithmetic:modulus=3,operations=2",
    "modular-arithmetic:modulus=20,operations=1",
    "multiplication:length=500",
    "n-back:n=1,symbols=2",
    "n-back:n=50,symbols=20",
    "n-back:n=1000,symbols=2",
    "narma10",
    "parity:length=2",
    "parity:length=3",
    "parity:length=100",
    "reber",
    "selective-copy:length=3,tokens=1,symbols=2",
    "selective-copy:length=5,tokens=1",
    "selective-copy:length=9,tokens=4,symbols=2",
    "sequential-digits:by=pixel",
    "sequential-digits:test_share=0.05",
    "temporal-order:length=20",
    "temporal-order:marks=3,length=21",
]


def failures(task):
    """The names of the checks that a task does not pass."""
    found = []
    for check in checks_of("task"):
        try:
            check(task)
        except DoesNotApply:
            continue
        except CheckFailure as failure:
            found.append((check.name, str(failure)))
    return found


@pytest.mark.parametrize("spec", CORNERS)
def test_what_is_promised_holds_at_the_corners(spec):
    """Form, stream, yardsticks and depth."""
    assert failures(HOST.make("tasks", HOST.spec("tasks", spec))) == []


def test_every_task_has_corners():
    """None is left out."""
    assert {spec.partition(":")[0] for spec in CORNERS} == {name for name, _, _ in TASKS}


def test_a_depth_that_is_one_too_large_is_found(monkeypatch):
    """The checks can fail."""
    monkeypatch.setattr(Dyck, "depth", property(lambda task: task.length))
    (name, sentence), *others = failures(Dyck(types=5, length=6, nesting=2))
    assert (name, others) == ("depth", [])
    assert sentence.startswith("The declared depth is 6, but predictors from one input less have nearly the same loss")
