"""Settings that a class inherits, read from source text, held against what Python itself makes of them."""

import inspect
import subprocess
import sys
from contextlib import contextmanager
from importlib import import_module
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from seqtasks.spec.parameter import Range
from seqtasks.spec.signature import read

COUNT = count()

BASE = '''
import nowhere_to_be_found
from dataclasses import dataclass
from typing import Annotated, ClassVar
from seqtasks.spec.parameter import Range

LEAST = 2
Count = Annotated[int, Range(low=LEAST)]

@dataclass(frozen=True)
class Base:
    """What heirs share.

    Args:
        lanes: How many, of the base.
        clip: How much, of the base.
    """

    name: ClassVar[str]
    lanes: Count = LEAST
    clip: float | None = 1.0
'''

HEIR = '''
from dataclasses import dataclass
from typing import ClassVar
from .base import Base as Shared

LEAST = 100

@dataclass(frozen=True)
class Heir(Shared):
    """One line.

    Args:
        window: How far, of the heir.
        clip: How much, of the heir.
    """

    name: ClassVar[str] = "heir"
    window: int = LEAST
    clip: int = 3

class Further(Heir):
    """Another line."""
'''


def by_name(target):
    return {p.name: p for p in read(target).parameters}


@pytest.fixture
def family(write):
    """A package whose base cannot be imported."""
    write("family/__init__.py", "")
    write("family/base.py", BASE)
    write("family/heir.py", HEIR)
    return "family.heir"


@pytest.mark.parametrize("name", ["Heir", "Further"])
def test_bases_of_other_modules_are_read_where_they_stand(family, name):
    """Base first. A name set again keeps its place. Constants of a base are its module's. Nothing is imported."""
    p = by_name(f"{family}:{name}")
    assert [(q.name, q.type, q.default) for q in p.values()] == [
        ("lanes", "int", 2),
        ("clip", "int", 3),
        ("window", "int", 100),
    ]
    assert p["lanes"].range == Range(low=2)
    assert not p["clip"].optional
    assert not [module for module in sys.modules if module.startswith("family")]


def test_what_a_base_says_of_its_settings_is_said_of_the_heir_s(family):
    """But the heir has the last word, and its summary is its own."""
    found = read(f"{family}:Heir")
    assert {p.name: p.doc for p in found.parameters} == {
        "lanes": "How many, of the base.",
        "clip": "How much, of the heir.",
        "window": "How far, of the heir.",
    }
    assert found.summary == "One line."


def test_what_a_base_says_is_said_of_a_loaded_heir_s_settings(write):
    """Where text does not tell a default, the class is asked, and its bases' docstrings."""
    write("loaded/__init__.py", "")
    write("loaded/base.py", BASE.replace("import nowhere_to_be_found", ""))
    write("loaded/heir.py", HEIR.replace("LEAST = 100", "LEAST = int('100')"))
    found = {p.name: (p.default, p.doc) for p in read("loaded.heir:Heir").parameters}
    assert found == {
        "lanes": (2, "How many, of the base."),
        "clip": (3, "How much, of the heir."),
        "window": (100, "How far, of the heir."),
    }


DECLARED = ["{0}: int = {1}", "{0}: 'int' = {1}", "{0}: float = field(default={1})"]
KEYWORD = ["{0}: int = field(default={1}, kw_only=True)", "{0}: int = field(default={1}, kw_only=False)"]
LEFT_OUT = ["{0}: ClassVar[int] = {1}", "{0}: 'ClassVar[int]' = {1}", "{0}: int = field(init=False, default={1})"]
UNTYPED = ["{0} = {1}", "_: KW_ONLY"]


@st.composite
def hierarchies(draw):
    """The text of one to four classes, the last a dataclass, each of which may inherit from those before it."""
    total = draw(st.integers(1, 4))
    classes = ["from dataclasses import KW_ONLY, dataclass, field\nfrom typing import ClassVar\n"]
    for i in range(total):
        decorators = ["@dataclass", "@dataclass(frozen=False, kw_only=True)", "@dataclass(init=False)", ""]
        decorator = draw(st.sampled_from(decorators[: 2 if i == total - 1 else 4]))
        bases = draw(st.lists(st.integers(0, i - 1), unique=True, max_size=2 if decorator else 1)) if i else []
        lines = draw(st.lists(st.sampled_from(DECLARED + KEYWORD + LEFT_OUT + UNTYPED), max_size=4))
        names = draw(st.permutations("abcde"))
        body = [line.format(name, draw(st.integers(0, 9))) for line, name in zip(lines, names, strict=False)]
        head = f"class C{i}({', '.join(f'C{b}' for b in bases)}):"
        classes.append("\n    ".join([f"{decorator}\n{head}", *(body or ["pass"])]))
    return "\n".join(classes), f"C{total - 1}"


@contextmanager
def module_of(text):
    """The name of a module of that text, which can be imported."""
    name = f"made_{next(COUNT)}"
    with TemporaryDirectory() as folder:
        Path(folder, f"{name}.py").write_text(text, encoding="utf-8")
        sys.path.insert(0, folder)
        try:
            yield name
        finally:
            sys.path.remove(folder)
            sys.modules.pop(name, None)


