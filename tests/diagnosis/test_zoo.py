"""The zoo of faulty programs, and how its figures are counted."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from support.zoo import CASES, FAMILIES, SEEDS, SIZES, tables

pytestmark = pytest.mark.tensorflow


def test_the_zoo_is_as_large_as_is_claimed():
    """At least 40 programs of different names, nearly all with two cells, and three seeds that no threshold saw."""
    assert len({case.name for case in CASES}) == len(CASES) >= 40
    assert sum(len(case.cells) == 2 for case in CASES) >= 40
    assert all(cases for cases in FAMILIES.values())
    assert not set(SEEDS["A"]) & set(SEEDS["B"])
    assert SIZES["A"] != SIZES["B"]


def test_the_page_has_the_programs_of_the_zoo():
    """A row named otherwise is from another version of the script."""
    rows = (Path(__file__).parents[2] / "docs" / "explanation" / "explain-zoo-rows.md").read_text().splitlines()
    programs = rows[rows.index("--8<-- [start:programs]") + 3 : rows.index("--8<-- [end:programs]")]
    assert programs
    assert {row.split(" | ")[1] for row in programs} <= {case.name for case in CASES}


def made_up(faults, named, case="a", tried=False, repaired=None):
    row = {"case": case, "cell": "gru", "seed": 0, "family": "data", "train": 2.0, "explain": 1.0}
    return SimpleNamespace(**row, faulty=bool(faults), faults=faults, named=named, tried=tried, repaired=repaired)


def test_the_figures_count_what_they_say():
    """Of four programs, one is named first, two among three; of two twins one is accused; one of two is repaired."""
    rows = [
        made_up(("x",), ("x", "y")),
        made_up(("x", "w"), ("y", "z", "w"), tried=True, repaired=0.9),
        made_up(("x",), ("y", "z", "v", "x"), tried=True, repaired=0.7),
        made_up(("y",), ()),
        made_up((), ()),
        made_up((), ("y",)),
    ]
    text = tables(rows, [], 24)
    assert "| faulty programs measured, of all cells and seeds | 24 | 4 |" in text
    assert "| fault named first | 85 % | 25.0% (4.6% to 69.9%), 1 of 4 |" in text
    assert "| fault among the first three | 95 % | 50.0% (15.0% to 85.0%), 2 of 4 |" in text
    assert "| healthy twins accused of anything | 2.5 % | 50.0% (9.5% to 90.5%), 1 of 2 |" in text
    assert "| repaired by `--try` | 80 % | 50.0% (9.5% to 90.5%), 1 of 2 |" in text
    assert "(median) | 1 | 0.50 |" in text
    assert "| `x` | 3 | y 2, x 1 |" in text
    assert "| `y` | 1 | nothing 1 |" in text
