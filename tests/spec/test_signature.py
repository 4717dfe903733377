"""What is read from source text, and that nothing is imported for it."""

import subprocess
import sys

import pytest

from seqtasks.catalogue.builtin import INITIALIZERS, OPTIMIZERS
from seqtasks.spec.parameter import REQUIRED, Range
from seqtasks.spec.signature import read

MODULE = '''
import nowhere_to_be_found
from dataclasses import KW_ONLY, dataclass, field
from typing import Annotated, Any, ClassVar, Literal, Optional
from seqtasks.spec.parameter import Names, Range

LEAST = 2
Shade = Literal["dark", "light"]

@dataclass(frozen=True)
class Thing:
    """One line
    in two.

    y = a x

    Args:
        a: How steep,
            in degrees.
        b (list): Which ones: all.

    Example:
        >>> a: not a parameter
    """

    kind: ClassVar[str] = "thing"
    a: Annotated[int, Range(low=LEAST, below=9)]
    b: tuple[int, ...] = (1, 2)
    c: "float | None" = None
    _: KW_ONLY
    d: Shade = "dark"
    e: Annotated[str, Names("optimizers")] = field(default="sgd")
    f: Optional[bool] = field(default=True)
    g: list[str] = field(default_factory=list)
    h: int = field(init=False, default=3)
    i: int | float = LEAST


@dataclass
class Heir(Thing):
    j: bool = False


class Plain:
    """A class.

    Args:
        size: From the class.
    """

    def __init__(
        self, size, rate=0.5, count=3, on=True, name="x", extra=None, items=(1.0, 2.0), *args, key=1, **kwargs
    ):
        """Set up.

        Args:
            rate: From the constructor.
        """


class Inherits(Plain):
    pass


class Bare:
    """Nothing to set."""


def make(a: int, b: float = 1.0):
    """Make it."""


Alias = Plain
'''


def by_name(target):
    return {p.name: p for p in read(target).parameters}


@pytest.fixture
def things(write):
    write("light_things.py", MODULE)
    return "light_things"


def test_module_that_cannot_be_imported_is_read(things):
    """The module imports something that does not exist, and yet its signatures are known."""
    assert list(by_name(f"{things}:Thing")) == ["a", "b", "c", "d", "e", "f", "g", "i"]
    assert things not in sys.modules


def test_dataclass_fields(things):
    """Types, lists, options, choices, ranges, shelves and defaults of a dataclass's fields."""
    p = by_name(f"{things}:Thing")
    assert (p["a"].type, p["a"].range, p["a"].default) == ("int", Range(low=2, below=9), REQUIRED)
    assert (p["b"].type, p["b"].many, p["b"].default) == ("int", True, (1, 2))
    assert (p["c"].type, p["c"].optional, p["c"].default) == ("float", True, None)
    assert (p["d"].type, p["d"].choices, p["d"].default) == ("str", ("dark", "light"), "dark")
    assert (p["e"].type, p["e"].shelf, p["e"].default) == ("str", "optimizers", "sgd")
    assert (p["f"].type, p["f"].optional, p["f"].default) == ("bool", True, True)
    assert (p["g"].type, p["g"].many, p["g"].default) == ("str", True, ())
    assert (p["i"].type, p["i"].default) == ("float", 2)


def test_docs(things):
    """Each parameter's sentence is joined from its lines, and the summary from its own."""
    signature = read(f"{things}:Thing")
    docs = {p.name: p.doc for p in signature.parameters}
    assert signature.summary == "One line in two."
    assert docs["a"] == "How steep, in degrees."
    assert docs["b"] == "Which ones: all."
    assert docs["c"] == ""


def test_inherited_fields_come_first(things):
    """A dataclass takes its base's fields before its own, and those that are passed by keyword only last of all."""
    assert list(by_name(f"{things}:Heir")) == ["a", "b", "c", "j", "d", "e", "f", "g", "i"]


@pytest.mark.parametrize("name", ["Plain", "Inherits", "Alias"])
def test_unannotated_parameters_take_their_default_s_type(things, name):
    """int, float, bool, str and lists of them by their defaults; any where there is none; *args passed over."""
    p = by_name(f"{things}:{name}")
    kinds = {key: found.type for key, found in p.items()}
    assert kinds == {
        "size": "any", "rate": "float", "count": "int", "on": "bool", "name": "str", "extra": "any", "items": "float",
        "key": "int",
    }  # fmt: skip
    assert p["items"].many
    assert p["extra"].optional
    assert (p["size"].doc, p["rate"].doc) == ("From the class.", "From the constructor.")


def test_functions_and_bare_classes(things):
    """A function's parameters are read alike; a class without a constructor has none."""
    assert {k: (p.type, p.default) for k, p in by_name(f"{things}:make").items()} == {
        "a": ("int", REQUIRED),
        "b": ("float", 1.0),
    }
    assert read(f"{things}:Bare").parameters == ()


@pytest.mark.parametrize(
    "text",
    [
        "def __getattr__(name):\n    def made(lag: int = 4): 'Made.'\n    return made\n",
        "from functools import partial\ndef f(a, lag=4): 'Made.'\nmade = partial(f, 1)\n",
        "def wrong(lag: int = int('4')): 'Made.'\nmade = wrong\n",
    ],
    ids=["module __getattr__", "computed", "computed default"],
)
def test_what_text_does_not_tell_is_loaded(write, text):
    """Where source text does not tell, the target itself is asked."""
    write("dynamic_module.py", text)
    assert by_name("dynamic_module:made")["lag"].default == 4


def test_compiled_target_is_loaded():
    """A C function has no source; its signature comes from inspect."""
    assert list(by_name("math:gcd")) == []
    assert by_name("math:isclose")["rel_tol"].default == 1e-09


def test_parameters_no_text_can_set_are_passed_over(write):
    """Infinity and objects as defaults cannot be written in a spec."""
    write("odd_defaults.py", "def f(a: float = float('inf'), b=object(), c=2): ...\n")
    assert list(by_name("odd_defaults:f")) == ["c"]


def test_missing_targets():
    """What is not there fails as an import would."""
    with pytest.raises(ImportError, match="no_such_package"):
        read("no_such_package.inner:Thing")
    with pytest.raises(AttributeError, match="nothing"):
        read("textwrap:nothing")


def test_keras_is_read_without_importing_it():
    """Every optimizer and initializer is read through Keras's re-exports, and nothing heavy is loaded."""
    targets = [entry.target for entry in OPTIMIZERS + INITIALIZERS]
    code = f"""
import sys
from seqtasks.spec.signature import read
for target in {targets!r}:
    assert read(target).summary, target
sgd = {{p.name: p for p in read("keras.optimizers:SGD").parameters}}
assert (sgd["momentum"].type, sgd["momentum"].default) == ("float", 0.0)
print(sorted({{"keras", "tensorflow", "numpy"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "[]\n")
