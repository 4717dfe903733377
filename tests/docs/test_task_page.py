"""The task in episodes that a how-to has its readers save."""

import math
import re

import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.checks import CheckFailure, DoesNotApply, checks_of
from seqtasks.running.request import RunRequest

PAGE = "how-to/write-a-task.md"


@pytest.fixture
def host(page, write):
    """With the page's file as a plugin."""
    (block,) = re.findall(r"<!-- since_mark\.py -->\n```python\n(.*?)```", page(PAGE), re.DOTALL)
    return Host.start([write("since_mark.py", block)], {})


def task(host, spec="since-mark"):
    return host.make("tasks", host.spec("tasks", spec))


def test_every_python_block_is_tested(page):
    """There are the file and another entry of the task, and nothing else."""
    assert page(PAGE).count("```python") == 2


def test_it_is_let_in(host):
    """A plugin without a problem, with its settings."""
    assert host.plugins[-1].problems == ()
    assert list(host.spec("tasks", "since-mark").settings) == ["modulus", "p", "length"]


def test_the_second_entry_proposes_a_trainer(page, write):
    """In place of the first, it changes the trainer of a run in which the user names none."""
    blocks = dict(re.findall(r"<!-- (.*?) -->\n```python\n(.*?)```", page(PAGE), re.DOTALL))
    law, _, _ = blocks["since_mark.py"].partition("@hookimpl")
    host = Host.start([write("proposing.py", law + blocks["default trainer"])], {})
    label = "online:optimizer.learning_rate=0.01"
    assert RunRequest.of(host, "since-mark", "gru", None).label("trainer") == label
    assert RunRequest.of(host, "since-mark", "gru", None, learning_rate=0.1).label("trainer") == label.replace(
        ".01", ".1"
    )


def test_it_counts_the_steps_since_the_last_mark(host):
    """By the law, step by step; a step counts from the first mark of its episode on."""
    chunk = task(host, "since-mark:modulus=4,p=0.3,length=6").stream(seed=0, lanes=5).take(200)
    for lane in range(5):
        since = None
        for x, start, y, w in zip(
            chunk.inputs[lane, :, 0],
            chunk.starts[lane],
            chunk.targets[lane, :, 0],
            chunk.weights[lane],
            strict=True,
        ):
            since = 0 if x else None if start or since is None else since + 1
            assert (y, w) == ((0, 0) if since is None else (since % 4, 1))


def test_yardsticks_are_those_of_the_page(page, host):
    """And the entropies of the shares that the page derives, summed over every distance up to far away."""
    sticks, r = task(host).yardsticks(), 0.5 * 0.95
    shares = [sum((1 - r) * r**k for k in range(j, 200, 3)) for j in range(3)]
    assert sticks.chance == pytest.approx(-sum(share * math.log(share) for share in shares))
    assert sticks.memoryless == pytest.approx(r * sticks.chance)
    sentence = f"With the defaults r is {r:g}, chance {sticks.chance:.4f} and memoryless {sticks.memoryless:.4f}."
    assert sentence in page(PAGE)


def test_depth_leaves_a_hundredth_as_the_page_says(page, host):
    """r^7 is less than 0.01, r^6 is not."""
    assert task(host).depth == 7
    assert 0.475**7 <= 0.01 < 0.475**6
    assert "1 %; 7 with the defaults." in " ".join(page(PAGE).split())


def test_about_a_twentieth_does_not_count(host):
    """As the page says of the default test."""
    chunk = task(host).test(seed=0)
    assert chunk.weights.size > 100_000
    assert 1 - chunk.weights.mean() == pytest.approx(0.05, abs=0.005)


def test_seeds_are_those_that_the_page_allows(host):
    """The largest is taken and gives data of its own; beyond and below is none."""
    least, most = (task(host).sample(seed, sequences=2, length=50).inputs for seed in (0, 2**64 - 1))
    assert not np.array_equal(least, most)
    with pytest.raises(ValueError, match="non-negative"):
        task(host).stream(-1, lanes=1)


def outcomes(subject):
    """What each check says."""
    for check in checks_of("task"):
        try:
            check(subject)
        except DoesNotApply:
            yield check.name, "-"
        except CheckFailure:
            yield check.name, "FAILED"
        else:
            yield check.name, "ok"


def test_it_keeps_every_promise(host):
    """All checks hold but that of laws with lags."""
    found = dict(outcomes(task(host)))
    assert [name for name, outcome in found.items() if outcome != "ok"] == ["law"]
    assert found["law"] == "-"
