"""Which interface a plugin was made for, and what to do where that is another than this seqtasks's."""

from typing import Any, Final

from seqtasks.catalogue.hookspecs import INTERFACE

TOLD: Final = "SEQTASKS_INTERFACE"


def another(module: Any) -> str:
    """The interface that the module says it was made for, as text, where it is not this one; else nothing."""
    told = getattr(module, TOLD, INTERFACE)
    return "" if isinstance(told, int) and told == INTERFACE else repr(told)


def remedy(interface: str, plugin: str) -> str:
    """What to do about a plugin made for another interface.

    Args:
        interface: As :func:`another` has it.
        plugin: The plugin's name.
    """
    if not interface.removeprefix("-").isdecimal():
        return f"whoever wrote it has to say {TOLD} = {INTERFACE}, a plain integer, if it is made for that"
    version = f"a version of {plugin} made for interface {INTERFACE}"
    if int(interface) > INTERFACE:
        return f"install a seqtasks with interface {interface}, or {version}"
    return f"install {version}, or bring it there: docs/reference/hooks.md has what changed"
