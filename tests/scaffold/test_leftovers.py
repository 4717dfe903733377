"""Words of a template that still stand in a plugin."""

import pytest

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.host import Host
from seqtasks.scaffold import rendering
from seqtasks.scaffold.draft import Draft
from seqtasks.scaffold.kinds import EXAMPLES
from seqtasks.scaffold.leftovers import Leftover, leftovers
from seqtasks.scaffold.placement import place

KINDS = ("task", "cell", "model", "trainer")
LEAKY = "h' = (1 - leak) * h + leak * tanh(W x + U h + b)"
SUMMARY = "Leaky units, which move a fraction of the way to their new value at each step."


def written(write, kind, *changes):
    """The leftovers of a package's module in which texts are replaced."""
    draft = Draft(f"my-{kind}", kind)
    files = rendering.package(draft)
    text = files[f"{draft.distribution}/src/{draft.package}/{kind}.py"]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    write(f"{draft.package}/{kind}.py", text)
    return leftovers(kind, Entry(draft.name, "Mine.", f"{draft.package}.{kind}:{draft.class_name}"))


@pytest.mark.parametrize("kind", KINDS)
def test_all_words_stand_as_written(write, files, kind):
    """And describe the code; so do those of a single file, whose entry has the template's summary, too."""
    found = written(write, kind)
    assert len(found) >= 2
    assert not any(leftover.outdated for leftover in found)
    entry = Host.start([str(files / f"my_{kind}.py")], {}).shelf(f"{kind}s")[f"my-{kind}"]
    assert {leftover.words for leftover in leftovers(kind, entry)} == {entry.summary, *(each.words for each in found)}


def test_words_of_code_that_was_changed(write):
    """What is computed is another now, so that the equation is wrong."""
    found = written(write, "cell", ("ops.tanh(pre", "ops.sigmoid(pre"))
    assert found == [Leftover(SUMMARY, True), Leftover(LEAKY, True)]


def test_equation_alone(write):
    """A summary of one's own does not hide it; an equation of one's own ends the matter."""
    code, summary = ("ops.tanh(pre", "ops.sigmoid(pre"), (SUMMARY, "Sigmoid units.")
    assert written(write, "cell", code, summary) == [Leftover(LEAKY, True)]


def test_words_of_its_own(write):
    """Nothing is left."""
    changes = [("ops.tanh(pre", "ops.sigmoid(pre"), (SUMMARY, "Sigmoid units."), ("tanh(W x", "sigmoid(W x")]
    assert written(write, "cell", *changes) == []


def test_a_default_and_a_name_change_no_law(write):
    """The equation stays true."""
    assert not any(each.outdated for each in written(write, "cell", ("= 0.5, **layer", "= 0.25, **layer")))


@pytest.mark.parametrize("kind", KINDS)
def test_built_ins_are_their_own(kind):
    """A law that is the template's, such as leaky-rnn's, is not taken for it."""
    host = Host.start((), {})
    assert [entry.name for entry in host.shelf(f"{kind}s").values() if leftovers(kind, entry)] == []


def test_readme(tmp_path, monkeypatch):
    """Its sentence is looked for in the package's folder."""
    draft = Draft("my-readme", "task")
    place(rendering.package(draft), str(tmp_path))
    package = tmp_path / draft.distribution
    monkeypatch.syspath_prepend(str(package / "src"))
    entry = Entry(draft.name, "Mine.", f"{draft.package}.task:{draft.class_name}")
    sentence = Leftover(EXAMPLES["task"].sentence, False)
    assert sentence in leftovers("task", entry)
    (package / "README.md").write_text("Mine.")
    assert sentence not in leftovers("task", entry)
    (package / "README.md").unlink()
    assert sentence not in leftovers("task", entry)


def test_target_without_source():
    """There is nothing to read."""
    assert leftovers("task", Entry("thing", "A thing.", "math:sqrt")) == []
