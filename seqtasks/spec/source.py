"""Finding the definition of ``"package.module:attribute"`` in source text, without importing the module."""

import ast
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from inspect import cleandoc
from pathlib import Path
from typing import final

FOLLOWED = 20
_NO_SOURCE = Path("no source")  # of modules built in, compiled, in an archive, or of a namespace
_SECTION = re.compile(
    r"^(Args|Arguments|Call arguments|Attributes|Examples?|Raises|Returns|Yields|Notes?|References?):$"
)
_DEFINED = re.compile(rb"^(?:class|def) (\w+)", re.MULTILINE)


class MissingModuleError(LookupError):
    """The module does not exist."""


class MissingAttributeError(LookupError):
    """The module exists and certainly has no such attribute."""


class UndecidedError(LookupError):
    """Source text is not enough: compiled code, ``import *``, a module's ``__getattr__``, a computed value."""


@final
@dataclass(frozen=True, slots=True)
class Module:
    """A module as text.

    Args:
        name: Its dotted name.
        tree: Its syntax tree.
        package: The dotted name relative imports start from.
    """

    name: str
    tree: ast.Module
    package: str

    def binding(self, name: str, before: int | None = None) -> ast.stmt | None:
        """The last statement at module level that binds ``name``, also inside ``if``, ``try`` and ``with``.

        Args:
            name: The name.
            before: The line above which it must stand; None for anywhere.
        """
        found = None
        for statement in _statements(self.tree.body):
            if (before is None or statement.lineno < before) and name in _bound(statement):
                found = statement
        return found

    @property
    def dynamic(self) -> bool:
        """Whether the module may have attributes that its text does not show."""
        return any(
            (isinstance(s, ast.FunctionDef) and s.name == "__getattr__")
            or (isinstance(s, ast.ImportFrom) and s.names[0].name == "*")
            for s in _statements(self.tree.body)
        )


@final
@dataclass(frozen=True, slots=True)
class Definition:
    """A statement or expression that defines a name, and the module in which its own names are to be read."""

    module: Module
    node: ast.AST


def find(target: str) -> Definition:
    """The class, function or expression that ``target`` names; re-exports and aliases are followed.

    Raises:
        MissingModuleError: If there is no such module.
        MissingAttributeError: If the module has no such attribute.
        UndecidedError: If source text is not enough.

    Example:
        >>> find("fractions:Fraction").node.name
        'Fraction'
    """
    module, _, attribute = target.partition(":")
    return lookup(_module(module), attribute)


def shows(target: str) -> bool:
    """Whether a line of the module's text starts a definition of ``target``: a fast test for most targets.

    Raises:
        MissingModuleError: If there is no such module.

    Example:
        >>> shows("fractions:Fraction"), shows("fractions:Decimal")
        (True, False)
    """
    module, _, attribute = target.partition(":")
    path = _file(module)
    if path is None:
        raise MissingModuleError(f"there is no module {module}")
    if path.suffix != ".py":
        return False
    return attribute.encode() in _DEFINED.findall(path.read_bytes())


def lookup(module: Module, name: str, hops: int = FOLLOWED, before: int | None = None) -> Definition:
    """As :func:`find`, for a name read inside ``module``.

    Args:
        module: The module.
        name: The name.
        hops: How many re-exports and aliases are followed at most.
        before: The line at which the name is read, as a base is where its heir is defined; None for the end.
    """
    statement = module.binding(name, before)
    if hops == 0:
        raise UndecidedError(f"{module.name}:{name} leads in a circle")
    match statement:
        case ast.ClassDef() | ast.FunctionDef():
            return Definition(module, statement)
        case ast.ImportFrom():
            return _imported(module, statement, name, hops)
        case ast.Assign(value=ast.Name(id=other)):
            return lookup(module, other, hops - 1, statement.lineno)
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return Definition(module, value)
        case None if not module.dynamic and not _is_submodule(module, name):
            raise MissingAttributeError(f"{module.name} has no attribute {name}")
        case _:
            raise UndecidedError(f"{module.name}:{name} cannot be read from source text")


def _imported(module: Module, statement: ast.ImportFrom, name: str, hops: int) -> Definition:
    original = next(a.name for a in statement.names if (a.asname or a.name) == name)
    start = module.package.rsplit(".", statement.level - 1)[0] if statement.level else ""
    source = ".".join(part for part in (start, statement.module) if part)
    try:
        return lookup(_module(source), original, hops - 1)
    except (MissingModuleError, MissingAttributeError) as error:
        raise UndecidedError(str(error)) from error


def _is_submodule(module: Module, name: str) -> bool:
    return module.package == module.name and _file(f"{module.name}.{name}") is not None


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        match statement:
            case ast.If(body=inner, orelse=other):
                yield from _statements(inner + other)
            case ast.Try(body=inner, handlers=handlers, orelse=other, finalbody=final):
                yield from _statements([s for h in handlers for s in h.body] + inner + other + final)
            case ast.With(body=inner):
                yield from _statements(inner)


