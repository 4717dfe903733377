"""From what was typed to a typed value, and back."""

import json
import math
import re
from typing import Any

from seqtasks.errors import UsageError
from seqtasks.spec.grammar import Piece, Raw, plain, quote
from seqtasks.spec.signature import Parameter, Type

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_TRUTH = {"true": True, "false": False}
_KINDS: dict[Type, str] = {
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "str": "text",
    "any": "a number, true, false or text",
}


def read(parameter: Parameter, raw: Raw, owner: str) -> Any:
    """The value ``raw`` means for ``parameter``; lists become tuples.

    Args:
        parameter: What is set.
        raw: What was typed.
        owner: Whose parameter it is, for errors.

    Raises:
        UsageError: If it is of another type, out of range, or not among the choices.

    Example:
        >>> read(Parameter("lags", "int", many=True), Raw((Piece("3"), Piece("8"))), "echo")
        (3, 8)
    """
    if parameter.optional and not raw.bracketed and raw.pieces == (Piece("none"),):
        return None
    if parameter.many:
        return tuple(check(parameter, _one(parameter, piece, owner), owner) for piece in raw.pieces)
    if raw.bracketed or len(raw.pieces) != 1:
        shown = ",".join(piece.text for piece in raw.pieces)
        quoted = f"If the commas are part of the text: {parameter.name}={quote(shown)}."
        hint = quoted if _texty(parameter) else f"Give it one: {parameter.name}={raw.pieces[0].text}."
        raise UsageError(f"{owner}: {parameter.name} is one value, not the list {shown}.", hint)
    return check(parameter, _one(parameter, raw.pieces[0], owner), owner)


def _texty(parameter: Parameter) -> bool:
    return parameter.type in ("str", "any")


def _one(parameter: Parameter, piece: Piece, owner: str) -> Any:
    value = _typed(parameter.type, piece)
    if value is None:
        shown = quote(piece.text) if piece.quoted else piece.text
        raise UsageError(f"{owner}: {parameter.name}={shown} is not {_KINDS[parameter.type]}.", allowed(parameter))
    return value


def _typed(kind: Type, piece: Piece) -> Any:
    text = piece.text
    if kind == "str" or piece.quoted:
        return text if kind in ("str", "any") else None
    if kind in ("int", "any") and _INTEGER.fullmatch(text) and len(text) < 300:  # noqa: PLR2004  beyond any float
        return int(text)
    if kind in ("float", "any") and _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    if kind in ("bool", "any") and text in _TRUTH:
        return _TRUTH[text]
    return text if kind == "any" and text else None


def check(parameter: Parameter, value: Any, owner: str) -> Any:
    """The value, if it is in range and among the choices.

    Raises:
        UsageError: If it is not.
    """
    shown = write(parameter, value)
    if parameter.choices and value not in parameter.choices:
        raise UsageError(f"{owner}: {parameter.name}={shown} is not one of its choices.", allowed(parameter))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if parameter.range is not None and is_number and not parameter.range.holds(value):
        raise UsageError(f"{owner}: {parameter.name}={shown} is out of range.", allowed(parameter))
    return value


def allowed(parameter: Parameter) -> str:
    """A sentence that says what the parameter takes.

    Example:
        >>> allowed(Parameter("readout", "str", choices=("linear", "none")))
        'readout takes one of: linear, none.'
    """
    kind = f"one of: {', '.join(parameter.choices)}" if parameter.choices else _KINDS[parameter.type]
    several = ", several with commas between them" if parameter.many else ""
    bounds = f", {parameter.range}" if parameter.range else ""
    return f"{parameter.name} takes {kind}{bounds}{several}{', or none' if parameter.optional else ''}."


def write(parameter: Parameter, value: Any) -> str:
    """The text that reads back as ``value``.

    Example:
        >>> write(Parameter("weights", "float", many=True), (0.5, -0.25))
        '0.5,-0.25'
    """
    if isinstance(value, tuple | list):
        items = [write(Parameter(parameter.name, parameter.type), item) for item in value]
        return ",".join(items) or "[]"
    if isinstance(value, str):
        return value if _reads_back(parameter, value) else quote(value)
    return _number(value)


def _number(value: Any) -> str:
    return "none" if value is None else json.dumps(value) if isinstance(value, bool) else str(value)


def _reads_back(parameter: Parameter, text: str) -> bool:
    if not plain(text) or (text == "none" and parameter.optional):
        return False
    return parameter.type == "str" or _typed("any", Piece(text)) == text
