"""Tables as CSV, Markdown and LaTeX."""

import csv
import io
import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from support.made_up_results import request, result

from seqtasks.reports.content import content
from seqtasks.reports.source import ResultSource
from seqtasks.reports.tables import as_csv, as_latex, as_markdown, latex

HOSTILE = r"=cmd|'a_b&c%d#e$f{g}h~i^j\k<l>\"mλ"


@pytest.fixture(scope="module")
def hostile():
    """A model whose name has every special character."""
    asked = replace(request("delay", "gru"), labels={"task": "delay", "model": HOSTILE, "trainer": "online"})
    return content(
        ResultSource([(replace(asked, seed=seed), result(asked, 0.1 * seed, seed=seed)) for seed in range(7)])
    )


def test_csv_has_every_figure(found):
    """A line for each of the eight configurations, with counts, intervals and yardsticks."""
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert len(rows) == 8
    first = next(row for row in rows if (row["task"], row["model"]) == ("delay:lag=4", "lru"))
    assert (first["budget"], first["seeds"], first["solved"], first["failed"]) == ("500 steps", "20", "20", "0")
    assert float(first["solved_low"]) == pytest.approx(0.8389, abs=1e-4)
    assert float(first["skill"]) == pytest.approx(0.99 - 0.00095)
    assert (first["chance"], first["optimum"], first["parameters_low"], first["steps_high"]) == (
        "0.1875",
        "0.0",
        "265",
        "500",
    )
    assert first["verdict"] == "lru solves delay:lag=4 more often than gru: 20 of 20 against 0 of 20 seeds."


def test_csv_holds_no_formula(hostile):
    """A name that a spreadsheet would compute is text."""
    (row,) = csv.DictReader(io.StringIO(as_csv(hostile)))
    assert row["model"] == f"'{HOSTILE}"


def test_markdown(found, hostile):
    """Tables with as many cells in each line as there are heads, and no markup from names."""
    text = as_markdown(found)
    assert "| 1 | lru | 0.794 (0.793 to 0.795) | 60 of 80 (0.65 to 0.83) | -- |" in text
    assert "| delay | lru | 4 (1 to 4) |" in text
    for line in as_markdown(hostile).splitlines():
        assert not line.startswith("| 1 |") or len(re.findall(r"(?<!\\)\|", line)) == 6


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a_b", r"a\_b"),
        ("50 % & $5 #1", r"50 \% \& \$5 \#1"),
        ("{x}", r"\{x\}"),
        ("\\", r"\textbackslash{}"),
        ("~^", r"\textasciitilde{}\textasciicircum{}"),
        ("<|>", r"\textless{}\textbar{}\textgreater{}"),
        ('"q"', r"\char34{}q\char34{}"),
        ("λ\n", "U+03BB "),
    ],
)
def test_latex_escapes(text, escaped):
    """Each special character prints as itself, and no character is one that the fonts of LaTeX lack."""
    assert latex(text) == escaped


def test_latex(found):
    """The lines of the tables, ended as LaTeX wants."""
    text = as_latex(found)
    assert "1 & lru & 0.794 (0.793 to 0.795) & 60 of 80 (0.65 to 0.83) & -- \\\\" in text
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == 3


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_compiles(found, hostile, tmp_path):
    """A document with both reports, and nothing else, compiles without an error."""
    body = as_latex(found) + "\n\n" + as_latex(hostile)
    (tmp_path / "paper.tex").write_text(f"\\documentclass{{article}}\n\\begin{{document}}\n{body}\\end{{document}}\n")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "paper.pdf").stat().st_size > 1000


def test_without_horizons():
    """Where no task has a lag, there is no table of horizons."""
    pairs = [(request("prev-bit", "gru", seed), result(request("prev-bit", "gru", seed), 0.5)) for seed in range(3)]
    assert "horizon" not in as_markdown(content(ResultSource(pairs)))
