"""Where the keys and values of a TOML file stand: against the text itself, and against Python's reader of TOML."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.benchmarks.toml_places import places

TEXT = (
    """# a comment with = and [ and "
seeds = 3
"quoted key" = 'it"""
    + "'"
    + '''
models = [
  "gru:units=[1,2]",  # a comment, with "quotes" and ]
  'lstm', "a \\"b\\" #",
]
nested = [[1, 2], [3.5]]
when = 1979-05-27T07:32:00Z

[quick]
seeds = 1_000
inline = { a = 1, b = [true, false] }
dotted.key = """
several lines ] = "
"""

[[grid]]
tasks = ["x"]
[[grid]]
tasks = ["y",
"z"]
[grid.inner]
deep = -1e3
'''.replace("'it''", "'it'")
)


def leaves(value, path=()):
    """The path of each value that is neither a table nor an array."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield path, value
        return
    for key, inner in items:
        yield from leaves(inner, (*path, key))


def test_every_value_of_a_file_has_its_place():
    """At each place stands the text that Python reads as that value."""
    found = places(TEXT)
    lines = TEXT.splitlines(keepends=True)
    expected = dict(leaves(tomllib.loads(TEXT)))
    assert expected.keys() <= found.values.keys()
    for path, value in expected.items():
        line, column = found.values[path]
        rest = lines[line - 1][column - 1 :] + "".join(lines[line:])
        starts = {str: ('"', "'"), bool: ("true", "false")}.get(type(value), tuple("-0123456789"))
        assert rest.startswith(starts), (path, rest[:20])
    assert found.values["models", 1] == (6, 3)
    assert found.values["grid", 1, "tasks", 1] == (22, 1)
    assert found.keys["quick", "seeds"] == (12, 1)
    assert found.values["grid", 1, "inner", "deep"] == (24, 8)


NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
SCALARS = st.one_of(st.integers(-9999, 9999), st.booleans(), st.text("ab=[],#{}'. ", max_size=6), st.floats(-9, 9))


def written(value):
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)


@given(st.dictionaries(NAMES, st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=6)))
def test_places_of_any_flat_file(content):
    """At each place stands the value as it was written."""
    text = "".join(f"{key} = {written(value)}\n" for key, value in content.items())
    assert tomllib.loads(text) == content
    found, lines = places(text), text.splitlines()
    for path, value in leaves(content):
        line, column = found.values[path]
        assert lines[line - 1][column - 1 :].startswith(written(value))
    for number, key in enumerate(content):
        assert found.keys[key,] == (number + 1, 1)


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing", "a = 1"])
def test_short_files(text):
    """Files of nothing or of one line."""
    assert len(places(text).values) == len(tomllib.loads(text))
