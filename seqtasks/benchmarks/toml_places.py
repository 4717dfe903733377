"""Where each key and each value of a TOML file stands, because Python's reader of TOML does not say."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, final

Path = tuple[str | int, ...]  # keys, and the positions in arrays: ("grid", 0, "models", 2)
Place = tuple[int, int]  # line and column, from 1

_TOKEN: Final = re.compile(
    r'''(?P<string>"""(?:[^"\\]|\\.|"(?!""))*"{3,5}|\'{3}.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')'''
    r"""|(?P<skipped>[ \t\r]+|\#[^\n]*)|(?P<mark>[\[\]{}=,.\n])|(?P<bare>[^\s\[\]{}=,."'#]+)""",
    re.DOTALL,
)
_ENDS: Final = ("\n", ",", "]", "}", "")


@final
@dataclass(frozen=True, slots=True)
class Places:
    """The places of keys and values by their paths.

    Args:
        keys: Where each key stands.
        values: Where each value starts, those in arrays included.
    """

    keys: Mapping[Path, Place] = field(default_factory=dict)
    values: Mapping[Path, Place] = field(default_factory=dict)


def places(text: str) -> Places:
    r"""The places in the text of a TOML file.

    Args:
        text: A text that :mod:`tomllib` reads without an error.

    Example:
        >>> places('seeds = 3\nmodels = ["gru", "lstm"]').values["models", 1]
        (2, 18)
    """
    scan = _Scan(text)
    scan.file()
    return Places(scan.keys, scan.values)


@final
class _Scan:
    """One pass over the tokens. The syntax is correct, so that it only has to be followed, not checked."""

    def __init__(self, text: str) -> None:
        found = _TOKEN.finditer(text)
        self._tokens = [(m[0], m.start()) for m in found if m.lastgroup != "skipped"]
        self._lines = [0, *(m.end() for m in re.finditer("\n", text))]
        self._at = 0
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}

    def file(self) -> None:
        table: Path = ()
        tables: Counter[Path] = Counter()
        while self._at < len(self._tokens):
            if self._skip("\n"):
                continue
            place = self._place()
            if self._skip("["):
                several = self._skip("[")
                table = self._key(table=tables)
                if several:
                    table = (*table, tables[table])
                    tables[table[:-1]] += 1
                self.keys[table] = place
                while self._skip("]"):
                    pass
            else:
                self._pair(table)

    def _pair(self, table: Path) -> None:
        place = self._place()
        path = (*table, *self._key())
        self.keys[path] = place
        self._skip("=")
        self._value(path)

    def _key(self, table: Counter[Path] | None = None) -> Path:
        """The parts of a dotted key; in a header, the last element of an array of tables is meant."""
        path: Path = ()
        while True:
            token, _ = self._tokens[self._at]
            self._at += 1
            path = (*path, token[1:-1] if token[0] in "\"'" else token)
            if not self._skip("."):
                return path
            if table is not None and table[path]:
                path = (*path, table[path] - 1)

    def _value(self, path: Path) -> None:
        self.values[path] = self._place()
        if self._skip("["):
            number = 0
            while not self._skip("]"):
                if not (self._skip("\n") or self._skip(",")):
                    self._value((*path, number))
                    number += 1
        elif self._skip("{"):
            while not self._skip("}"):
                if not (self._skip("\n") or self._skip(",")):
                    self._pair(path)
        else:
            while self._token() not in _ENDS:  # a number with a point consists of several tokens
                self._at += 1

    def _token(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _skip(self, token: str) -> bool:
        if self._token() != token:
            return False
        self._at += 1
        return True

    def _place(self) -> Place:
        start = self._tokens[self._at][1]
        line = sum(1 for each in self._lines if each <= start)
        return line, start - self._lines[line - 1] + 1
