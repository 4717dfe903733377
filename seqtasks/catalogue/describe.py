"""The spec of a Python object: the inverse of making an object from a spec."""

import sys
from collections.abc import Mapping
from typing import Any, Protocol

from seqtasks.catalogue.entry import Entry
from seqtasks.errors import UsageError
from seqtasks.spec.parameter import REQUIRED, Parameter, Signature
from seqtasks.spec.signature import read
from seqtasks.spec.spec import Spec


class Shelves(Protocol):
    """The methods of the host that :func:`described` needs."""

    def shelf(self, shelf: str) -> Mapping[str, Entry]:
        """The usable entries by name."""

    def signature(self, shelf: str, name: str) -> Signature:
        """The parameters of an entry."""

    def spec(self, shelf: str, given: str | Spec, short: Mapping[str, Any] | None = None) -> Spec:
        """The checked spec of a text."""


def described(host: Shelves, shelf: str, thing: Any) -> Spec:
    """The spec of ``thing``; see :meth:`seqtasks.catalogue.host.Host.describe`."""
    name = name_of(host, shelf, type(thing))
    if name is None:
        name = f"{type(thing).__module__}:{type(thing).__qualname__}"
        return spec_of(host, name, read(name), thing)
    return spec_of(host, name, host.signature(shelf, name), thing)


def name_of(host: Shelves, shelf: str, kind: type) -> str | None:
    """The name whose target is the class ``kind``; None if there is none. Nothing is imported.

    A target whose module is not imported cannot be ``kind``, because that class exists.
    """
    return next((name for name, entry in host.shelf(shelf).items() if _if_imported(entry) is kind), None)


def spec_of(host: Shelves, name: str, signature: Signature, thing: Any) -> Spec:
    """The spec of that name with the attributes of ``thing`` as its settings."""
    items = tuple((p.name, _setting(host, p, thing, name)) for p in signature.parameters)
    defaults = tuple(
        host.spec(p.shelf, p.default) if p.shelf and isinstance(p.default, str) else p.default
        for p in signature.parameters
    )
    return Spec(name, items, signature.parameters, defaults)


def _if_imported(entry: Entry) -> Any:
    module, _, attribute = entry.target.partition(":")
    return getattr(sys.modules.get(module), attribute, None)


def _setting(host: Shelves, parameter: Parameter, thing: Any, owner: str) -> Any:
    value = getattr(thing, parameter.name, REQUIRED)
    if value is REQUIRED:
        raise UsageError(
            f"The settings of this {owner} cannot be recorded: it has no attribute {parameter.name}.",
            "Store each argument of the constructor in an attribute of the same name.",
        )
    if parameter.shelf is None or value is None:
        plain = _plain(value)
        return plain if plain is None else parameter.check(plain, owner)
    if isinstance(value, str | Spec):
        return host.spec(parameter.shelf, value)
    return described(host, parameter.shelf, value)


def _plain(value: Any) -> Any:
    """Plain values unchanged; other numbers (of NumPy, a Keras variable) as floats; anything else as its text."""
    if isinstance(value, list | tuple):
        return tuple(_plain(item) for item in value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)
