"""Plugins are loaded, isolated and reported; names are resolved; specs are built into objects and read back."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest

from seqtasks.catalogue import builtin
from seqtasks.catalogue.builtin import INITIALIZERS, OPTIMIZERS
from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.host import Host
from seqtasks.errors import PluginError, UsageError

pytestmark = pytest.mark.usefixtures("no_installed_plugins")

HEAD = """
from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl
"""
GOOD = (
    HEAD
    + '''
from dataclasses import dataclass

@dataclass(frozen=True)
class Thing:
    """A thing.

    Args:
        lag: How far.
    """
    lag: int = 1

@hookimpl
def seqtasks_tasks():
    yield Entry("thing", "A thing.", f"{__name__}:Thing")
'''
)


def start(*plugins, **environ):
    return Host.start(plugins, environ)


def last(host):
    return host.plugins[-1]


def yields(entries, hook="seqtasks_tasks"):
    """The text of a plugin whose hook has this body."""
    return f"{HEAD}\n@hookimpl\ndef {hook}():\n    {entries}\n"


def test_builtins_come_through_the_same_door():
    """With no plugin the names are those of seqtasks itself, sorted, with nothing wrong."""
    host = start()
    assert list(host.shelf("tasks")) == ["delay", "echo", "prev-bit", "same-bit", "sequences", "table"]
    assert list(host.shelf("cells")) == ["indrnn", "leaky-rnn", "lru", "mingru", "rtu"]
    assert list(host.shelf("models")) == [
        "delay-line",
        "esn",
        "gru",
        "lstm",
        "simple-rnn",
        "indrnn",
        "leaky-rnn",
        "lru",
        "mingru",
        "rtu",
    ]
    gradients = ["batch", "diagonal", "kf-rtrl", "online", "rflo", "rtrl", "snap", "uoro"]
    assert list(host.shelf("trainers")) == sorted([*gradients, "ridge", "rls"])
    assert (host.plugins[0].name, host.plugins[0].origin, host.plugins[0].problems) == ("seqtasks", "built-in", ())


def test_file_plugin(write):
    """A file's entries can be used: its module is found again by its entries' targets."""
    host = start(write("good.py", GOOD))
    assert (last(host).origin, last(host).problems) == ("--plugin", ())
    assert [(shelf, entry.name) for shelf, entry in last(host).entries] == [("tasks", "thing")]
    spec = host.spec("tasks", "thing:lag=4")
    thing = host.make("tasks", spec)
    assert thing.lag == 4
    assert host.describe("tasks", thing) == spec
    assert host.signature("tasks", "thing").parameters[0].doc == "How far."


def test_two_files_of_one_name(write):
    """Files of the same name in different folders do not replace each other, and a file twice is one plugin."""
    one, two = write("a/good.py", GOOD), write("b/good.py", GOOD.replace('"thing"', '"other"'))
    host = start(one, two, one)
    assert {"thing", "other"} <= set(host.shelf("tasks"))
    assert len(host.plugins) == 3


def test_module_and_environment(write):
    """SEQTASKS_PLUGINS holds files or modules."""
    write("good_module.py", GOOD)
    host = start(SEQTASKS_PLUGINS=f"good_module:{write('more.py', GOOD.replace('thing', 'more'))}")
    assert {"thing", "more"} <= set(host.shelf("tasks"))
    assert [r.origin for r in host.plugins] == ["built-in", "SEQTASKS_PLUGINS", "SEQTASKS_PLUGINS"]


def test_installed_plugin(write):
    """An entry point of the group seqtasks is a plugin with its distribution's version; a bad one is survived."""
    write("good_installed.py", GOOD)
    write("demo_plugin-1.5.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo-plugin\nVersion: 1.5\n")
    write("demo_plugin-1.5.dist-info/entry_points.txt", "[seqtasks]\ndemo = good_installed\nbad = not_there_at_all\n")
    bad, demo = start().plugins[1:]
    assert (demo.name, demo.version, demo.origin, demo.problems) == ("demo", "1.5", "entry point", ())
    assert bad.problems == ("cannot be imported: ModuleNotFoundError: No module named 'not_there_at_all'",)
    assert [r.blocked for r in start(SEQTASKS_BLOCK="demo-plugin").plugins] == [False, True, True]
    assert [r.blocked for r in start(SEQTASKS_BLOCK="demo").plugins] == [False, False, True]


