"""The site builds from sources alone, and shows every setting that there is."""

import html
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from seqtasks.catalogue.host import Host

POISON = 'raise ImportError("the documentation imported {name}")\n'
pytestmark = pytest.mark.slow  # mkdocs builds the whole site

ROOT = Path(__file__).parents[2]
HOST = Host.start(environ={"SEQTASKS_BLOCK": "*"})


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory):
    """An environment in which importing TensorFlow, Keras or scikit-learn raises."""
    folder = tmp_path_factory.mktemp("poison")
    for name in ("tensorflow", "keras", "sklearn"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(POISON.format(name=name))
    return os.environ | {"PYTHONPATH": str(folder), "NO_MKDOCS_2_WARNING": "1"}


def python(*words, cwd, env):
    return subprocess.run([sys.executable, *words], cwd=cwd, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(poisoned, tmp_path_factory):
    """The folder of the site, built without a warning."""
    folder = tmp_path_factory.mktemp("site")
    done = python("-m", "mkdocs", "build", "--strict", "-d", str(folder), cwd=ROOT, env=poisoned)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_poison_works(poisoned):
    """In this environment an import of TensorFlow does raise, without which the next tests would prove nothing."""
    done = python("-c", "import tensorflow", cwd=ROOT, env=poisoned)
    assert done.returncode == 1
    assert "the documentation imported tensorflow" in done.stderr


def shown(site, name):
    """A page of the site, as HTML."""
    return (site / name / "index.html").read_text(encoding="utf-8")


def test_site_is_built_strictly_without_importing_what_it_describes(site):
    """No warning, no TensorFlow; the references hold docstrings, and the tutorial code from its plugin's file."""
    trainers = shown(site, "reference/trainers")
    assert "truncated backpropagation through time" in trainers
    assert 'id="seqtasks.trainers.online.Online.truncation_length"' in trainers
    assert 'id="seqtasks.keras.online_trainer.AbstractOnlineTrainer.learner"' in trainers
    assert "MGUCell" in shown(site, "tutorial/first-plugin")


def sections(page):
    """What each entry's section shows of each setting, by name."""
    found = re.findall(r'<h2 id="[^"]*"><code>([^<]*)</code>(.*?)(?=<h2|</article>)', page, re.DOTALL)
    return {name: dict(settings(section)) for name, section in found}


def settings(section):
    """Name and meaning from the table of parameters."""
    table = re.search(r"Parameters:.*?</table>", section, re.DOTALL)
    for row in re.findall(r'<tr class="doc-section-item">(.*?)</tr>', table[0] if table else "", re.DOTALL):
        name, _, meaning, _ = re.findall(r"<td>(.*?)</td>", row, re.DOTALL)
        yield words(name), words(meaning)


def words(markup):
    """Its text, each space one."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", markup)).split())


@pytest.mark.parametrize("page", ["tasks", "models", "trainers"])
def test_sections_show_every_setting(site, page):
    """Inherited ones, too: what ``seqtasks show`` says of each, in the same order."""
    shown_by_name = sections(shown(site, f"reference/{page}"))
    assert len(shown_by_name) > 1
    for name, settings_shown in shown_by_name.items():
        shelf = "cells" if name in HOST.shelf("cells") else page
        documented = [
            (p.name, " ".join(p.doc.replace("`", "").split())) for p in HOST.signature(shelf, name).parameters
        ]
        assert list(settings_shown.items()) == documented, name


LAW = r"(\w+: )?[\w(]*\w\[[^\]]*\] (=|<-) |\S+[\])] (=|<-) |\w = .*\n\w = "


def paragraphs(page):
    """The text of each paragraph, without what is code in it."""
    for markup in re.findall(r"<p>(.*?)</p>", page, re.DOTALL):
        yield html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<code>.*?</code>", "code", markup, flags=re.DOTALL)))


def unrendered(text):
    """Whether a paragraph is a law whose lines have run together, or markup that the site does not know."""
    return bool(re.match(LAW, text) or re.search(r"^: |^ *[*|#!`]|::$|(?<!\w):[a-z]+:code", text, re.MULTILINE))


@pytest.mark.parametrize(
    "text",
    [
        "y[t] = 1 - x[t]",
        "P(y[t] = 1) = 1/2",
        "Bits: y[t] = x[t]",
        "x = 0 1\ny = 1 0",
        "code\n: What",
        "So::",
        "As :meth:code.",
    ],
)
def test_unrendered_paragraphs_are_found(text):
    """Those that the pages had at one time."""
    assert unrendered(text)


def test_paragraphs_are_prose(site):
    """Laws are code, and lists, definitions, tables and fences are rendered as such."""
    found = [(str(path.relative_to(site)), text) for path, page in pages(site) for text in paragraphs(page)]
    assert len(found) > 1000
    assert [each for each in found if unrendered(each[1])] == []


def test_prompts_are_neither_selected_nor_copied(site):
    """Each prompt is marked as one by the lexer, and every page has the style sheet that leaves it out."""
    style = " ".join((site / "stylesheets" / "site.css").read_text(encoding="utf-8").split())
    assert ".highlight .gp { user-select: none; }" in style
    assert "code[data-md-copying] .gp, .highlight code[data-md-copying] :is(.go, .gt) { display: none; }" in style
    prompts = 0
    for path, page in pages(site):
        assert "stylesheets/site.css" in page, path
        for code in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL):
            prompts += code.count('<span class="gp">')
            text = html.unescape(re.sub(r"<[^>]*>", "", re.sub(r'<span class="gp">.*?</span>', "", code)))
            assert not re.search(r"^(\$|>>>|\.\.\.) ", text, re.MULTILINE), (path, text)
    assert prompts > 100


def pages(site):
    """Each page with its path."""
    return [(path, path.read_text(encoding="utf-8")) for path in site.rglob("*.html")]


def test_site_asks_nothing_of_other_servers(site):
    """No page loads a font, a script or an image from elsewhere."""
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    remote = [
        (page.name, tag)
        for page in pages
        for tag in ('src="http', "src=//", 'rel="stylesheet" href="http', 'rel="preconnect"')
        if tag in page.read_text(encoding="utf-8")
    ]
    assert remote == []
