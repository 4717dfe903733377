"""A parameter of an entry: its type, range and default, and the text form of its values."""

import json
import math
import re
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal, final

from seqtasks.errors import UsageError

Type = Literal["int", "float", "bool", "str", "any"]

_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
TOO_LONG: Final = 300  # digits; a double has at most 309, and Python limits the digits that int reads
_TRUTH: Final = {"true": True, "false": False}
_KINDS: Final[dict[Type, str]] = {
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "str": "text",
    "any": "a number, true, false or text",
}


@final
@dataclass(frozen=True, slots=True)
class Range:
    """A mark inside ``Annotated[...]``: the allowed numbers of a parameter; of a list, those of each item.

        low <= value <= high    and    above < value < below

    Args:
        low: The least allowed value.
        high: The greatest allowed value.
        above: The value must be greater than this.
        below: The value must be less than this.

    Example:
        >>> Range(low=1).holds(0)
        False
        >>> str(Range(above=0, high=1))
        'above 0, at most 1'
    """

    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None

    def holds(self, value: float) -> bool:
        """Whether ``value`` is allowed."""
        return (
            (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def __str__(self) -> str:
        bounds = {"at least": self.low, "above": self.above, "at most": self.high, "below": self.below}
        return ", ".join(f"{word} {bound}" for word, bound in bounds.items() if bound is not None)


@final
@dataclass(frozen=True, slots=True)
class Names:
    """A mark inside ``Annotated[...]``: the value names an entry, whose own settings have dotted keys.

    Args:
        shelf: The shelf of the entry, such as ``optimizers``.
    """

    shelf: str


class Required(Enum):
    """The type of :data:`REQUIRED`; an enumeration, so that copies and pickles stay the same object."""

    REQUIRED = "required"

    def __repr__(self) -> str:
        return self.name


REQUIRED: Final = Required.REQUIRED


@final
@dataclass(frozen=True, slots=True)
class Piece:
    """One value as typed.

    Args:
        text: The characters, without quotes and escapes.
        quoted: Whether the value is in double quotes, and therefore text even if it looks like a number.
    """

    text: str
    quoted: bool = False


@final
@dataclass(frozen=True, slots=True)
class Raw:
    """A setting as typed.

    Args:
        pieces: Its values, in order.
        bracketed: Whether the values are in brackets, and therefore a list even if there is one, or none.
    """

    pieces: tuple[Piece, ...]
    bracketed: bool = False


@final
@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an entry.

    Args:
        name: Its key.
        type: The type of its values; ``any`` tries integer, number, true/false, text.
        many: Whether the value is a list, stored as a tuple.
        optional: Whether ``none`` is allowed.
        default: The default, or :data:`REQUIRED`.
        range: The allowed numbers.
        choices: The allowed texts; empty if any text is allowed.
        shelf: The shelf whose entries the value names.
        doc: Its description.

    Example:
        >>> lags = Parameter("lags", "int", many=True, range=Range(low=1))
        >>> lags.read(Raw((Piece("3"), Piece("8"))), "echo")
        (3, 8)
        >>> lags.write((3, 8))
        '3,8'
        >>> lags.allowed()
        'lags takes an integer, at least 1, several with commas between them.'
    """

    name: str
    type: Type = "any"
    many: bool = False
    optional: bool = False
    default: Any = REQUIRED
    range: Range | None = None
    choices: tuple[str, ...] = ()
    shelf: str | None = None
    doc: str = ""

    def read(self, raw: Raw, owner: str) -> Any:
        """The value of what was typed; lists become tuples.

        Args:
            raw: The setting as typed.
            owner: The name of the parameter's entry, for errors.

        Raises:
            UsageError: If it is of another type, out of range, or not among the choices.
        """
        if self.optional and not raw.bracketed and raw.pieces == (Piece("none"),):
            return None
        if self.many:
            return tuple(self.check(self._read_piece(piece, owner), owner) for piece in raw.pieces)
        if raw.bracketed or len(raw.pieces) != 1:
            shown = ",".join(piece.text for piece in raw.pieces)
            as_text = f"If the commas are part of the text: {self.name}={quote(shown)}."
            hint = as_text if self.type in ("str", "any") else f"Give one value: {self.name}={raw.pieces[0].text}."
            raise UsageError(f"{owner}: {self.name} is one value, not the list {shown}.", hint)
        return self.check(self._read_piece(raw.pieces[0], owner), owner)

    def _read_piece(self, piece: Piece, owner: str) -> Any:
        value = _typed(self.type, piece)
        if value is None:
            shown = quote(piece.text) if piece.quoted else piece.text
            raise UsageError(f"{owner}: {self.name}={shown} is not {_KINDS[self.type]}.", self.allowed())
        return value

    def check(self, value: Any, owner: str) -> Any:
        """The value, if it is in range and among the choices.

        Args:
            value: A value, or one item of a list.
            owner: The name of the parameter's entry, for errors.

        Raises:
            UsageError: If it is not.
        """
        if self.choices and value not in self.choices:
            raise UsageError(f"{owner}: {self.name}={self.write(value)} is not one of its choices.", self.allowed())
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if self.range is not None and is_number and not self.range.holds(value):
            raise UsageError(f"{owner}: {self.name}={self.write(value)} is out of range.", self.allowed())
        return value

    def allowed(self) -> str:
        """A sentence that names the allowed values."""
        kind = f"one of: {', '.join(self.choices)}" if self.choices else _KINDS[self.type]
        several = ", several with commas between them" if self.many else ""
        bounds = f", {self.range}" if self.range else ""
        return f"{self.name} takes {kind}{bounds}{several}{', or none' if self.optional else ''}."

    def write(self, value: Any) -> str:
        """The text that reads back as ``value``."""
        if isinstance(value, tuple | list):
            item = Parameter(self.name, self.type)
            return ",".join(item.write(each) for each in value) or "[]"
        if isinstance(value, str):
            return value if self._reads_back(value) else quote(value)
        return "none" if value is None else json.dumps(value) if isinstance(value, bool) else str(value)

    def _reads_back(self, text: str) -> bool:
        if not is_plain(text) or (text == "none" and self.optional):
            return False
        return self.type == "str" or _typed("any", Piece(text)) == text


@final
@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of an entry's target, and its docstring.

    Args:
        parameters: In the order of the target's own signature.
        summary: The docstring's first paragraph.
        doc: The whole docstring.
    """

    parameters: tuple[Parameter, ...]
    summary: str = ""
    doc: str = ""


def _typed(kind: Type, piece: Piece) -> Any:
    """The value of a piece; None if it is not of that type."""
    text = piece.text
    if kind == "str" or piece.quoted:
        return text if kind in ("str", "any") else None
    if kind in ("int", "any") and _INTEGER.fullmatch(text) and len(text) < TOO_LONG:
        return int(text)
    if kind in ("float", "any") and _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    if kind in ("bool", "any") and text in _TRUTH:
        return _TRUTH[text]
    return text if kind == "any" and text else None


def quote(text: str) -> str:
    """``text`` in double quotes, with JSON escapes."""
    return json.dumps(text, ensure_ascii=False)


def is_plain(text: str) -> bool:
    """Whether ``text`` reads back as itself without quotes, in any position."""
    return bool(text) and text == text.strip() and text.isprintable() and not re.search(r'[,="\[\]]', text)