@pytest.mark.parametrize("block", ["*", "good", "good.py", "other, good"])
def test_blocked(write, block):
    """A blocked plugin is not imported, is reported, and is named as a possible reason for a missing name."""
    host = start(write("good.py", "raise SystemExit"), SEQTASKS_BLOCK=block)
    assert (last(host).blocked, last(host).problems) == (True, ())
    assert "delay" in host.shelf("tasks")
    with pytest.raises(UsageError, match="no task named 'thing'") as caught:
        host.spec("tasks", "thing")
    assert re.search(r"Not everything of \S*good.py is in use: seqtasks plugins says why.", caught.value.hint)


BROKEN = {
    "import error": (
        "import not_there_at_all",
        "cannot be imported: it needs the module not_there_at_all, which is not installed",
    ),
    "other error": (
        "import json\n1 / 0",
        r"cannot be imported: ZeroDivisionError: division by zero in \S+broken.py, line 2$",
    ),
    "error in what it calls": (
        "import json\n\ndef settings():\n    return json.loads('{')\n\nsettings()",
        r"cannot be imported: JSONDecodeError: Expecting property name .* in \S+broken.py, line 4$",
    ),
    "syntax error": ("def f(:", r"cannot be imported: syntax error in \S+broken.py, line 1: "),
    "syntax error in what it imports": (
        "import broken_inner",
        r"cannot be imported: syntax error in \S+broken_inner.py, line 2: .* was never closed$",
    ),
    "error without words": (
        "class E(ValueError):\n    def __str__(self): raise ValueError('boom')\n\nraise E",
        r"cannot be imported: E in \S+broken.py, line 4$",
    ),
    "error that exits when it is asked": (
        "import sys\nclass E(ValueError):\n    def __str__(self): sys.exit(3)\n\nraise E",
        r"cannot be imported: E in \S+broken.py, line 5$",
    ),
    "missing module of no name": (
        "raise ModuleNotFoundError('nothing', name=3)",
        r"cannot be imported: it needs the module 3, which is not installed",
    ),
    "exits": ("import sys\nsys.exit(3)", r"cannot be imported: it called sys.exit\(3\) in \S+broken.py, line 2$"),
    "misspelt hook": (
        yields("yield", "seqtasks_task"),
        "seqtasks_task is not a hook; the hooks are seqtasks_tasks, seqtasks_cells",
    ),
    "unmarked hook": ("def seqtasks_tasks(): yield", "seqtasks_tasks is not marked with @hookimpl"),
    "unmarked, misspelt": (
        "def seqtasks_task(): yield",
        "seqtasks_task is not a hook, and is not marked with @hookimpl",
    ),
    "arguments": (
        yields("yield").replace("tasks()", "tasks(register)"),
        "its hooks cannot be registered: PluginValidationError: .*register",
    ),
    "no entry": (yields("yield 'thing'"), "seqtasks_tasks yields 'thing', which is not an Entry"),
    "no text": (
        yields("yield Entry('thing', None, 'a:b')"),
        "seqtasks_tasks yields Entry.*whose fields are not all text",
    ),
    "trainer that is no text": (
        yields("yield Entry('thing', '', 'a:b', trainer=3)"),
        "seqtasks_tasks yields Entry.*whose fields are not all text",
    ),
    "trainer of a model": (
        yields("yield Entry('thing', '', 'a:b', trainer='online')", "seqtasks_models"),
        "seqtasks_models yields thing with the trainer 'online', but only a task can propose a trainer",
    ),
    "illegal name": (
        yields("yield Entry('my_thing', '', 'a:b')"),
        "seqtasks_tasks yields the name 'my_thing', which is not kebab-case",
    ),
    "illegal target": (
        yields("yield Entry('thing', '', 'a.b')"),
        "seqtasks_tasks yields the target 'a.b', which is not of the form",
    ),
    "yields nothing": (yields("return None"), "seqtasks_tasks failed: TypeError: 'NoneType' object is not iterable"),
    "no module": (
        yields("yield Entry('thing', '', 'no_such.module:T')"),
        "its thing has a target that does not exist: there is no module no_such.module",
    ),
    "no attribute": (
        yields("yield Entry('thing', '', 'textwrap:T')"),
        "its thing has a target that does not exist: textwrap has no attribute T",
    ),
    "built-in's name": (
        yields("yield Entry('delay', '', 'textwrap:wrap')"),
        "its delay is set aside: the built-in delay stays",
    ),
    "cell named gru": (
        yields("yield Entry('gru', '', 'textwrap:wrap')", "seqtasks_cells"),
        "its gru is set aside: the built-in gru",
    ),
    "twice": (yields("yield from [Entry('thing', '', 'textwrap:wrap')] * 2"), "yields thing twice; the first stays"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_plugin_is_reported_and_stops_nothing(write, kind):
    """One sentence states the problem; the built-ins and another plugin still work."""
    text, problem = BROKEN[kind]
    write("broken_inner.py", "\ndef f(")
    host = start(write("broken.py", text), write("good.py", GOOD.replace("thing", "fine")))
    (found,) = host.plugins[1].problems
    assert re.match(problem, found), found
    assert "\n" not in found
    assert host.make("tasks", host.spec("tasks", "fine:lag=2")).lag == 2
    assert host.shelf("tasks")["delay"].target == "seqtasks.tasks.delay:Delay"


def test_missing_file(tmp_path):
    """A file that is not there is named."""
    assert last(start(str(tmp_path / "absent.py"))).problems == (
        f"cannot be imported: there is no file {tmp_path / 'absent.py'}",
    )


def test_hook_that_raises_half_way_keeps_what_it_yielded(write):
    """Each record is complete in itself, so those before the error stay."""
    body = "yield Entry('early', '', 'textwrap:wrap')\n    1 / 0\n    yield Entry('late', '', 'textwrap:wrap')"
    plugin = write("half.py", yields(body))
    host = start(plugin)
    assert last(host).problems == (f"seqtasks_tasks failed: ZeroDivisionError: division by zero in {plugin}, line 8",)
    assert "early" in host.shelf("tasks")
    assert "late" not in host.shelf("tasks")


def test_clash_between_plugins_sets_both_aside(write):
    """Neither is used, and using the name names both; other entries of both stay."""
    one, two = write("one.py", GOOD), write("two.py", GOOD)
    host = start(one, two)
    assert "thing" not in host.shelf("tasks")
    assert host.plugins[1].problems == (f"its thing is set aside: {two} provides the same name",)
    assert host.plugins[2].problems == (f"its thing is set aside: {one} provides the same name",)
    with pytest.raises(PluginError) as caught:
        host.spec("tasks", "thing:lag=1")
    assert caught.value.message == f"The task thing is provided by {one} and by {two}."
    assert "SEQTASKS_BLOCK" in caught.value.hint


def test_cell_and_model_of_one_name_clash(write):
    """Models and cells share one catalogue of names."""
    cell = write("cell.py", yields("yield Entry('leaky', '', 'textwrap:wrap')", "seqtasks_cells"))
    model = write("model.py", yields("yield Entry('leaky', '', 'textwrap:wrap')", "seqtasks_models"))
    with pytest.raises(PluginError, match="The model leaky is provided by"):
        start(cell, model).spec("models", "leaky")


def test_name_that_points_nowhere_is_an_error_only_when_used(write):
    """Using it names the plugin and the cause."""
    plugin = write("nowhere.py", yields("yield Entry('thing', '', 'textwrap:T')"))
    with pytest.raises(PluginError) as caught:
        start(plugin).spec("tasks", "thing")
    assert (
        caught.value.message
        == f"The task thing of {plugin} has a target that does not exist: textwrap has no attribute T."
    )


def test_target_that_fails_when_imported(write):
    """What only an import can show is an error at the first use, which names the plugin and the cause."""
    target = write("fails_late.py", "import json.not_there\ndef make(lag: int = 1): ...\n")
    plugin = write("late.py", yields("yield Entry('thing', '', 'fails_late:make')"))
    host = start(plugin)
    spec = host.spec("tasks", "thing:lag=2")
    with pytest.raises(PluginError) as caught:
        host.make("tasks", spec)
    assert caught.value.message == (
        f"The task thing of {plugin} cannot be loaded from fails_late:make: "
        f"ModuleNotFoundError: No module named 'json.not_there' in {target}, line 1."
    )


def test_module_s_own_line_is_named(write):
    """Of a package, the last of its own lines in the traceback."""
    write("demo_package/__init__.py", "")
    write("demo_package/plugin.py", "from demo_package import inner\n")
    inner = write("demo_package/inner.py", "\n\nimport fractions\nfractions.Fraction(1, 0)\n")
    assert last(start("demo_package.plugin")).problems == (
        f"cannot be imported: ZeroDivisionError: Fraction(1, 0) in {inner}, line 4",
    )


def test_debug_shows_where_a_plugin_fails(write, monkeypatch, capsys):
    """The traceback, on stderr, only where it is asked for."""
    plugin = write("broken.py", "1 / 0")
    start(plugin)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("SEQTASKS_DEBUG", "1")
    start(plugin)
    out, err = capsys.readouterr()
    assert (out, err.startswith("Traceback (most recent call last)")) == ("", True)
    assert err.endswith("ZeroDivisionError: division by zero\n")


@pytest.mark.parametrize(("shelf", "kind"), [("cells", "cell"), ("models", "model")])
def test_what_cannot_be_loaded_is_called_by_its_kind(write, shelf, kind):
    """A cell is no model, though it stands wherever one can."""
    write("fails_late.py", "import json.not_there\nclass Thing: ...\n")
    plugin = write("late.py", yields("yield Entry('thing', '', 'fails_late:Thing')", f"seqtasks_{shelf}"))
    with pytest.raises(PluginError) as caught:
        start(plugin).load("models", "thing")
    assert caught.value.message.startswith(f"The {kind} thing of {plugin} cannot be loaded from fails_late:Thing: ")
    nowhere = write("nowhere.py", yields("yield Entry('other', '', 'textwrap:T')", f"seqtasks_{shelf}"))
    with pytest.raises(PluginError) as caught:
        start(nowhere).load("models", "other")
    assert caught.value.message.startswith(f"The {kind} other of {nowhere} has a target that does not exist: ")


def test_a_usage_error_of_the_target_stays_as_it_is(write):
    """Its sentence and its hint are for the user who typed the setting."""
    write(
        "refuses.py",
        "from seqtasks.errors import UsageError\n"
        "def make(lag: int = 1):\n    raise UsageError('lag is odd.', 'Give an even one.')\n",
    )
    host = start(write("strict.py", yields("yield Entry('thing', '', 'refuses:make')")))
    with pytest.raises(UsageError) as caught:
        host.make("tasks", host.spec("tasks", "thing:lag=3"))
    assert (caught.value.message, caught.value.hint) == ("lag is odd.", "Give an even one.")


def test_settings_the_target_refuses(write):
    """A ValueError of the constructor is a usage error with the spec in it."""
    write("refuses.py", "def make(lag: int = 1):\n    raise ValueError('lag is odd')\n")
    host = start(write("strict.py", yields("yield Entry('thing', '', 'refuses:make')")))
    with pytest.raises(UsageError, match="thing:lag=3 is not valid: lag is odd"):
        host.make("tasks", host.spec("tasks", "thing:lag=3"))


def test_plugin_that_prints_leaves_stdout_to_data(write, capsys):
    """What a plugin prints while it is imported, asked or loaded goes to stderr."""
    write("loud.py", "print('loaded')\ndef make(): ...\n")
    plugin = write("prints.py", "print('imported')" + yields("print('asked'); yield Entry('thing', '', 'loud:make')"))
    host = start(plugin)
    host.make("tasks", host.spec("tasks", "thing"))
    assert capsys.readouterr() == ("", "imported\nasked\nloaded\n")


def test_interrupt_passes_through(write):
    """Ctrl-C while a plugin is imported is the user's, not the plugin's."""
    plugin = write("interrupted.py", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        start(plugin)


def test_unknown_names():
    """The nearest name and the command that lists them all."""
    with pytest.raises(UsageError) as caught:
        start().spec("tasks", "dely")
    assert caught.value.message == "There is no task named 'dely'."
    assert caught.value.hint == "Did you mean delay? seqtasks list tasks shows every name."
    with pytest.raises(UsageError, match="There is no optimizer named 'adm'") as caught:
        start().spec("optimizers", "adm")
    assert caught.value.hint == "Did you mean adam? seqtasks list optimizers shows every name."


def test_long_name_is_shortened():
    """Its beginning and its end, wherever a name is unknown."""
    long, short = "x" * 300, f"'{'x' * 27}...{'x' * 28}'"
    for shelf, text, message in [
        ("tasks", long, f"There is no task named {short}."),
        ("models", f"gru:{long}=3", f"gru has no parameter {short}."),
    ]:
        with pytest.raises(UsageError) as caught:
            start().spec(shelf, text)
        assert caught.value.message == message
    with pytest.raises(UsageError) as caught:
        start().shelves_of(long)
    assert caught.value.message == f"Nothing is named {short}."


def test_underscores_are_accepted_in_names():
    """glorot_uniform is Keras's spelling of glorot-uniform."""
    assert str(start().spec("initializers", "glorot_uniform")) == "glorot-uniform"


def test_short_options_reach_nested_specs():
    """--learning-rate changes one setting of the default optimizer."""
    host = start()
    spec = host.spec("trainers", "online", {"optimizer.learning_rate": 0.5, "window": None})
    assert str(spec) == "online:optimizer.learning_rate=0.5"
    assert spec.settings["optimizer"].settings["amsgrad"] is True
    assert host.spec("trainers", spec) is spec
    assert host.spec("trainers", spec, {"window": 3}).settings["window"] == 3


CELL = (
    HEAD
    + '''
class Leaky:
    """A leaky cell.

    Args:
        units: How many.
    """
    def __init__(self, units, leak=0.5, dropout=0.1, **kwargs):
        self.units = units

@hookimpl
def seqtasks_cells():
    yield Entry("leaky", "A leaky cell.", f"{__name__}:Leaky")
'''
)


def test_cell_as_a_model(write):
    """A cell stands on the models' shelf with its own settings, then the standard model's, which win a clash."""
    host = start(write("cell.py", CELL))
    cells = list(host.shelf("cells"))
    assert cells == ["indrnn", "leaky", "leaky-rnn", "lru", "mingru", "rtu"]
    assert list(host.shelf("models")) == ["delay-line", "esn", "gru", "lstm", "simple-rnn", *cells]
    spec = host.spec("models", "leaky:layers=2", {"units": 8})
    assert list(spec.settings) == ["units", "leak", "layers", "readout", "dropout", "readout_initializer"]
    assert (spec.settings["units"], spec.settings["dropout"]) == (8, 0.0)
    assert host.spec("models", "leaky").settings["units"] == 16
    with pytest.raises(UsageError, match="leaky: units=0 is out of range"):
        host.spec("models", "leaky:units=0")


def test_cell_is_made_into_the_standard_model(write, monkeypatch):
    """The standard model gets the cell's class, the cell's own settings, and its own."""
    write(
        "stand_in.py",
        """
from dataclasses import dataclass

@dataclass
class Standard:
    cell: object
    settings: object
    layers: int = 1
    dropout: float = 0.0
""",
    )
    stand_in = replace(builtin.MODEL_OF_CELL, entry=Entry("standard", "", "stand_in:Standard"))
    monkeypatch.setattr(builtin, "MODEL_OF_CELL", stand_in)
    host = start(write("cell.py", CELL))
    made = host.make("models", host.spec("models", "leaky:layers=3,leak=0.25"))
    assert made.cell.__name__ == "Leaky"
    assert (made.settings, made.layers, made.dropout) == ({"units": 16, "leak": 0.25}, 3, 0.0)
    assert host.describe("models", made) == host.spec("models", "leaky:layers=3,leak=0.25")


def test_describing_what_no_entry_names(write):
    """The class stands for the name, and the settings are its attributes."""
    write(
        "by_hand.py",
        """
class Mine:
    def __init__(self, lag=1, p=0.5):
        self.lag, self.p = lag, p

class Forgets:
    def __init__(self, lag=1): ...
""",
    )
    from by_hand import Forgets, Mine  # noqa: PLC0415  the test has just written it

    assert start().describe("tasks", Mine(lag=3)).recorded() == "by_hand:Mine:lag=3,p=0.5"
    with pytest.raises(UsageError, match="has no attribute lag"):
        start().describe("tasks", Forgets())


NESTED = """
from dataclasses import dataclass
from typing import Annotated, Any
from seqtasks.spec.parameter import Names

@dataclass
class Nested:
    start: Annotated[Any, Names("initializers")] = "glorot_uniform"
    ends: tuple[float, ...] = ()
"""


def test_describing_nested_settings(write):
    """A name, a spec or an object made by hand, wherever an entry is named; other numbers become floats."""
    write("nested.py", NESTED)
    write("fake_initializers.py", "class Ones:\n    def __init__(self, gain=1.0):\n        self.gain = gain\n")
    from fake_initializers import Ones  # noqa: PLC0415  the test has just written it
    from nested import Nested  # noqa: PLC0415  the test has just written it

    host = start()
    named = host.describe("tasks", Nested("ones", [Fraction(1, 2)]))
    assert str(named) == "nested:Nested:start=ones,ends=0.5"
    assert str(host.describe("tasks", Nested(host.spec("initializers", "glorot-uniform")))) == "nested:Nested"
    by_hand = host.describe("tasks", Nested(Ones(gain=2)))
    assert str(by_hand.settings["start"]) == "fake_initializers:Ones:gain=2"


@pytest.mark.tensorflow
@pytest.mark.parametrize("entry", OPTIMIZERS + INITIALIZERS, ids=lambda entry: entry.name)
def test_optimizers_and_initializers_can_be_made_from_specs(entry):
    """Every optimizer and initializer takes the settings that were read from its source text."""
    shelf = "optimizers" if entry in OPTIMIZERS else "initializers"
    host = start()
    made = host.make(shelf, host.spec(shelf, entry.name))
    assert type(made).__name__ == entry.target.partition(":")[2]


def test_every_builtin_and_keras_target_exists():
    """No name of ours has a target that does not exist."""
    host = start()
    for shelf in ("tasks", "models", "trainers", "optimizers", "initializers"):
        for name in host.shelf(shelf):
            assert host.signature(shelf, name).summary, name


def test_a_target_that_prints_while_its_settings_are_read_leaves_stdout_to_data(write, capsys):
    """A target that has to be loaded to learn its settings prints to stderr, too."""
    write("computed.py", "print('target')\nmake = (lambda: lambda size=3: size)()\n")
    plugin = write("hooks.py", yields("yield Entry('thing', '', 'computed:make')"))
    host = Host.start([str(plugin)], {})
    assert host.signature("tasks", "thing").parameters[0].name == "size"
    out, err = capsys.readouterr()
    assert (out, "target" in err) == ("", True)
