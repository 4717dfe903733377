"""Settings that make no task are refused, and the sentence says why."""

import pytest
from seqtasks_classic_tasks.plugin import TASKS

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError

HOST = Host.start(environ={})


@pytest.mark.parametrize(
    ("spec", "message", "hint"),
    [
        (
            "selective-copy:length=8,tokens=4",
            "4 tokens, a marker and 4 answers do not fit 8 steps.",
            "Choose a length of at least 9, or fewer tokens.",
        ),
        (
            "majority:length=6",
            "An episode of length=6 can have as many ones as zeros.",
            "Choose an odd length, such as 7.",
        ),
        (
            "associative-recall:vocabulary=9",
            "A vocabulary of 9 symbols cannot be halved into keys and values.",
            "Choose an even number, such as 10.",
        ),
        (
            "associative-recall:vocabulary=8,pairs=4",
            "4 pairs need as many keys; 8 symbols have 3.",
            "Choose a vocabulary of at least 10, or fewer pairs.",
        ),
        (
            "associative-recall:pairs=4,length=15",
            "4 pairs and their queries do not fit 15 steps.",
            "Choose a length of at least 16, or fewer pairs.",
        ),
        (
            "dyck:length=7",
            "A word of length=7 leaves a bracket open, because the length is odd.",
            "Choose an even length, such as 8.",
        ),
        (
            "dyck:types=1,nesting=1",
            "Only one word has 20 brackets of one type, nested at most 1 deep.",
            "Choose more types, or greater length and nesting.",
        ),
        ("temporal-order:marks=4", "marks", "at most 3"),
        ("sequential-digits:by=column", "by", "pixel"),
        ("mackey-glass:tau=16", "tau", "at least 17"),
    ],
)
def test_refused(spec, message, hint):
    """A sentence and the next step."""
    with pytest.raises(UsageError) as caught:
        HOST.make("tasks", HOST.spec("tasks", spec))
    if message.endswith("."):
        assert (caught.value.message, caught.value.hint) == (message, hint)
    else:
        assert message in caught.value.message
        assert hint in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    "spec",
    [
        "selective-copy:length=9,tokens=4",
        "associative-recall:vocabulary=10,pairs=4,length=16",
        "dyck:types=1,length=4,nesting=2",
        "adding:length=2",
        "delayed-match:fixation=0,delay=0,noise=0.0",
        "modular-arithmetic:operations=1",
        "copy-memory:delay=1,pattern=1",
    ],
)
def test_the_least_there_can_be(spec):
    """What is just allowed gives data, and something to gain."""
    task = HOST.make("tasks", HOST.spec("tasks", spec))
    assert task.stream(0, 2).take(50).weights.any()
    assert task.yardsticks().chance > task.yardsticks().optimum


@pytest.mark.parametrize("name", [name for name, _, _ in TASKS])
def test_settings_are_documented_and_within_their_ranges(name):
    """By the signature alone; a task made by hand has the same defaults; a summary fits a line."""
    for parameter in HOST.signature("tasks", name).parameters:
        assert parameter.doc.endswith(".")
        assert parameter.range is None or parameter.range.holds(parameter.default)
    assert HOST.describe("tasks", HOST.load("tasks", name)()) == HOST.spec("tasks", name)
    summary = HOST.shelf("tasks")[name].summary
    assert summary.endswith(".")
    assert len(summary) <= 60