def _bound(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return [name]
        case ast.ImportFrom(names=names) | ast.Import(names=names):
            return [alias.asname or alias.name.partition(".")[0] for alias in names]
        case ast.Assign(targets=targets):
            names_in = [node for t in targets for node in ast.walk(t) if isinstance(node, ast.Name)]
            return [node.id for node in names_in if isinstance(node.ctx, ast.Store)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case _:
            return []


def _module(name: str) -> Module:
    path = _file(name)
    if path is None:
        raise MissingModuleError(f"there is no module {name}")
    if path.suffix != ".py":
        raise UndecidedError(f"{name} is not Python source")
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return Module(name, _parsed(path, path.stat().st_mtime_ns), package)


@lru_cache(maxsize=256)
def _parsed(path: Path, _modified: int) -> ast.Module:
    try:
        return ast.parse(path.read_bytes())
    except (SyntaxError, ValueError) as error:
        raise UndecidedError(f"{path.name} cannot be parsed: {error}") from error


def _file(name: str) -> Path | None:
    """Where a module's source is; None if there is no such module; a path not ending in .py if it has no source."""
    path = _origin(name)
    return path if path is None or path.is_file() else _NO_SOURCE


def _origin(name: str) -> Path | None:
    loaded = getattr(sys.modules.get(name), "__file__", None)
    if loaded is not None:
        return Path(loaded)
    top, *rest = name.split(".")
    spec = _top_spec(top)
    if spec is None:
        return None
    origin, folders = spec
    for depth, part in enumerate(rest):
        searched = folders
        origin, folders = _step(searched, part)
        if origin is None and not folders:  # only an import looks into an archive
            return None if all(map(os.path.isdir, searched)) else _NO_SOURCE
        if not folders and depth < len(rest) - 1:
            return None
    return Path(origin) if origin else _NO_SOURCE


def _top_spec(top: str) -> tuple[str | None, list[str]] | None:
    loaded = sys.modules.get(top)
    if loaded is not None and (getattr(loaded, "__file__", None) or getattr(loaded, "__path__", None)):
        return getattr(loaded, "__file__", None), list(getattr(loaded, "__path__", []))
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return None
    return None if spec is None else (spec.origin, list(spec.submodule_search_locations or []))


def _step(folders: list[str], part: str) -> tuple[str | None, list[str]]:
    namespace = []
    for folder in folders:
        inner = os.path.join(folder, part)
        if os.path.isfile(package := os.path.join(inner, "__init__.py")):
            return package, [inner]
        if os.path.isfile(inner + ".py"):
            return inner + ".py", []
        compiled = next(Path(folder).glob(part + ".*.so"), None) if os.path.isdir(folder) else None
        if compiled is not None:
            return str(compiled), []
        if os.path.isdir(inner):
            namespace.append(inner)
    return None, namespace


def docstring_summary(doc: str) -> str:
    """The first paragraph, as one line."""
    return " ".join(cleandoc(doc).partition("\n\n")[0].split())


def docstring_body(doc: str) -> str:
    r"""The text before the first section: the summary and the law.

    Example:
        >>> docstring_body("The delay.\n\n    y_t = x_{t-lag}\n\nArgs:\n    lag: How far back.")
        'The delay.\n\n    y_t = x_{t-lag}'
    """
    kept: list[str] = []
    for line in cleandoc(doc).splitlines():
        if _SECTION.match(line):
            break
        kept.append(line)
    return "\n".join(kept).strip()


def docstring_arguments(doc: str) -> dict[str, str]:
    r"""Each parameter's sentence from the ``Args:`` section.

    Example:
        >>> docstring_arguments("One line.\n\nArgs:\n    lag: How far\n        back.")
        {'lag': 'How far back.'}
    """
    found: dict[str, list[str]] = {}
    current: list[str] = []
    indent = 0
    for line in _arguments_section(cleandoc(doc)):
        depth = len(line) - len(line.lstrip())
        indent = indent or depth
        entry = re.match(r"\s*\*{0,2}(\w+)\s*(?:\([^)]*\))?:\s*(.*)", line) if depth == indent else None
        if entry:
            current = found.setdefault(entry[1], [])
            current.append(entry[2])
        elif depth > indent:
            current.append(line.strip())
        else:
            current = []
    return {name: " ".join(lines).strip() for name, lines in found.items()}


def _arguments_section(doc: str) -> list[str]:
    lines = doc.splitlines()
    start = next((i for i, line in enumerate(lines) if line in ("Args:", "Arguments:")), len(lines)) + 1
    end = next((i for i in range(start, len(lines)) if lines[i] and not lines[i].startswith(" ")), len(lines))
    return [line for line in lines[start:end] if line.strip()]
