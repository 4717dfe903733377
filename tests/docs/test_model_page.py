"""The model and the trainer, in NumPy alone, that a how-to has its readers save."""

import re
import subprocess
import sys
from functools import partial

import numpy as np
import pytest

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.checks import DoesNotApply, checks_of
from seqtasks.checks.subject import Named
from seqtasks.checks.trainers.subject import TrainerSubject
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError

PAGE = "how-to/write-a-model.md"


@pytest.fixture
def path(page, write):
    """The page's file."""
    (block,) = re.findall(r"<!-- tapped_delay\.py -->\n```python\n(.*?)```", page(PAGE), re.DOTALL)
    return write("tapped_delay.py", block)


@pytest.fixture
def host(path):
    """With the page's file as a plugin."""
    return Host.start([path], {})


def made(host, shelf, spec):
    return host.make(shelf, host.spec(shelf, spec))


def not_kept(checks, subject):
    """The names of checks that do not apply; none fails."""
    for check in checks:
        try:
            check(subject)
        except DoesNotApply:
            yield check.name


def test_every_python_block_is_tested(page):
    """There is the file, and nothing else."""
    assert page(PAGE).count("```python") == 1


def test_it_is_let_in(host):
    """A plugin without a problem; lanes are a setting of the trainer."""
    assert host.plugins[-1].problems == ()
    assert list(host.spec("trainers", "lms").settings) == ["lanes", "rate"]


def test_it_solves_the_delay_that_fits_into_the_line(path):
    """Lag 3 takes four taps: with three nothing is learned. NumPy's version is recorded, and no other library's."""
    runs = [
        seqtasks.run("delay:lag=3", model=f"tapped-delay:taps={taps}", trainer="lms", steps=2000, plugins=[path])
        for taps in (3, 4)
    ]
    assert runs[0].skill < 0.1
    assert runs[1].solved
    assert list(runs[1].versions) == ["python", "seqtasks", "numpy"]


def test_a_run_loads_no_tensorflow(path):
    """As the page says of its commands."""
    code = (
        "import seqtasks, sys; "
        f"seqtasks.run('delay:lag=3', model='tapped-delay', trainer='lms', steps=100, plugins=[{path!r}]); "
        "print('tensorflow' in sys.modules, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["False", "True"], done.stderr


def test_outputs_are_the_equation(host):
    """V (x[t], x[t - 1], x[t - 2]) + b, inputs before the start being 0."""
    network = made(host, "models", "tapped-delay:taps=3").build(Shapes(2, 2), seed=0)
    x = np.random.default_rng(0).normal(size=(4, 6, 2)).astype(np.float32)
    readout, bias = network.weights()
    before = np.concatenate([np.zeros((4, 2, 2)), x], axis=1)
    seen = np.concatenate([before[:, 2 - lag : 8 - lag] for lag in range(3)], axis=2)
    assert network(x) == pytest.approx(seen @ readout + bias, abs=1e-6)


def test_a_step_is_the_rule(host):
    """V and b move by rate (1/B) sum over lanes of w (y - o) features^T; the second of two steps counts."""
    task = made(host, "tasks", "prev-bit")
    network = made(host, "models", "tapped-delay:taps=2").build(task.shapes, seed=0)
    readout, bias = network.weights()
    chunk = task.stream(seed=0, lanes=3).take(2)
    made(host, "trainers", "lms:lanes=3,rate=0.1").learner(network, task.objective, seed=0).learn(chunk)
    features = chunk.inputs[:, ::-1, 0]  # the present input first
    errors = chunk.targets[:, 1] - (features @ readout + bias)
    changed = network.weights()
    assert changed[0] - readout == pytest.approx(0.1 / 3 * features.T @ errors, abs=1e-6)
    assert changed[1] - bias == pytest.approx(0.1 / 3 * errors.sum(axis=0), abs=1e-6)


def test_budget_is_the_trainers_own_where_none_is_given(host):
    """steps=None; a stream has no epochs."""
    task, trainer = made(host, "tasks", "prev-bit"), made(host, "trainers", "lms")
    assert trainer.feed(task, None, seed=0, steps=None, epochs=None).total == 10_000
    with pytest.raises(UsageError, match="The trainer lms learns from an endless stream, which has no epochs"):
        trainer.feed(task, None, seed=0, steps=None, epochs=3)


def test_what_it_cannot_train_is_refused(host):
    """Other networks, and other losses than the squared error."""
    trainer, task = made(host, "trainers", "lms"), made(host, "tasks", "delay:symbols=3")
    with pytest.raises(UsageError, match="does not train a str"):
        trainer.learner("network", task.objective, seed=0)
    network = made(host, "models", "tapped-delay").build(task.shapes, seed=0)
    with pytest.raises(UsageError, match="squared errors"):
        trainer.learner(network, task.objective, seed=0)


def test_the_model_keeps_its_promises(host):
    """All that are not of Keras layers alone."""
    subject = Named("model", host.spec("models", "tapped-delay"), host).subject()
    left_out = set(not_kept(checks_of("model"), subject))
    kept = {check.name for check in checks_of("model")} - left_out
    assert kept == {
        *("seeding", "outputs", "stepping", "carrying", "future"),
        *("resetting", "lanes", "weight-access", "saving"),
    }


def test_the_trainer_keeps_its_promises(host):
    """On the page's own network; it trains one at a time."""
    task, easiest = (made(host, "tasks", name) for name in ("prev-bit", "same-bit"))
    build = partial(made(host, "models", "tapped-delay").build, task.shapes)
    subject = TrainerSubject(made(host, "trainers", "lms"), build, task, easiest, "lms")
    assert list(not_kept(checks_of("trainer"), subject)) == ["side-by-side"]
