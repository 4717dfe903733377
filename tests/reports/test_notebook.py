"""A frame of runs in a notebook."""

from dataclasses import replace

import pytest
from support.made_up_results import SCRIPT, horizon_results

import seqtasks
from seqtasks.reports.content import content
from seqtasks.reports.notebook import ComparedRuns, leaderboard_html
from seqtasks.reports.output import STORE
from seqtasks.reports.source import ResultSource


@pytest.fixture
def frame(store):
    """What ``seqtasks.bench`` returns."""
    plain = seqtasks.runs(store)
    frame = ComparedRuns(plain)
    frame.attrs[STORE] = plain.attrs[STORE]
    return frame


def test_leaderboard_above_the_runs(frame):
    """Both the verdict and the rows of the frame are shown."""
    html = frame._repr_html_()
    verdict = (
        "<td style='text-align: left'>lru solves the tasks more often than gru: 60 of 80 against 20 of 80 runs.</td>"
    )
    assert html.count(verdict) == 2
    assert "161 rows" in html


def test_only_the_runs_of_the_frame(frame):
    """A frame of some runs has the leaderboard of these; what is computed from a frame is an ordinary one."""
    some = ComparedRuns(frame[frame["model"] == "lru"])
    some.attrs[STORE] = frame.attrs[STORE]
    assert "No other method was run on the same tasks." in some._repr_html_()
    assert type(frame.head()) is not ComparedRuns


def test_without_a_store(frame, tmp_path):
    """Where the store is gone, the frame is shown as ever."""
    frame.attrs[STORE] = str(tmp_path / "none.sqlite")
    assert "Verdict" not in frame._repr_html_()
    del frame.attrs[STORE]
    assert "161 rows" in frame._repr_html_()


def test_names_are_escaped():
    """A model with markup in its name is text."""
    pairs = horizon_results(seeds=2, lags=(1,))
    hostile = [(replace(asked, labels=asked.labels | {"model": SCRIPT}), made) for asked, made in pairs[:2]]
    assert "<script" not in leaderboard_html(content(ResultSource([*hostile, *pairs[2:]])))


def test_a_report_finds_the_store_of_a_frame(frame, tmp_path, monkeypatch):
    """The store of a frame is where it was read from, not the default one."""
    monkeypatch.setenv("SEQTASKS_STORE", str(tmp_path / "other.sqlite"))
    path = seqtasks.report(frame, str(tmp_path / "a.csv"))
    assert len(path.read_text().splitlines()) == 1 + 9
