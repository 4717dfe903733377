"""Settings that are chosen on other seeds than those that are compared."""

import numpy as np
import pytest
from support.made_up_runs import runs

from seqtasks.comparison.tuning import tuned
from seqtasks.errors import DataError, UsageError

RATE = "optimizer.learning_rate"


def test_the_first_half_of_the_seeds_chooses():
    """0.01 is better on seeds 0 to 4 and worse on 5 to 9: it is chosen, and its worse half is what is reported."""
    found = tuned(
        [
            *runs("gru", "delay", [0.5] * 10),
            *runs("gru", "delay", [0.9] * 5 + [0.1] * 5, trainer=f"online:window=2,{RATE}=0.01"),
            *runs("gru", "delay", [0.2] * 10, trainer=f"online:{RATE}=0.1,window=2"),
        ],
        RATE,
    )
    reported = {run.method.trainer: run.skill for run in found.runs}
    assert reported == {f"online ({RATE} chosen)": 0.5, f"online:window=2 ({RATE} chosen)": 0.1}
    assert {run.seed for run in found.runs} == {5, 6, 7, 8, 9}
    assert sorted(found.values.values()) == ["gru, online", f"gru, online:window=2,{RATE}=0.01"]


def test_each_task_has_its_own_value():
    """The best value of one task is not that of another."""
    found = tuned(
        [
            run
            for task, best in (("a", 8), ("b", 16))
            for units in (8, 16)
            for run in runs(f"gru:units={units}", task, [0.9 if units == best else 0.1] * 4)
        ],
        "units",
    )
    assert {task: value for (task, _), value in found.values.items()} == {
        "a": "gru:units=8, online",
        "b": "gru:units=16, online",
    }
    assert {run.skill for run in found.runs} == {0.9}


def test_choosing_gives_no_advantage():
    """Of twenty values without any effect, the chosen one has the mean 0.5 of all, not that of the best."""
    rng = np.random.default_rng(0)
    means = []
    for _ in range(200):
        made = [run for n in range(20) for run in runs(f"gru:units={n}", "a", rng.uniform(0, 1, 8).tolist())]
        means.append(np.mean([run.skill for run in tuned(made, "units").runs]))
    assert np.mean(means) == pytest.approx(0.5, abs=4 * np.std(means) / np.sqrt(200))


def test_unknown_setting():
    """A setting that no run has is an error with those that there are."""
    with pytest.raises(UsageError) as raised:
        tuned(runs("gru:units=8", "a", [0.5]), "unit")
    assert raised.value.message == "No run has a setting 'unit' other than its default."
    assert raised.value.hint == "Did you mean units? The runs differ in units."


def test_one_seed_cannot_choose():
    """Half of one seed is none."""
    with pytest.raises(DataError) as raised:
        tuned(runs("gru:units=8", "a", [0.5]), "units")
    assert raised.value.message == "gru (units chosen) on a has no result on the first half of 1 seed."
    assert "at least two" in raised.value.hint
