"""``seqtasks report``."""

import pytest
from support.made_up_results import fill, horizon_results

from seqtasks.cli import report


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return fill(tmp_path / "runs.sqlite", horizon_results(seeds=6, lags=(1, 2, 4)))


def test_page(seqtasks, store):
    """Without a file, the page is report.html; it has the command and the title."""
    done = seqtasks("report", "--store", str(store), "--title", "My cells")
    assert (done.code, done.out, done.err) == (0, "", "The report is in report.html.\n")
    text = (store.parent / "report.html").read_text()
    assert "<title>My cells</title>" in text
    assert '<pre tabindex="0">seqtasks report --store runs.sqlite --title &#39;My cells&#39;</pre>' in text


def test_no_folder_on_the_page(seqtasks, store):
    """The command on the page has each option that chooses what is reported, and of files only their names."""
    folder = store.parent / "someone"
    folder.mkdir()
    words = ["--task", "delay:lag=2", "--model", "lru", "--trainer", "online", "--format", "html"]
    done = seqtasks("report", "--store", str(store), "-o", str(folder / "my page.html"), *words, "--force")
    assert done.code == 0
    text = (folder / "my page.html").read_text()
    files = "--store runs.sqlite --output &#39;my page.html&#39; --format html"
    assert f">seqtasks report {files} --task delay:lag=2 --model lru --trainer online</pre>" in text
    assert str(store.parent) not in text


def test_tables_go_to_standard_output(seqtasks, store):
    """A table without a file is data."""
    done = seqtasks("report", "--store", str(store), "--format", "markdown", "--model", "lru")
    assert (done.code, done.err) == (0, "")
    assert "| 1 | lru |" in done.out
    assert "gru" not in done.out


def test_file(seqtasks, store):
    """The ending of the file is the format."""
    done = seqtasks("report", "--store", str(store), "-o", "table.tex")
    assert (done.code, done.err) == (0, "The report is in table.tex.\n")
    assert r"\begin{tabular}" in (store.parent / "table.tex").read_text()


def test_open(seqtasks, store, monkeypatch):
    """The browser gets the address of the file; if there is none, the command says so."""
    opened = []
    monkeypatch.setattr(report.webbrowser, "open", opened.append)
    done = seqtasks("report", "--store", str(store), "--open")
    assert opened == [(store.parent / "report.html").as_uri()]
    assert done.err.endswith("No browser was found. Open the file yourself.\n")


@pytest.mark.parametrize(
    ("words", "code", "message", "hint"),
    [
        (["--format", "pdf"], 2, "The format 'pdf' does not exist.", "A report is html, png, svg"),
        (["-o", "a.txt"], 2, "The name of the report 'a.txt' ends in none of .html", "Name it a.html"),
        (["-o", "none/a.html"], 2, "The folder none does not exist.", "mkdir -p none"),
        (["--format", "csv", "--open"], 2, "--open opens a page, but the format is csv.", "Leave one of the two out."),
        (["--store", "none.sqlite"], 1, "There is no store none.sqlite.", "Run seqtasks bench to create it"),
        (["--task", "echo"], 1, "No run of runs.sqlite has ended.", "List the runs with seqtasks runs"),
    ],
)
def test_bad_input(seqtasks, store, words, code, message, hint):
    """A sentence with the value and a hint, and no file."""
    done = seqtasks("report", *([] if "--store" in words else ["--store", str(store)]), *words)
    assert (done.code, done.out) == (code, "")
    assert f"Error: {message}" in done.err
    assert f"Hint: {hint}" in done.err
    assert [path.name for path in store.parent.iterdir() if path.suffix in (".html", ".txt")] == []


def test_tune(seqtasks, tmp_path):
    """A setting is chosen; an unknown one is an error that names those that there are."""
    path = fill(tmp_path / "runs.sqlite", horizon_results(seeds=6, models=(("gru:units=8", 4), ("gru:units=9", 1))))
    done = seqtasks("report", "--store", str(path), "--format", "csv", "--tune", "units")
    assert done.code == 0
    assert [line.split(",")[1] for line in done.out.splitlines()[1:]] == ["gru (units chosen)"] * 4
    done = seqtasks("report", "--store", str(path), "--format", "csv", "--tune", "unit")
    assert (done.code, done.out) == (2, "")
    assert "Hint: Did you mean units? The runs differ in units." in done.err
