"""The tables that scripts make are filled, and are those of the scripts."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def rows(name):
    lines = (ROOT / "docs" / "explanation" / name).read_text().splitlines()
    return [line.split(" | ") for line in lines[2:]]


def texts(script):
    tree = ast.parse((ROOT / "tests" / "benchmarks" / script).read_text())
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize(
    ("page", "script", "least"),
    [
        ("question-rows.md", "question.py", 22),
        ("stays-learned-rows.md", "stays_learned.py", 21),
        ("falls-apart-rows.md", "why_it_falls_apart.py", 41),
        ("clipping-rows.md", "clipping.py", 7),
        ("it-learns-rows.md", "it_learns.py", 10),
        ("real-data-rows.md", "real_data.py", 20),
    ],
)
def test_every_row_is_one_that_the_script_makes(page, script, least):
    """A row named otherwise, or left out, is from another version of the script."""
    found = rows(page)
    known = texts(script)
    assert len(found) >= least
    for row in found:
        assert row[0].removeprefix("| ") in known, row
