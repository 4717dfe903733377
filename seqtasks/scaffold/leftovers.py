"""Words of a template that are left in a plugin, and whether they still describe its code."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import final

from seqtasks.catalogue.entry import Entry
from seqtasks.scaffold import rendering
from seqtasks.scaffold.draft import Draft
from seqtasks.scaffold.kinds import EXAMPLES, Kind
from seqtasks.spec.source import find

_SECTION = re.compile(r"\n *(Args|Example):\n|\n\n *Source: ")


@final
@dataclass(frozen=True, slots=True)
class Leftover:
    """Words of ``seqtasks new-plugin`` that nobody has replaced.

    Args:
        words: The words.
        outdated: Whether the code that they describe was changed.
    """

    words: str
    outdated: bool


def leftovers(kind: str, entry: Entry) -> list[Leftover]:
    """The summaries and equations of a template in an entry, in the docstrings of its module, and in its README.

    There are none where the module does not begin as a template does: others may describe the same law in the same way.

    Args:
        kind: ``task``, ``cell``, ``model`` or ``trainer``.
        entry: The entry.
    """
    try:
        found = find(entry.target)
    except LookupError:  # without source text there is nothing to read
        return []
    if ast.get_docstring(found.module.tree) != f"The {kind} {entry.name}.":
        return []
    draft = Draft("example", Kind(kind))
    template = ast.parse(rendering.target(draft))
    written = "\n".join(_words(text) for text in _docstrings(found.module.tree))
    standing = [words for text in _docstrings(template) for words in _described(text) if words in written]
    example = EXAMPLES[draft.kind]
    standing += [
        words for words, text in ((example.summary, entry.summary), (example.sentence, _readme(entry))) if words in text
    ]
    outdated = _code(found.module.tree) != _code(template)
    return [Leftover(words, outdated) for words in dict.fromkeys(standing)]


def _readme(entry: Entry) -> str:
    """The README of a package in the src layout; empty if there is no such file, as for an installed copy."""
    try:
        spec = find_spec(entry.target.partition(":")[0])
        source = Path((spec and spec.origin) or "")
        return (source.parent / "../../README.md").read_text(encoding="utf-8")
    except (OSError, ValueError):  # of what is not there, what is not UTF-8, and of a module without a spec
        return ""


def _docstrings(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield ast.get_docstring(node) or ""


def _described(docstring: str) -> Iterator[str]:
    """A docstring's summary, and its equations, which are indented."""
    first, *others = _SECTION.split(docstring)[0].split("\n\n")
    yield _words(first)
    yield from (_words(paragraph) for paragraph in others if paragraph.startswith(" "))


def _words(text: str) -> str:
    return " ".join(text.split())


def _code(tree: ast.Module) -> dict[str, str]:
    """The methods of the classes, without their docstrings: names, defaults and imports may change as they like."""
    methods = {}
    for node in tree.body:
        for method in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(method, ast.FunctionDef):
                body = method.body[1:] if ast.get_docstring(method) is not None else method.body
                methods[method.name] = "\n".join(map(ast.unparse, body))
    return methods
