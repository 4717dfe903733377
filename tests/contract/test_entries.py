"""Every built-in entry, on every shelf, keeps what an entry promises."""

import doctest
import json
import subprocess
import sys

import pytest

from seqtasks.catalogue.host import SHELVES, Host
from seqtasks.spec.parameter import REQUIRED, Range

HOST = Host.start(environ={"SEQTASKS_BLOCK": "*"})
KERAS = ("optimizers", "initializers")
ENTRIES = [(shelf, name) for shelf in SHELVES for name in HOST.shelf(shelf)]
EVERY = [*ENTRIES, *((shelf, name) for shelf in KERAS for name in HOST.shelf(shelf))]
HEAVY = ["keras", "numpy", "sklearn", "tensorflow"]

every_entry = pytest.mark.parametrize(("shelf", "name"), ENTRIES)


def test_there_is_something_to_check():
    """The shelves are not empty: what follows checks something."""
    assert {shelf for shelf, _ in ENTRIES} >= {"tasks", "models", "trainers"}


def test_signatures_are_read_without_importing_anything_heavy():
    """In a fresh process, all of them, Keras's too, one after the other."""
    code = (
        "import json, sys\n"
        "from seqtasks.catalogue.host import Host\n"
        "host = Host.start(environ={'SEQTASKS_BLOCK': '*'})\n"
        f"read = [host.signature(*entry).parameters for entry in {EVERY!r}]\n"
        f"print(json.dumps([len(read), sorted(set({HEAVY!r}) & set(sys.modules))]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [len(EVERY), []]


@every_entry
def test_every_parameter_is_documented(shelf, name):
    """What it means, its type, and a default within its own range."""
    for parameter in HOST.signature(shelf, name).parameters:
        assert parameter.doc, parameter.name
        assert parameter.doc.rstrip().endswith((".", "?", "...")), parameter.name
        default = parameter.default
        if isinstance(parameter.range, Range) and isinstance(default, int | float):
            assert parameter.range.holds(default), parameter.name


@every_entry
def test_summaries_are_sentences_of_one_line(shelf, name):
    """Short enough for a line of the list."""
    summary = HOST.shelf(shelf)[name].summary
    assert summary.endswith(".")
    assert summary[0].isupper()
    assert "\n" not in summary
    assert len(summary) <= 60


@pytest.mark.tensorflow
@every_entry
def test_the_target_loads_and_its_example_is_true(shelf, name):
    """The class exists, and its docstring has an example that gives what it says."""
    target = HOST.load(shelf, name)
    module = sys.modules[target.__module__]
    (test,) = doctest.DocTestFinder(recurse=False).find(target, name, module=module, globs=dict(vars(module)))
    assert any(example.want.strip() for example in test.examples)
    failed, tried = doctest.DocTestRunner(verbose=False).run(test)
    assert (failed, tried > 0) == (0, True)


def needed(shelf, name):
    """Something for each parameter that has no default."""
    required = [p for p in HOST.signature(shelf, name).parameters if p.default is REQUIRED]
    return {p.name: 2 if p.type == "int" else "text" for p in required}


@pytest.mark.tensorflow
@every_entry
def test_what_is_read_from_the_source_is_what_the_class_has(shelf, name):
    """Made with its defaults, the object keeps every setting under its name and is described by the same spec."""
    spec = HOST.spec(shelf, name, short=needed(shelf, name))
    assert HOST.describe(shelf, HOST.make(shelf, spec)) == spec


@pytest.mark.tensorflow
@pytest.mark.parametrize(("shelf", "name"), [e for e in ENTRIES if e[0] != "models" or e[1] not in HOST.shelf("cells")])
def test_defaults_are_the_class_s_own(shelf, name):
    """So is an object of the class called by hand; a cell among the models is made into one by the host alone."""
    given = needed(shelf, name)
    assert HOST.describe(shelf, HOST.load(shelf, name)(**given)) == HOST.spec(shelf, name, short=given)


@pytest.mark.tensorflow
@pytest.mark.parametrize(("shelf", "name"), [entry for entry in EVERY if entry[0] in KERAS])
def test_keras_names_are_there(shelf, name):
    """Each optimizer and initializer can be made with what the signature says are its defaults."""
    spec = HOST.spec(shelf, name)
    made = HOST.make(shelf, spec)
    assert type(made) is HOST.load(shelf, name)
