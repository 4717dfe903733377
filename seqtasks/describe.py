"""From an object made by hand back to a spec."""

import sys
from collections.abc import Mapping
from typing import Any, Protocol

from seqtasks.entry import Entry
from seqtasks.errors import UsageError
from seqtasks.signature import REQUIRED, Parameter, Signature, read
from seqtasks.spec import Spec


class Shelves(Protocol):
    """What :func:`described` asks of the host."""

    def shelf(self, shelf: str) -> Mapping[str, Entry]:
        """The usable entries by name."""

    def signature(self, shelf: str, name: str) -> Signature:
        """The parameters of an entry."""

    def spec(self, shelf: str, given: str | Spec, short: Mapping[str, Any] | None = None) -> Spec:
        """The checked spec that a text means."""


def described(host: Shelves, shelf: str, thing: Any) -> Spec:
    """The spec of ``thing``; see :meth:`seqtasks.host.Host.describe`."""
    made = type(thing)
    name = next((entry.name for entry in host.shelf(shelf).values() if _target(entry) is made), None)
    if name is None:
        name = f"{made.__module__}:{made.__qualname__}"
        signature = read(name)
    else:
        signature = host.signature(shelf, name)
    items = tuple((p.name, _kept(host, p, thing, name)) for p in signature.parameters)
    defaults = tuple(
        host.spec(p.shelf, p.default) if p.shelf and isinstance(p.default, str) else p.default
        for p in signature.parameters
    )
    return Spec(name, items, signature.parameters, defaults)


def _target(entry: Entry) -> Any:
    """The entry's class if its module is loaded, as it is if an object of that class exists."""
    module, _, attribute = entry.target.partition(":")
    return getattr(sys.modules.get(module), attribute, None)


def _kept(host: Shelves, parameter: Parameter, thing: Any, owner: str) -> Any:
    kept = getattr(thing, parameter.name, REQUIRED)
    if kept is REQUIRED:
        raise UsageError(
            f"The settings of this {owner} cannot be recorded: it has no attribute {parameter.name}.",
            "Keep each of the constructor's arguments under its own name.",
        )
    if parameter.shelf is not None and kept is not None:
        return (
            host.spec(parameter.shelf, kept) if isinstance(kept, str | Spec) else described(host, parameter.shelf, kept)
        )
    return _as_value(kept)


def _as_value(kept: Any) -> Any:
    """Plain values as they are; other numbers (NumPy's, a Keras variable) as floats; the rest as its text."""
    if isinstance(kept, list | tuple):
        return tuple(_as_value(item) for item in kept)
    if kept is None or isinstance(kept, bool | int | float | str):
        return kept
    try:
        return float(kept)
    except (TypeError, ValueError):
        return str(kept)
