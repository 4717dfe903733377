"""Specs as nested settings: ``model__units`` is the ``units`` in ``model="gru:units=8"``."""

from collections.abc import Mapping
from typing import Any

from seqtasks.estimators.known import known
from seqtasks.spec import spec
from seqtasks.spec.parameter import Piece, Raw
from seqtasks.spec.spec import Spec


def settings_of(shelf: str, given: str | Spec) -> dict[str, Any]:
    """Every setting of a spec, those of specs in it under ``key__inner``.

    Raises:
        UsageError: If it is no spec.

    Example:
        >>> settings_of("trainers", "online:window=3")["window"]
        3
    """
    return _flat(known().spec(shelf, given))


def _flat(given: Spec) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, own in given.items:
        if isinstance(own, Spec):
            found |= {f"{key}__{inner}": value for inner, value in _flat(own).items()}
        found[key] = str(own) if isinstance(own, Spec) else own
    return found


def changed(shelf: str, given: str | Spec, settings: Mapping[str, Any]) -> str:
    """The text of a spec with some settings changed.

    Args:
        shelf: Where its name stands.
        given: The spec.
        settings: The new values by key; keys of specs in it are dotted, and those of a spec that is replaced are gone.

    Raises:
        UsageError: If there is no such key, or a value is out of range.

    Example:
        >>> changed("models", "gru:units=8", {"units": 4, "layers": 2})
        'gru:units=4,layers=2'
    """
    name, raws = spec.split(str(given))
    kept = {key: raw for key, raw in raws.items() if not any(key.startswith(f"{each}.") for each in settings)}
    return str(spec.build(shelf, name, kept | {key: _raw(value) for key, value in settings.items()}, known()))


def _raw(value: Any) -> Raw:
    many = isinstance(value, tuple | list)
    return Raw(tuple(_piece(item) for item in (value if many else [value])), bracketed=many)


def _piece(value: Any) -> Piece:
    if value is None or isinstance(value, bool):
        return Piece(str(value).lower())
    return Piece(str(value), quoted=isinstance(value, str) and value != "none")
