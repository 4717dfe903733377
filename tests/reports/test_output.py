"""Forms and files of a report."""

import pandas as pd
import pytest
from support.made_up_results import horizon_results

import seqtasks
from seqtasks.errors import DataError, MissingExtraError, UsageError
from seqtasks.reports import output
from seqtasks.reports.output import FORMS, form_of, target, write
from seqtasks.reports.source import ResultSource
from seqtasks.running.result import TrainedRun


@pytest.fixture(scope="module")
def source():
    return ResultSource(horizon_results(seeds=3, lags=(1, 2)))


@pytest.mark.parametrize("form", FORMS)
def test_each_form_replaces_its_own_files_only(form, source, tmp_path):
    """A report replaces an earlier one of its form, and no other file without force."""
    path = tmp_path / f"report{FORMS[form]}"
    write(form, source, target(form, str(path), False))
    before = path.read_bytes()
    assert len(before) > 200
    write(form, source, target(form, str(path), False))
    path.write_bytes(b"Mine.")
    with pytest.raises(UsageError, match=f"exists and is not a report in {form}"):
        target(form, str(path), False)
    write(form, source, target(form, str(path), True))
    assert path.read_bytes()[:20] == before[:20]


def test_form_by_the_ending():
    """The form follows from the ending; a format overrides it."""
    assert [form_of(None, f"a{ending}") for ending in FORMS.values()] == list(FORMS)
    assert form_of("latex", "table.txt") == "latex"


@pytest.mark.parametrize(
    ("form", "path", "message", "hint"),
    [
        ("htm", None, "The format 'htm' does not exist.", "Did you mean html? A report is html, png"),
        (None, "a.pdf", "The name of the report 'a.pdf' ends in none of .html, .png", "Name it a.html"),
    ],
)
def test_unknown_forms(form, path, message, hint):
    """The message has the value, and the hint a name that works."""
    with pytest.raises(UsageError) as raised:
        form_of(form, path)
    assert raised.value.message.startswith(message)
    assert raised.value.hint.startswith(hint)


@pytest.mark.parametrize(("form", "extra"), [("html", "report"), ("svg", "plot")])
def test_missing_extras(form, extra, tmp_path, monkeypatch):
    """What draws the form is asked for before anything is computed."""
    monkeypatch.setattr(output, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError) as raised:
        target(form, str(tmp_path / f"a.{form}"), False)
    assert raised.value.hint == f"pip install 'seqtasks[{extra}]'"


def test_from_python(store, tmp_path, monkeypatch):
    """A store, the default store, a frame of some runs, and results make the same kinds of reports."""
    monkeypatch.setenv("SEQTASKS_STORE", str(store))
    path = tmp_path / "report.csv"

    def lines(*args, **options):
        assert seqtasks.report(*args, path=str(path), **options) == path
        return path.read_text().splitlines()

    everything = lines(store)
    assert len(everything) == 1 + 9
    assert everything == lines() == lines(seqtasks.runs())
    assert len(lines(seqtasks.runs(model="lru"))) == 1 + 4
    results = [TrainedRun(asked, made, (), None) for asked, made in horizon_results(seeds=2, lags=(1,))]
    assert len(lines(results)) == 1 + 2
    assert len(lines(results[0])) == 1 + 1


def test_bad_runs(tmp_path):
    """Anything else is an error that has it, and nothing is written."""
    path = tmp_path / "report.html"
    with pytest.raises(UsageError) as raised:
        seqtasks.report([3], str(path))
    assert (raised.value.message, raised.value.hint[:5]) == ("3 is not a run.", "Pass ")
    frame = pd.DataFrame({"skill": [1.0]})
    with pytest.raises(UsageError, match="no column key"):
        seqtasks.report(frame, str(path))
    with pytest.raises(DataError, match="There is no store"):
        seqtasks.report(tmp_path / "none.sqlite", str(path))
    assert not path.exists()
