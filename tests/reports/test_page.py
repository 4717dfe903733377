"""The page: what it states, that it needs nothing else, and that it runs nothing of a stranger."""

import re
import shlex
from dataclasses import replace
from html.parser import HTMLParser
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder
from support.made_up_results import SCRIPT, fill, horizon_results, request, result

import seqtasks
from seqtasks.catalogue.required import RequiredPlugin
from seqtasks.reports import curves
from seqtasks.reports import page as page_module
from seqtasks.reports.commands import commands
from seqtasks.reports.content import content
from seqtasks.reports.page import page
from seqtasks.reports.source import ResultSource, StoreSource

VOID = {"meta", "link", "br", "input"}


class Reader(HTMLParser):
    """The elements of a page, the texts of its cells, and elements that are not closed."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.wrong, self.cells = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        if {"td", "th"} & set(self.open):
            self.cells[-1] += data


@pytest.fixture(scope="module")
def made(found):
    return page(found, "Memory", "seqtasks report --store runs.sqlite")


@pytest.fixture(scope="module")
def hostile():
    """A page whose task, model, trainer, error, title and command have markup in them."""
    labels = {"task": f"delay{SCRIPT}", "model": f"gru{SCRIPT}", "trainer": f"online\" onload='x' {SCRIPT}"}
    asked = replace(request("delay", "gru"), labels=labels)
    other = replace(asked, labels=labels | {"model": "</script><img src=x onerror=alert(1)>"})
    pairs = [(replace(one, seed=n), result(one, 0.1 * n, seed=n)) for one in (asked, other) for n in range(3)]
    pairs.append((replace(asked, seed=3), result(asked, -5e3, seed=3, status="diverged")))
    return page(content(ResultSource(pairs)), f"Title {SCRIPT}", f"seqtasks {SCRIPT}")


def test_what_it_states(made):
    """Ranks, horizons, verdicts and counts."""
    cells = Reader(made).cells
    assert "160 runs, 2 methods, 4 tasks, 20 seeds, from results in memory." in made
    assert cells.count("lru remembers further than gru: 20 of 20 against 0 of 20 seeds at lag 4.") == 2
    assert "lru solves the tasks more often than gru: 60 of 80 against 20 of 80 runs." in cells
    assert "4 1 to 4" in cells
    assert "60 of 80 0.65 to 0.83" in cells


def test_elements_are_closed(made, hostile):
    """Every element is closed in order."""
    for text in (made, hostile):
        reader = Reader(text)
        assert (reader.open, reader.wrong) == ([], [])


def test_it_needs_nothing_else(made):
    """No element refers to another file or host, and a policy forbids it."""
    for tag, attributes in Reader(made).elements:
        assert tag not in ("iframe", "object", "embed", "base", "img")
        assert "src" not in attributes
        assert attributes.get("href", "#").startswith(("#", "data:"))
    style = made[made.index("<style>") : made.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert "//" not in re.sub(r"^// .*$", "", made, flags=re.MULTILINE)
    assert "default-src 'none'" in made


def test_heads_are_buttons(made):
    """Each column of each table has a button that sorts it, and one table says how it is sorted."""
    elements = Reader(made).elements
    heads = [tag for tag, attributes in elements if tag == "th" and attributes.get("scope") == "col"]
    assert len(heads) == 20 == sum(tag == "button" for tag, _ in elements)
    assert [attributes["aria-sort"] for _, attributes in elements if "aria-sort" in attributes] == ["ascending"]


def test_names_and_errors_are_escaped(hostile):
    """There is one script, our own, and no handler or image of a stranger."""
    elements = Reader(hostile).elements
    assert [tag for tag, _ in elements].count("script") == 1
    assert not [name for _, attributes in elements for name in attributes if name.startswith("on")]
    assert "&lt;script&gt;" in hostile
    assert not [tag for tag, _ in elements if tag == "img"]


def test_errors_of_a_store_are_escaped(store):
    """The error of a failed run is a text, with its first line only."""
    text = page(content(StoreSource(store)), "Memory", None)
    assert f"An error: {SCRIPT}" in Reader(text).cells
    assert SCRIPT not in text
    assert "Traceback" not in text


def test_run_it_again():
    """The commands have the budget, the seeds and the plugin, quoted for a shell, and not the plugin's folder."""
    asked = request("delay:lag=2", "gru:units=8")
    asked = replace(asked, dtype="float64", plugins=(RequiredPlugin("a b.py", "1", "/home/me/a b.py"),))
    pairs = [(replace(asked, seed=seed), result(asked, 0.5, seed=seed)) for seed in (0, 1, 5)]
    (line,) = commands(content(ResultSource(pairs)))
    assert shlex.split(line, comments=True) == [
        *("seqtasks", "run", "delay:lag=2", "--model", "gru:units=8", "--trainer", "online", "--steps", "500"),
        *("--dtype", "float64", "--plugin", "a b.py", "--seed", "0"),
    ]
    assert line.endswith("# seeds 0, 1, 5")
    (line,) = commands(content(ResultSource(pairs[:2])))
    assert line.endswith("# seeds 0 to 1")


def test_large_stores_are_cut_with_a_sentence(found, monkeypatch):
    """Rows and pictures beyond the limits are left out, and the page says so."""
    monkeypatch.setattr(page_module, "ROWS", 3)
    monkeypatch.setattr(curves, "PICTURES", 1)
    text = page(found, "Memory", None)
    assert "The first 3 of 8 rows." in text
    assert "The first 1 of 4 tasks." in text


def test_many_methods_share_the_colours(monkeypatch):
    """Methods beyond the eighth are in the tables and not in the pictures, which say so."""
    monkeypatch.setattr(curves, "LINES", 1)
    text = page(content(ResultSource(horizon_results(seeds=3))), "Memory", None)
    assert text.count("1 method left out.") == 5


def test_unknown_optimum():
    """A column of a table has no optimum: no share solved, no line at it, and verdicts by the skill."""
    unknown = {"optimum": None, "memoryless": None, "solved": None}
    pairs = [
        (asked, result(asked, skill + 0.01 * (seed % 3), **unknown))
        for model, skill in (("gru", 0.6), ("lru", 0.3))
        for seed in range(10)
        for asked in [request("prev-bit", model, seed)]
    ]
    text = page(content(ResultSource(pairs)), "Memory", None)
    assert "gru has a higher skill than lru: by 0.300 (95 % interval 0.300 to 0.300) on 10 seeds." in text
    assert ">chance</text>" in text
    assert ">optimum</text>" not in text
    assert Reader(text).cells.count(page_module.NONE) == 5  # the first row's improvement, and four shares


def test_only_failures(tmp_path):
    """A store without a result makes a page, too."""
    path = fill(tmp_path / "runs.sqlite", [], [(request("delay", "gru"), "No memory.")])
    text = page(content(StoreSource(path)), "Memory", None)
    assert "No run has a result." in text
    assert "No memory." in Reader(text).cells


def test_the_wheel_has_the_templates(tmp_path):
    """The files that a page is made of are in the wheel."""
    root = str(next(iter(seqtasks.__path__)).removesuffix("seqtasks"))
    (wheel,) = WheelBuilder(root).build(directory=str(tmp_path), versions=["standard"])
    names = ZipFile(wheel).namelist()
    for name in ("report.html", "report.css", "report.js"):
        assert f"seqtasks/reports/templates/{name}" in names
