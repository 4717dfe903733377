"""A class's docstring tells of the settings it adds; griffe, which reads it for the site, is told of the bases' too."""

import re
from collections.abc import Iterator
from typing import Any

import griffe

from seqtasks.spec.source import docstring_arguments


class InheritedSettings(griffe.Extension):
    """Adds what bases say of a class's parameters, so that each page shows all settings, as the program does."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Complete every class's docstring; needs griffe's own extension for dataclasses before it."""
        for each in classes(pkg):
            if each.docstring is not None:
                own = docstring_arguments(each.docstring.value)
                all_told = inherited(each)
                if all_told.keys() - own.keys():
                    each.docstring.value = telling(each.docstring.value, all_told | own)


def classes(owner: griffe.Module | griffe.Class) -> Iterator[griffe.Class]:
    """Every class defined in a module and its submodules."""
    for member in list(owner.members.values()):
        if isinstance(member, griffe.Class):
            yield member
        if isinstance(member, griffe.Module | griffe.Class):
            yield from classes(member)


def inherited(heir: griffe.Class) -> dict[str, str]:
    """What a class and its bases say of the parameters, the nearest last to speak, in the signature's order."""
    said: dict[str, str] = {}
    for base in reversed([heir, *heir.mro()]):
        said |= docstring_arguments(base.docstring.value) if base.docstring is not None else {}
    return {parameter.name: said[parameter.name] for parameter in heir.parameters if parameter.name in said}


def telling(doc: str, entries: dict[str, str]) -> str:
    """The docstring with these as its arguments; without a section of them so far, before the example."""
    section = "Args:\n" + "".join(f"    {name}: {text}\n" for name, text in entries.items()) + "\n"
    before, *after = re.split(r"^Args:\n(?:[ ]+.*\n|\n)*", f"{doc}\n", maxsplit=1, flags=re.MULTILINE)
    if not after:
        before, *after = re.split(r"^(?=Examples?:\n)", before, maxsplit=1, flags=re.MULTILINE)
    return "".join([before.rstrip(), "\n\n", section, *after]).rstrip()
