"""The text form of names and settings: ``NAME`` or ``NAME:key=value,key=value``.

A value is bare text up to the next comma, or in double quotes with JSON escapes. A piece without ``=`` continues the
list before it, ``lags=3,8``; brackets around a list are accepted, ``lags=[3,8]``. Keys may be dotted.
"""

import json
import re
from dataclasses import dataclass
from typing import final

from seqtasks.errors import UsageError

FORM = "A spec is NAME or NAME:key=value,key=value, such as delay:lag=3."

_KEY = re.compile(r"\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*=")
_QUOTED = re.compile(r'\s*("(?:[^"\\]|\\.)*")\s*(?=[,\]]|$)')


@final
@dataclass(frozen=True, slots=True)
class Piece:
    """One value as typed.

    Args:
        text: The characters, without quotes and escapes.
        quoted: Whether it stood in double quotes, and so is text whatever it looks like.
    """

    text: str
    quoted: bool = False


@final
@dataclass(frozen=True, slots=True)
class Raw:
    """A setting as typed.

    Args:
        pieces: Its values, in order.
        bracketed: Whether they stood in brackets, and so are a list even if there is one, or none.
    """

    pieces: tuple[Piece, ...]
    bracketed: bool = False


def parse(text: str) -> tuple[str, dict[str, Raw]]:
    """The name in ``text``, and its settings before they are given types.

    Raises:
        UsageError: If the text does not follow the grammar, or a key is given twice.

    Example:
        >>> parse("echo:lags=3,8")
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
                raise UsageError(f"{key} is given twice in {text!r}.", f"Give {key} once.")
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
            raise UsageError(f"A bracket is not closed in {text!r}.", 'Text that starts with [ goes in quotes: "[a".')
    return Raw(tuple(pieces), bracketed=True), closing.end()


def _piece(rest: str, position: int, text: str, end: str = "") -> tuple[Piece, int]:
    if rest[position:].lstrip().startswith('"'):
        quoted = _QUOTED.match(rest, position)
        if quoted is None:
            raise UsageError(f"A quote is not closed in {text!r}.", 'Inside quotes, write " as \\" and \\ as \\\\.')
        try:
            return Piece(json.loads(quoted[1], strict=False), quoted=True), quoted.end()
        except ValueError as error:
            raise UsageError(f"{quoted[1]} in {text!r} is not text in JSON's form.", "Write \\ as \\\\.") from error
    stop = re.compile(f"[^,{re.escape(end)}]*").match(rest, position)
    assert stop is not None  # the pattern matches the empty text
    return Piece(stop[0].strip()), stop.end()


def quote(text: str) -> str:
    """``text`` in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def plain(text: str) -> bool:
    """Whether ``text`` reads back as itself without quotes, wherever it stands."""
    return bool(text) and text == text.strip() and text.isprintable() and not re.search(r'[,="\[\]]', text)
