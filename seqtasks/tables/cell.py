"""What a cell of a text file is: a number, a truth value, or text."""

import re
from collections.abc import Sequence
from typing import Final

_NUMERAL: Final = frozenset("0123456789+-.eE \t")
_TRUTH: Final = {
    text: value for value, word in enumerate(("False", "True")) for text in (word, word.lower(), word.upper())
}
_WHOLE: Final = re.compile(r"[ \t]*[+-]?[0-9]{1,309}[ \t]*")  # the largest float has 309 digits
_MISSING: Final = frozenset(("na", "n/a", "#n/a", "nan", "null", "none", "-", "--", "?"))
_ADVICE: Final = (
    (
        re.compile(r"[+-]?[\d.]*\d(,\d+)+(\.\d*)?|[+-]?\d{1,3}([ '\u00a0\u202f]\d{3})+([.,]\d*)?"),
        "Write numbers with a decimal point and without thousands separators, such as 1234.5.",
    ),
    (re.compile(r"[+-]?[\d.,]+ ?%"), "Write numbers without a percent sign."),
    (
        re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}\b.*"),
        "For times, time= names the column, and calendar=hour uses it as an input.",
    ),
)


def number(cell: str) -> float:
    """A decimal number as CSV files write it, in ASCII, with or without spaces around it; NaN if it is none.

    Example:
        >>> number("-2.5e3"), number("01"), number("2000_01"), number("1,000")
        (-2500.0, 1.0, nan, nan)
    """
    try:
        return float(cell) if _NUMERAL.issuperset(cell) else float("nan")
    except ValueError:
        return float("nan")


def value(cell: str) -> float:
    """A number, or 1 for ``True`` and 0 for ``False`` in the three spellings that pandas reads; else NaN.

    Example:
        >>> value("true"), value("0.5"), value("yes")
        (1.0, 0.5, nan)
    """
    return float(_TRUTH[cell]) if cell in _TRUTH else number(cell)


def numbers(cells: Sequence[str]) -> list[float]:
    """:func:`number` of each cell."""
    return _all_numbers(cells) or [number(cell) for cell in cells]


def values(cells: Sequence[str]) -> list[float]:
    """:func:`value` of each cell."""
    return _all_numbers(cells) or [value(cell) for cell in cells]


def _all_numbers(cells: Sequence[str]) -> list[float]:
    """The numbers, if all are, in a tenth of the time that one after the other takes; else nothing."""
    try:
        return list(map(float, cells)) if _NUMERAL.issuperset("".join(cells)) else []
    except ValueError:
        return []


def is_missing(cell: str) -> bool:
    """Whether a cell stands for a missing number: an empty one, or a word such as NA.

    Example:
        >>> is_missing(""), is_missing(" n/a"), is_missing("zero")
        (True, True, False)
    """
    text = cell.strip().lower()
    return not text or text in _MISSING


def whole(cell: str) -> int | None:
    """An integer written with all its digits, exactly; None if the cell is not one.

    Example:
        >>> whole("10000000000000001"), whole("1e3")
        (10000000000000001, None)
    """
    return int(cell) if _WHOLE.fullmatch(cell) else None


def advice(cell: str) -> str:
    """How to write the number that a cell seems to stand for; empty if nothing is known of it.

    Example:
        >>> advice("12%")
        'Write numbers without a percent sign.'
    """
    text = cell.strip()
    if text.lower() in _MISSING:
        return "It is the sentinel of a missing value: fill it in or remove the row."
    return next((words for pattern, words in _ADVICE if pattern.fullmatch(text)), "")
