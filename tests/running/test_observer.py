"""Observers see every event of a run, and harm none."""

from pathlib import Path

import pytest

import seqtasks
from seqtasks.benchmarks.work import Watch
from seqtasks.benchmarks.work import run as worked
from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.running.execution import Failed, Judged, Unobserved, execute
from seqtasks.running.observed import curve_of, figures_of, settings_of
from seqtasks.running.request import RunRequest

SUPPORT = Path(__file__).parents[1] / "support"
PLUGINS = [str(SUPPORT / "numpy_plugin.py"), str(SUPPORT / "watching_plugin.py")]


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def host():
    return Host.start(PLUGINS, {})


@pytest.fixture
def request_(host):
    """A request of a run in NumPy."""
    return RunRequest.of(host, "prev-bit", "elman", "readout", steps=300)


@pytest.fixture
def observed(host, request_, log):
    """The events of a run that is observed."""

    def observed(fails="never"):
        return execute(request_, host=host, observers=host.make_all("observers", [f"watching:log={log},fails={fails}"]))

    return observed


def test_an_observer_sees_each_event(observed, log, capsys):
    """In order, before the end, and is closed once. What it prints is not on standard output."""
    events = list(observed())
    assert log.read_text().split() == [*(type(event).__name__ for event in events), "closed"]
    assert isinstance(events[-1], Judged)
    out, err = capsys.readouterr()
    assert (out, err) == ("", log.read_text())


@pytest.mark.parametrize(("fails", "seen"), [("start", []), ("event", ["Loaded", "Compiled", "closed"])])
def test_an_observer_that_fails_is_left_out(host, request_, observed, log, fails, seen):
    """The run ends as without it, one event says why, and the observer sees no more."""
    *_, expected = execute(request_, host=host)
    events = list(observed(fails))
    (problem,) = [event.problem for event in events if isinstance(event, Unobserved)]
    assert problem == f"The observer Watching failed, and receives no more events of this run: OSError: no {fails}."
    assert events[-1].run.result.loss == expected.run.result.loss
    assert (log.read_text().split() if log.exists() else []) == seen


def test_an_error_at_the_end_is_not_the_run_s(observed):
    """Nothing is left to be observed."""
    assert isinstance(list(observed("close"))[-1], Judged)


def test_an_observer_sees_a_failure(observed, log, monkeypatch):
    """As an event, before the error is raised."""

    def broken(*_):
        raise OSError("no data")

    monkeypatch.setattr("seqtasks.running.session.Session.train", broken)
    with pytest.raises(OSError, match="no data"):
        list(observed())
    assert log.read_text().split() == ["Loaded", Failed.__name__, "closed"]


def test_an_observer_is_closed_if_the_run_is_left(observed, log):
    """Which happens at Ctrl-C before anything was learned."""
    events = iter(observed())
    next(events)
    events.close()
    assert log.read_text().split() == ["Loaded", "closed"]


def test_python_warns_of_an_observer_that_fails(log):
    """By a warning, and returns the run."""
    options = {"model": "elman", "trainer": "readout", "steps": 100, "plugins": PLUGINS, "progress": False}
    with pytest.warns(UserWarning, match="The observer Watching failed"):
        run = seqtasks.run("prev-bit", observers=[f"watching:log={log},fails=event"], **options)
    assert run.result.status == "done"


def test_a_worker_of_a_benchmark_has_the_observers(host, request_, log):
    """From the file of their plugin; what goes wrong comes back with the outcome."""
    for fails, problems in (("never", 0), ("event", 1)):
        outcome = worked(request_.to_json(), request_.key(), Watch.of(host, [f"watching:log={log},fails={fails}"]))
        assert (outcome.status, len(outcome.problems)) == ("done", problems)
    assert "Judged" in log.read_text().split()


def test_an_unknown_observer(host):
    """All specs are checked before anything is run."""
    with pytest.raises(UsageError, match="There is no observer named 'watchin'") as caught:
        Watch.of(host, ["watchin"])
    assert "Did you mean watching?" in caught.value.hint


def test_plain_values_of_a_run(host, request_):
    """The settings of the request, and the figures and the curve of the record."""
    *_, last = execute(request_, host=host)
    result = last.run.result
    assert settings_of(request_) == {
        **{"task": "prev-bit", "model": "elman", "trainer": "readout", "seed": 0, "steps": 300},
        **{"replicas": 1, "dtype": "float32"},
    }
    figures = figures_of(result)
    assert {name: figures[name] for name in ("loss", "skill", "chance", "seconds_train")} == {
        **{"loss": result.loss, "skill": result.skill, "chance": 0.1875},
        **{"seconds_train": result.seconds["train"]},
    }
    assert "optimum" in figures
    assert [list(each) for each in zip(*curve_of(result), strict=True)] == [
        result.history["step"],
        result.history["loss"],
    ]
