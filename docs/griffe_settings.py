"""Complete docstrings for the site: a class documents the settings that it adds, its bases document the others."""

import re
from collections.abc import Iterator
from typing import Any

import griffe

from seqtasks.spec.source import docstring_arguments


class InheritedSettings(griffe.Extension):
    """Add the parameters' descriptions of the bases, so that a page shows all settings, as the program does."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Complete every class's docstring; needs griffe's own extension for dataclasses before it."""
        for each in classes(pkg):
            if each.docstring is not None:
                own = docstring_arguments(each.docstring.value)
                all_settings = inherited(each)
                if all_settings.keys() - own.keys():
                    each.docstring.value = with_arguments(each.docstring.value, all_settings | own)


def classes(owner: griffe.Module | griffe.Class) -> Iterator[griffe.Class]:
    """Every class defined in a module and its submodules."""
    for member in list(owner.members.values()):
        if isinstance(member, griffe.Class):
            yield member
        if isinstance(member, griffe.Module | griffe.Class):
            yield from classes(member)


def inherited(heir: griffe.Class) -> dict[str, str]:
    """The parameters' descriptions of a class and its bases in the signature's order; the class itself wins."""
    found: dict[str, str] = {}
    for base in reversed([heir, *heir.mro()]):
        found |= docstring_arguments(base.docstring.value) if base.docstring is not None else {}
    return {parameter.name: found[parameter.name] for parameter in heir.parameters if parameter.name in found}


def with_arguments(doc: str, entries: dict[str, str]) -> str:
    """The docstring with these arguments. A docstring without a section of arguments gets it before the example."""
    section = "Args:\n" + "".join(f"    {name}: {text}\n" for name, text in entries.items()) + "\n"
    before, *after = re.split(r"^Args:\n(?:[ ]+.*\n|\n)*", f"{doc}\n", maxsplit=1, flags=re.MULTILINE)
    if not after:
        before, *after = re.split(r"^(?=Examples?:\n)", before, maxsplit=1, flags=re.MULTILINE)
    return "".join([before.rstrip(), "\n\n", section, *after]).rstrip()
