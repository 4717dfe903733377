"""The page of hooks, held against the hooks themselves."""

import inspect
import re
from pathlib import Path

import numpy as np
import pytest

import seqtasks
from seqtasks.benchmarks.benchmark import Benchmark
from seqtasks.catalogue import hookspecs
from seqtasks.catalogue.host import SHELVES, Host

NUMPY_PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
HOOKS = [name for name in vars(hookspecs) if name.startswith("seqtasks_")]


def examples(text, hook):
    """The Python blocks under a hook's heading."""
    section = text.partition(f"## `{hook}()`")[2].partition("\n## ")[0]
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)


def example(text, hook):
    """The first of them."""
    return examples(text, hook)[0]


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_stands_in_the_page_with_its_arguments(page, hook):
    """A heading that is the hook's exact signature."""
    arguments = ", ".join(inspect.signature(getattr(hookspecs, hook)).parameters)
    assert f"\n## `{hook}({arguments})`\n" in page("reference/hooks.md")


def test_entry_stands_in_the_page(page):
    """The record that hooks yield."""
    assert "\n::: seqtasks.catalogue.entry.Entry\n" in page("reference/hooks.md")


def test_entry_of_table_stands_in_the_page(page):
    """The example of a task that proposes a trainer is that of the catalogue."""
    (block,) = re.findall(r"``` { \.python }\n(Entry\(.*?)```", page("reference/hooks.md"), re.DOTALL)
    table = Host.start([], {}).shelf("tasks")["table"]
    for value in (table.name, table.summary, table.target, table.trainer):
        assert f'"{value}"' in block


@pytest.mark.tensorflow
@pytest.mark.parametrize("shelf", SHELVES)
def test_example_is_a_plugin_whose_entry_can_be_used(page, write, shelf):
    """Copied as it stands it is let in without a problem, and what it names can be made with its defaults."""
    host = Host.start([write("example.py", example(page("reference/hooks.md"), f"seqtasks_{shelf}"))], {})
    report = host.plugins[-1]
    assert report.problems == ()
    ((found, entry),) = report.entries
    assert found == shelf
    on = "models" if shelf == "cells" else shelf
    assert host.make(on, host.spec(on, entry.name)) is not None


def test_suite_of_the_example_is_checked(page, write):
    """Copied as it stands it is let in without a problem, and its suite has no mistakes."""
    host = Host.start([write("example.py", example(page("reference/hooks.md"), "seqtasks_suites"))], {})
    assert host.plugins[-1].problems == ()
    for quick, seeds in ((False, 10), (True, 2)):
        suite = Benchmark.of(host, "memory", quick=quick).suite
        models = [name for name in host.shelf("models") if name.startswith("l")]
        assert suite.size == 3 * len(models) * seeds > 0


def test_observer_of_the_example_sees_a_run(page, write, tmp_path):
    """Copied as it stands it is let in without a problem, and writes a line for each run."""
    file = write("example.py", example(page("reference/hooks.md"), "seqtasks_observers"))
    assert Host.start([file], {}).plugins[-1].problems == ()
    log, options = tmp_path / "today.log", {"model": "elman", "trainer": "readout", "steps": 100, "progress": False}
    for _ in range(2):
        run = seqtasks.run("prev-bit", observers=[f"log:path={log}"], plugins=[file, NUMPY_PLUGIN], **options)
    first, second = log.read_text().splitlines()
    assert first == second
    assert first.startswith(f"elman on prev-bit: skill {run.result.skill:.3f}, ")


@pytest.mark.tensorflow
@pytest.mark.parametrize("shelf", ["cells", "models"])
def test_network_of_an_example_steps_as_its_whole_sequence(page, write, shelf):
    """The cell and the model of the page are right, too: both views give the same numbers."""
    host = Host.start([write("example.py", example(page("reference/hooks.md"), f"seqtasks_{shelf}"))], {})
    ((_, entry),) = host.plugins[-1].entries
    task = host.make("tasks", host.spec("tasks", "prev-bit"))
    network = host.make("models", host.spec("models", entry.name)).build(task.shapes, seed=0)
    inputs = task.sample(seed=0, sequences=3, length=20).inputs
    assert np.ptp(network(inputs)) > 0
    assert network(inputs) == pytest.approx(network.keras_model()(inputs).numpy(), abs=1e-5)


@pytest.mark.tensorflow
def test_cell_of_the_page_that_tells_its_structure_learns_by_exact_traces(page, write):
    """Its units do not mix: diagonal moves the weights as rtrl does, and a window of one step to others."""
    _, structured = examples(page("reference/hooks.md"), "seqtasks_cells")
    host = Host.start([write("example.py", structured)], {})
    assert host.plugins[-1].problems == ()
    task = host.make("tasks", host.spec("tasks", "prev-bit"))
    learned, slow = {}, "optimizer=sgd,optimizer.learning_rate=0.0001"  # weights that all but stand still
    others = ("rtrl:", "online:window=1,")
    for name in ("diagonal:", *others):
        network = host.make("models", host.spec("models", "fade:units=3")).build(task.shapes, seed=0)
        before = network.weights()
        host.make("trainers", host.spec("trainers", name + slow)).learner(network, task.objective, 0).learn(
            task.sample(1, 1, 60)
        )
        moved = zip(network.weights(), before, strict=True)
        learned[name] = np.concatenate([(new - old).ravel() for new, old in moved])
    (length, *apart) = (np.linalg.norm(each - learned["diagonal:"]) for each in (0, *(learned[n] for n in others)))
    assert apart[0] < 1e-3 * length
    assert apart[1] > 0.03 * length


@pytest.mark.tensorflow
def test_trainer_of_the_example_looks_back_as_far_as_it_says(page, write):
    """Three times the depth of 2."""
    host = Host.start([write("example.py", example(page("reference/hooks.md"), "seqtasks_trainers"))], {})
    task = host.make("tasks", host.spec("tasks", "prev-bit"))
    assert host.make("trainers", host.spec("trainers", "wide:factor=3")).truncation_length(task.objective) == 6


def test_task_of_the_example_is_the_majority(page, write):
    """Its law, on the bits it draws."""
    host = Host.start([write("example.py", example(page("reference/hooks.md"), "seqtasks_tasks"))], {})
    chunk = host.make("tasks", host.spec("tasks", "most-of-three")).sample(seed=0, sequences=2, length=50)
    x = chunk.inputs[:, :, 0]
    assert (chunk.targets[:, 2:, 0] == (x[:, 2:] + x[:, 1:-1] + x[:, :-2] >= 2)).all()
