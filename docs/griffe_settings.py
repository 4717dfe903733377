"""A class's docstring tells of the settings it adds; griffe, which reads it for the site, is told of the bases' too."""

import re
from collections.abc import Iterator
from typing import Any

import griffe

from seqtasks.spec.docstring import arguments


class InheritedSettings(griffe.Extension):
    """Adds what bases say of a class's parameters, so that each page shows all settings, as the program does."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Complete every class's docstring; needs griffe's own extension for dataclasses before it."""
        for each in classes(pkg):
            if each.docstring is not None:
                own = arguments(each.docstring.value)
                missing = {name: doc for name, doc in inherited(each).items() if name not in own}
                if missing:
                    each.docstring.value = added(each.docstring.value, missing)


def classes(owner: griffe.Module | griffe.Class) -> Iterator[griffe.Class]:
    """Every class defined in a module and its submodules."""
    for member in list(owner.members.values()):
        if isinstance(member, griffe.Class):
            yield member
        if isinstance(member, griffe.Module | griffe.Class):
            yield from classes(member)


def inherited(heir: griffe.Class) -> dict[str, str]:
    """What the bases say of the parameters, the nearest base last to speak, in the signature's order."""
    said: dict[str, str] = {}
    for base in reversed(heir.mro()):
        said |= arguments(base.docstring.value) if base.docstring is not None else {}
    return {parameter.name: said[parameter.name] for parameter in heir.parameters if parameter.name in said}


def added(doc: str, entries: dict[str, str]) -> str:
    """The docstring with these entries first among its arguments; without a section of them, before the example."""
    lines = "".join(f"    {name}: {text}\n" for name, text in entries.items())
    if "\nArgs:\n" in doc:
        return doc.replace("\nArgs:\n", f"\nArgs:\n{lines}", 1)
    before, *example = re.split(r"(?=\nExamples?:\n)", doc, maxsplit=1)
    return "".join([before.rstrip(), f"\n\nArgs:\n{lines}", *example])
