"""The tables that scripts make are filled, and are those of the scripts."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def rows(name):
    """The rows of all tables of a file, each without the head of its table."""
    lines = (ROOT / "docs" / "explanation" / name).read_text().splitlines()
    heads = {number - 1 for number, line in enumerate(lines) if line.startswith("|---")}
    return [line.split(" | ") for number, line in enumerate(lines) if line.startswith("| ") and number not in heads]


def texts(script):
    tree = ast.parse((ROOT / "benchmarks" / script).read_text())
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize(
    ("page", "script", "least"),
    [
        ("question-rows.md", "question.py", 48),
        ("stays-learned-rows.md", "stays_learned.py", 21),
        ("falls-apart-rows.md", "why_it_falls_apart.py", 41),
        ("clipping-rows.md", "clipping.py", 7),
        ("it-learns-rows.md", "it_learns.py", 10),
        ("real-data-rows.md", "real_data.py", 25),
        ("lag-symbols-rows.md", "lag_symbols.py", 10),
    ],
)
def test_every_row_is_one_that_the_script_makes(page, script, least):
    """A row named otherwise, or left out, is from another version of the script."""
    found = rows(page)
    known = texts(script)
    assert len(found) >= least
    for row in found:
        assert row[0].removeprefix("| ").strip("`") in known, row


def test_every_row_of_the_long_lags_is_one_of_the_script():
    """Task, model and trainer of the tables of solved seeds, and the names of the exponents."""
    found, known = rows("long-lags-rows.md"), texts("long_lags.py")
    solved = [row for row in found if len(row) == 7]
    assert len(solved) >= 16
    for row in solved:
        model, trainer = row[1].split("<br>")
        assert {row[0].removeprefix("| ").strip("`"), model.strip("`"), trainer.strip("`")} <= known, row
    exponents = [row[0].removeprefix("| ") for row in found if len(row) == 3]
    assert exponents == ["lag", "units", "learning rate"]
    assert set(exponents) <= known


def test_every_rule_and_size_of_the_scaling_script_has_its_row():
    """And at the end, for each rule, its exponent next to that of theory."""
    lines = (ROOT / "docs" / "explanation" / "scaling-rows.md").read_text().splitlines()
    found = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    sizes = {(row[0], int(row[2])) for row in found if len(row) == 8 and row[2].isdigit()}
    exponents = {row[0]: float(row[3]) for row in found if len(row) == 6 and row[0] != "trainer"}
    rules = ("online:window=1", "rtrl", "snap", "rflo", "uoro", "kf-rtrl", "diagonal")
    assert texts("scaling.py").issuperset(rules)
    assert sizes == {(rule, units) for rule in rules for units in (8, 16, 32, 64, 128, 256)}
    assert set(exponents) == set(rules)