@given(hierarchies())
def test_fields_are_those_of_the_class_itself(hierarchy):
    """Names, order and defaults of any hierarchy: what inspect finds once Python has made the classes."""
    text, name = hierarchy
    with module_of(text) as module:
        try:
            found = [(p.name, p.default) for p in read(f"{module}:{name}").parameters]
            assert ", C" in text or module not in sys.modules
            made = getattr(import_module(module), name)
        except TypeError:  # no order of these bases is consistent, or there are two KW_ONLY
            reject()
    assert found == [(p.name, p.default) for p in inspect.signature(made).parameters.values()]


def test_an_heir_of_several_bases_with_settings_is_loaded(write):
    """Their order is Python's own, which goes by all their bases: here b of C1 before a of C0."""
    classes = (("C0", "", "a: int = 0"), ("C1", "", "b: int = 1"), ("C2", "C0, C1", "pass"), ("C3", "C2, C0", "pass"))
    text = "".join(f"@dataclass\nclass {name}({bases}):\n    {body}\n" for name, bases, body in classes)
    write("several_bases.py", f"from dataclasses import dataclass\n{text}")
    assert list(by_name("several_bases:C1")) == ["b"]
    assert "several_bases" not in sys.modules
    assert list(by_name("several_bases:C3")) == ["b", "a"]


def test_a_base_is_what_its_name_meant_where_the_heir_stands(write):
    """An heir may take its base's name, directly or through another; a later class of that name is not the base."""
    write("shelf_of_models.py", BASE.replace("import nowhere_to_be_found", ""))
    write(
        "same_name.py",
        """
from dataclasses import dataclass
from shelf_of_models import Base

@dataclass(frozen=True)
class Base(Base):
    window: int = 7

Before = Base

@dataclass(frozen=True)
class Base(Before):
    depth: int = 8
""",
    )
    assert list(by_name("same_name:Base")) == ["lanes", "clip", "window", "depth"]
    assert list(by_name("same_name:Before")) == ["lanes", "clip", "window"]
    assert "same_name" not in sys.modules


@pytest.mark.parametrize(
    "base",
    [
        "import loadable_base\nBase = loadable_base.Base",
        "from loadable_base import *",
        "def chosen():\n    from loadable_base import Base\n    return Base\nBase = chosen()",
    ],
    ids=["attribute", "import *", "computed"],
)
def test_an_heir_whose_base_text_does_not_tell_is_loaded(write, base):
    """The class itself is asked then, and has all its settings."""
    write("loadable_base.py", BASE.replace("import nowhere_to_be_found", ""))
    heir = "@dataclass(frozen=True)\nclass Heir(Base):\n    window: int = 7\n"
    write("loaded_heir.py", f"from dataclasses import dataclass\n{base}\n\n{heir}")
    assert {p.name: p.default for p in read("loaded_heir:Heir").parameters} == {"lanes": 2, "clip": 1.0, "window": 7}
    assert "loaded_heir" in sys.modules


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("from nowhere_to_be_found import Base", "No module named 'nowhere_to_be_found'"),
        ("from textwrap import Base", "cannot import name 'Base' from 'textwrap'"),
        ("from circle_of_bases import Heir as Base", "cannot import name 'Heir' from partially initialized module"),
    ],
)
def test_a_base_that_is_nowhere_fails_as_its_import_would(write, line, message):
    """There is no such module; it has no such class; each of two modules wants the other's class as its base."""
    write("circle_of_bases.py", "from heir_of_nothing import Heir as Base\n\nclass Heir(Base): ...\n")
    write("heir_of_nothing.py", f"{line}\n\nclass Heir(Base): ...\n")
    with pytest.raises(ImportError, match=message):
        read("heir_of_nothing:Heir")


TRAINERS = """
import sys
from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
host = Host.start(environ={"SEQTASKS_BLOCK": "*"})
print(host.spec("trainers", "rtrl:lanes=2,optimizer.learning_rate=0.01"))
print([p.name for p in host.signature("trainers", "online").parameters])
for wrong in ("online:lanes=0", "rtrl:clip=-1", "rtrl:window=3", "rtrl:name=x"):
    try:
        host.spec("trainers", wrong)
    except UsageError as error:
        print(error)
print(sorted({"keras", "numpy", "tensorflow"} & set(sys.modules)))
"""


def test_inherited_settings_are_checked_before_anything_heavy_is_loaded():
    """Those of the online trainers, whose base imports TensorFlow: in a fresh process, right ones and wrong ones."""
    done = subprocess.run([sys.executable, "-c", TRAINERS], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "rtrl:lanes=2,optimizer.learning_rate=0.01",
        "['lanes', 'optimizer', 'clip', 'window']",
        "online: lanes=0 is out of range.",
        "rtrl: clip=-1.0 is out of range.",
        "rtrl has no parameter 'window'.",
        "rtrl has no parameter 'name'.",
        "[]",
    ]
