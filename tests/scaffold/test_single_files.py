"""One file of each kind: let in, and learned with."""

import pytest

import seqtasks
from seqtasks.catalogue.host import Host

KINDS = ("task", "cell", "model", "trainer")


@pytest.mark.parametrize("kind", KINDS)
def test_it_brings_its_name(files, kind):
    """Without a problem, and with the summary of its line in the list."""
    report = Host.start([str(files / f"my_{kind}.py")], {}).plugins[-1]
    assert report.problems == ()
    ((shelf, entry),) = report.entries
    assert (shelf, entry.name) == (f"{kind}s", f"my-{kind}")
    assert entry.summary.endswith(".")


@pytest.mark.parametrize(
    ("kind", "shelf", "setting", "meaning"),
    [
        ("task", "tasks", "lag", "The distance of the past bit in steps."),
        ("cell", "cells", "leak", "The fraction, in (0, 1]."),
        ("model", "models", "units", "H, the size of the state."),
        (
            "trainer",
            "trainers",
            "keep",
            "The factor of the influence at each step; 1 is rtrl, 0 a window of one step.",
        ),
    ],
)
def test_its_settings_are_read_from_its_text(files, kind, shelf, setting, meaning):
    """With their meanings, nothing being loaded."""
    host = Host.start([str(files / f"my_{kind}.py")], {})
    meanings = {p.name: p.doc for p in host.signature(shelf, f"my-{kind}").parameters}
    assert meanings[setting].startswith(meaning)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("task", {"task": "my-task", "model": "gru"}),
        ("cell", {"task": "prev-bit", "model": "my-cell"}),
        ("model", {"task": "prev-bit", "model": "my-model"}),
        ("trainer", {"task": "prev-bit", "model": "gru", "trainer": "my-trainer"}),
    ],
)
def test_it_learns(files, kind, names):
    """In 20 000 steps to a skill above 0.9, as the tests of the package ask."""
    result = seqtasks.run(**names, steps=20_000, plugins=[str(files / f"my_{kind}.py")])
    assert result.skill > 0.9
