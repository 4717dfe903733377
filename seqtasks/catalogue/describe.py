"""From an object made by hand back to a spec."""

import sys
from collections.abc import Mapping
from typing import Any, Protocol

from seqtasks.catalogue.entry import Entry
from seqtasks.errors import UsageError
from seqtasks.spec.parameter import REQUIRED, Parameter, Signature
from seqtasks.spec.signature import read
from seqtasks.spec.spec import Spec


class Shelves(Protocol):
    """What :func:`described` asks of the host."""

    def shelf(self, shelf: str) -> Mapping[str, Entry]:
        """The usable entries by name."""

    def signature(self, shelf: str, name: str) -> Signature:
        """The parameters of an entry."""

    def spec(self, shelf: str, given: str | Spec, short: Mapping[str, Any] | None = None) -> Spec:
        """The checked spec that a text means."""


def described(host: Shelves, shelf: str, thing: Any) -> Spec:
    """The spec of ``thing``; see :meth:`seqtasks.catalogue.host.Host.describe`."""
    name = named(host, shelf, type(thing))
    if name is None:
        name = f"{type(thing).__module__}:{type(thing).__qualname__}"
        return settled(host, name, read(name), thing)
    return settled(host, name, host.signature(shelf, name), thing)


def named(host: Shelves, shelf: str, made: type) -> str | None:
    """The name whose target is the class ``made``; none can be if its module is not loaded, for the class exists."""
    return next((name for name, entry in host.shelf(shelf).items() if _loaded(entry) is made), None)


def settled(host: Shelves, name: str, signature: Signature, thing: Any) -> Spec:
    """The spec of that name whose settings are the attributes of ``thing``."""
    items = tuple((p.name, _kept(host, p, thing, name)) for p in signature.parameters)
    defaults = tuple(
        host.spec(p.shelf, p.default) if p.shelf and isinstance(p.default, str) else p.default
        for p in signature.parameters
    )
    return Spec(name, items, signature.parameters, defaults)


def _loaded(entry: Entry) -> Any:
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
    plain = _as_value(kept)
    return plain if plain is None else parameter.check(plain, owner)


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
