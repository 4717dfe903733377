"""Attempts at repair of made-up programs, whose skills are known."""

import time

import pytest

from seqtasks.diagnosis.attempts import AbstractRetraining, attempts_at, with_attempts
from seqtasks.diagnosis.diagnosis import Diagnosis
from seqtasks.diagnosis.fault import Fault
from seqtasks.errors import UsageError

NOISE = (0.01, -0.01, 0.02, -0.02)


class Retraining(AbstractRetraining):
    """The skill of the changes for some faults, by a function of their names."""

    seeds, seconds = (1, 2, 3, 4), 60.0

    def __init__(self, skill, pause=0.0):
        self.skill, self.pause, self.tried = skill, pause, []

    def skills(self, faults):
        self.tried.append(tuple(faults))
        time.sleep(self.pause)
        if "stuck" in faults:
            raise UsageError("No setting repairs it.", "Look yourself.")
        return [self.skill(set(faults)) + noise for noise in NOISE]

    def change(self, faults):
        return f"change {' '.join(faults)}"


def test_two_changes_of_which_neither_alone_is_enough():
    """Both together are the answer; the interval is that of the differences, in which the seeds' noise cancels."""
    retraining = Retraining(lambda names: 0.9 if len(names) == 2 else 0.02 * len(names))
    found = attempts_at(["window", "readout"], retraining)
    assert [attempt.faults for attempt in found.tried] == [(), ("window",), ("readout",), ("window", "readout")]
    assert found.answer.faults == ("window", "readout")
    both = found.tried[-1]
    assert both.gain.value == pytest.approx(0.9)
    assert both.gain.low == pytest.approx(0.9)
    assert both.skill.low < 0.88  # the noise of the seeds is in the skill
    assert not found.tried[1].helps
    assert "over 4 other seeds it takes the skill from 0.00 to 0.90" in found.sentence
    assert "does not help" in str(found)


def test_one_change_is_the_answer_if_the_other_brings_nothing_more():
    """The fewest changes win; the faults are then in the order of their gains."""
    retraining = Retraining(lambda names: 0.99 if "readout" in names else 0.5 if "window" in names else 0.0)
    found = attempts_at(["window", "readout"], retraining)
    assert found.answer.faults == ("readout",)
    faults = tuple(Fault(name, "", "") for name in ("window", "other", "readout"))
    ordered = with_attempts(Diagnosis("not learned", faults), found)
    assert [fault.name for fault in ordered.faults] == ["readout", "window", "other"]
    assert ordered.record()["attempts"]["answer"] == ["readout"]


def test_no_change_helps():
    """A gain within the noise of unpaired seeds, and one of a hundredth, are no repair."""
    found = attempts_at(["window"], Retraining(lambda names: 0.01 * len(names)))
    assert found.answer is None
    assert found.sentence == "None of the changes that were tried helps."


def test_what_cannot_be_tried_is_named():
    """A change that fails, a fifth one, and those for which the time has run out."""
    found = attempts_at(["window", "stuck", "a", "b", "c"], Retraining(lambda names: 0.5))
    assert "c: more than 4 changes are not tried." in found.untried
    assert "stuck: No setting repairs it." in found.untried
    slow = Retraining(lambda names: 0.5 * len(names), pause=0.1)
    slow.seconds = 0.05
    found = attempts_at(["a", "b", "c"], slow)
    assert slow.tried == [(), ("a", "b", "c"), ("a",), ("b",)]
    assert "b and c: not tried, because it takes too long." in found.untried
