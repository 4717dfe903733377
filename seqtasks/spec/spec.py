"""A spec: an entry's name and all its settings, typed and checked.

Its text is ``NAME`` or ``NAME:key=value,key=value``. A value is bare text up to the next comma, or in double quotes
with JSON escapes. A piece without ``=`` continues the list before it, ``lags=3,8``. A list may have brackets,
``lags=[3,8]``. Keys may be dotted.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final, Protocol, final

from seqtasks.errors import UsageError, quoted
from seqtasks.spec.parameter import REQUIRED, Parameter, Piece, Raw, Signature

FORM: Final = "A spec is NAME or NAME:key=value,key=value, such as delay:lag=3."

_KEY: Final = re.compile(r"\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*=")
_QUOTED: Final = re.compile(r'\s*("(?:[^"\\]|\\.)*")\s*(?=[,\]]|$)')


class Catalogue(Protocol):
    """The names and signatures of every shelf."""

    def resolve(self, shelf: str, name: str) -> str:
        """The entry's own spelling of a name.

        Raises:
            UsageError: If the shelf has no such name.
        """

    def signature(self, shelf: str, name: str) -> Signature:
        """The parameters of an entry."""


@final
@dataclass(frozen=True, slots=True)
class Spec:
    """An entry's name and the value of every one of its parameters.

    ``str(spec)`` is what differs from the defaults, :meth:`recorded` is everything; both read back as an equal spec.

    Args:
        name: The entry's name.
        items: Each parameter's name and value, in the signature's order; nested specs where a value names an entry.
        parameters: The parameters that the values were checked against.
        defaults: The default values, in the same order; ``REQUIRED`` for a parameter without one.
    """

    name: str
    items: tuple[tuple[str, Any], ...] = ()
    parameters: tuple[Parameter, ...] = field(default=(), compare=False, repr=False)
    defaults: tuple[Any, ...] = field(default=(), compare=False, repr=False)

    @property
    def settings(self) -> Mapping[str, Any]:
        """Every parameter's value, defaults included, in the signature's order."""
        return MappingProxyType(dict(self.items))

    def recorded(self) -> str:
        """The text that names every parameter."""
        return self._joined(self._pieces("", None))

    def __str__(self) -> str:
        return self._joined(self._pieces("", self.defaults))

    def _joined(self, pieces: Iterator[str]) -> str:
        text = ",".join(pieces)
        return f"{self.name}:{text}" if text else self.name

    def _pieces(self, prefix: str, base: tuple[Any, ...] | None) -> Iterator[str]:
        """``key=value`` for every parameter whose value is not that of ``base``; for every one if that is None."""
        for position, (parameter, (key, own)) in enumerate(zip(self.parameters, self.items, strict=True)):
            usual = REQUIRED if base is None else base[position]
            if isinstance(own, Spec):
                yield from own._nested(prefix + key, usual, everything=base is None)
            elif usual is REQUIRED or parameter.write(own) != parameter.write(usual):
                yield f"{prefix}{key}={parameter.write(own)}"

    def _nested(self, key: str, usual: Any, everything: bool) -> Iterator[str]:
        if isinstance(usual, Spec) and usual.name == self.name:
            yield from self._pieces(f"{key}.", tuple(own for _, own in usual.items))
        else:
            yield f"{key}={self.name}"
            yield from self._pieces(f"{key}.", None if everything else self.defaults)


def split(text: str) -> tuple[str, dict[str, Raw]]:
    """The name in ``text``, and its settings as typed.

    Raises:
        UsageError: If the text does not follow the grammar, or has a key twice.

    Example:
        >>> split("echo:lags=3,8")
        ('echo', {'lags': Raw(pieces=(Piece(text='3', quoted=False), Piece(text='8', quoted=False)), bracketed=False)})
    """
    name, colon, rest = text.partition(":")
    if not name.strip():
        raise UsageError(f"{text!r} has no name in it.", FORM)
    if colon and not rest.strip():
        return name.strip(), {}
    return name.strip(), _settings(rest, text) if colon else {}


def _settings(rest: str, text: str) -> dict[str, Raw]:
    settings: dict[str, Raw] = {}
    position, key = 0, ""
    while position <= len(rest):
        match = _KEY.match(rest, position)
        if match:
            key, position = match[1], match.end()
            if key in settings:
                raise UsageError(f"{text!r} sets {key} twice.", f"Set {key} once.")
            settings[key], position = _value(rest, position, text)
        elif not key or settings[key].bracketed:
            wrong = rest[position:].partition(",")[0]
            raise UsageError(f"{wrong!r} in {text!r} is not of the form key=value.", FORM)
        else:
            piece, position = _piece(rest, position, text)
            settings[key] = Raw((*settings[key].pieces, piece))
        position += 1
    return settings


def _value(rest: str, position: int, text: str) -> tuple[Raw, int]:
    if not rest[position:].lstrip().startswith("["):
        piece, end = _piece(rest, position, text)
        return Raw((piece,)), end
    position = rest.index("[", position) + 1
    pieces: list[Piece] = []
    while not (closing := re.compile(r"\s*\]\s*(?=,|$)").match(rest, position)):
        piece, position = _piece(rest, position, text, end="]")
        pieces.append(piece)
        position += rest[position : position + 1] == ","
        if position >= len(rest):
            raise UsageError(f"A bracket is not closed in {text!r}.", 'Put text that starts with [ in quotes: "[a".')
    return Raw(tuple(pieces), bracketed=True), closing.end()


def _piece(rest: str, position: int, text: str, end: str = "") -> tuple[Piece, int]:
    if rest[position:].lstrip().startswith('"'):
        quoted = _QUOTED.match(rest, position)
        if quoted is None:
            raise UsageError(f"A quote is not closed in {text!r}.", 'Inside quotes, write " as \\" and \\ as \\\\.')
        try:
            return Piece(json.loads(quoted[1], strict=False), quoted=True), quoted.end()
        except ValueError as error:
            raise UsageError(f"{quoted[1]} in {text!r} is not a JSON string.", "Write \\ as \\\\.") from error
    stop = re.compile(f"[^,{re.escape(end)}]*").match(rest, position)
    assert stop is not None  # the pattern matches the empty text
    return Piece(stop[0].strip()), stop.end()


def parse(text: str, shelf: str, catalogue: Catalogue, short: Mapping[str, Any] | None = None) -> Spec:
    """The spec of a text on a shelf.

    Args:
        text: ``NAME`` or ``NAME:key=value,...``.
        shelf: Where the name stands, such as ``tasks``.
        catalogue: The names and their signatures.
        short: Settings given another way, such as ``{"units": 8}`` for ``--units 8``; None values are ignored.

    Raises:
        UsageError: If anything in it is wrong, or a short setting contradicts the text.
    """
    name, raws = split(text)
    for key, given in (short or {}).items():
        if given is not None:
            _check_short(key, shelf, name, catalogue)
            raws[key] = _agreed(key, given, raws.get(key), text)
    return build(shelf, name, raws, catalogue)


def _check_short(key: str, shelf: str, name: str, catalogue: Catalogue) -> None:
    name = catalogue.resolve(shelf, name)
    known = [parameter.name for parameter in catalogue.signature(shelf, name).parameters]
    first = key.partition(".")[0]
    if first not in known:
        raise UsageError(
            f"{_option(key)} is short for {key}, and {name} has no {first}.",
            f"Leave {_option(key)} out; {name} takes {', '.join(known) or 'nothing'}.",
        )


def _option(key: str) -> str:
    return "--" + key.rpartition(".")[2].replace("_", "-")


def _agreed(key: str, given: Any, typed: Raw | None, text: str) -> Raw:
    raw = Raw((Piece(str(given), quoted=isinstance(given, str)),))
    if typed is None or typed == raw or _same_number(typed, given):
        return raw if typed is None else typed
    raise UsageError(
        f"{key} is {typed.pieces[0].text} in {text!r} and {given} in {_option(key)}.",
        f"Leave out one: {_option(key)} is short for {key}.",
    )


def _same_number(typed: Raw, given: Any) -> bool:
    try:
        return len(typed.pieces) == 1 and float(typed.pieces[0].text) == float(given)
    except ValueError:
        return False


def build(shelf: str, name: str, raws: Mapping[str, Raw], catalogue: Catalogue) -> Spec:
    """The spec of ``name`` with these settings, every other parameter at its default.

    Raises:
        UsageError: If the name or a key is unknown, a value is wrong, or a required parameter is missing.
    """
    name = catalogue.resolve(shelf, name)
    signature = catalogue.signature(shelf, name)
    known = {p.name: p for p in signature.parameters}
    for key in raws:
        _check_key(key, known, name)
    defaults = tuple(_default(p, catalogue) for p in signature.parameters)
    reader = _Reader(name, raws, catalogue)
    items = tuple((p.name, reader.setting(p, usual)) for p, usual in zip(signature.parameters, defaults, strict=True))
    return Spec(name, items, signature.parameters, defaults)


def closest(word: str, words: list[str]) -> str:
    """A question with the nearest of ``words``, or nothing.

    Example:
        >>> closest("lagg", ["lag", "symbols"])
        'Did you mean lag? '
    """
    found = get_close_matches(word.lower(), words, n=1)
    return f"Did you mean {found[0]}? " if found else ""


def _check_key(key: str, known: Mapping[str, Parameter], name: str) -> None:
    first, dot, _ = key.partition(".")
    if first not in known:
        names = ", ".join(known) or "nothing"
        raise UsageError(
            f"{name} has no parameter {quoted(first)}.", f"{closest(first, list(known))}{name} takes {names}."
        )
    if dot and known[first].shelf is None:
        raise UsageError(f"{name}: {first} names no entry, so {key} has no effect.", known[first].allowed())


def _default(parameter: Parameter, catalogue: Catalogue) -> Any:
    usual = parameter.default
    if parameter.shelf is not None and isinstance(usual, str):
        return parse(usual, parameter.shelf, catalogue)
    if parameter.type == "float" and usual is not None and usual is not REQUIRED:
        return tuple(float(item) for item in usual) if isinstance(usual, tuple) else float(usual)
    return usual


@final
@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the typed settings of one entry, the owner of the parameters."""

    owner: str
    raws: Mapping[str, Raw]
    catalogue: Catalogue

    def setting(self, parameter: Parameter, usual: Any) -> Any:
        """The parameter's value: as typed, or as usual."""
        raw = self.raws.get(parameter.name)
        prefix = parameter.name + "."
        inner = {key.removeprefix(prefix): r for key, r in self.raws.items() if key.startswith(prefix)}
        if raw is None:
            return self._changed(parameter, usual, inner) if inner else self._usual(parameter, usual)
        typed = parameter.read(raw, self.owner)
        if parameter.shelf is None:
            return typed
        if typed is not None:
            return self._entry(parameter.shelf, typed, inner)
        if inner:
            hint = f"Name one of {parameter.shelf}."
            raise UsageError(f"{self.owner}: {parameter.name} is none, which has no settings.", hint)
        return None

    def _usual(self, parameter: Parameter, usual: Any) -> Any:
        if usual is REQUIRED:
            hint = f"Write {self.owner}:{parameter.name}=...; {parameter.allowed()}"
            raise UsageError(f"{self.owner} needs {parameter.name}.", hint)
        return usual

    def _changed(self, parameter: Parameter, usual: Any, inner: Mapping[str, Raw]) -> Spec:
        """The default's spec, some of its settings changed."""
        if parameter.shelf is None or not isinstance(usual, Spec):
            raise UsageError(
                f"{self.owner}: {parameter.name}.{next(iter(inner))} is set, but {parameter.name} is not.",
                f"Write {parameter.name}=NAME before its settings.",
            )
        return self._entry(parameter.shelf, parameter.default, inner)

    def _entry(self, shelf: str, text: str, inner: Mapping[str, Raw]) -> Spec:
        name, raws = split(text)
        return build(shelf, name, _overlaid(raws, inner), self.catalogue)


def _overlaid(raws: Mapping[str, Raw], inner: Mapping[str, Raw]) -> dict[str, Raw]:
    outer = {k: r for k, r in raws.items() if not any(k.startswith(f"{name}.") for name in inner)}
    return outer | dict(inner)
