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
HOST = Host.start(PLUGINS, {})


def request_of(trainer="readout", steps=300):
    return RunRequest.of(HOST, "prev-bit", "elman", trainer, steps=steps)


def observed(log, fails="never", **request):
    """The events of a run that is observed."""
    observers = HOST.make_all("observers", [f"watching:log={log},fails={fails}"])
    return list(execute(request_of(**request), host=HOST, observers=observers))


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


def test_an_observer_sees_each_event(log):
    """In order, before the end, and is closed once."""
    events = observed(log)
    assert log.read_text().split() == [*(type(event).__name__ for event in events), "closed"]
    assert isinstance(events[-1], Judged)


@pytest.mark.parametrize(("fails", "seen"), [("start", []), ("event", ["Loaded", "Compiled", "closed"])])
def test_an_observer_that_fails_is_left_out(log, fails, seen):
    """The run ends as without it, one event says why, and the observer sees no more."""
    *_, expected = execute(request_of(), host=HOST)
    events = observed(log, fails)
    (problem,) = [event.problem for event in events if isinstance(event, Unobserved)]
    assert problem == f"The observer Watching has failed and sees no more of this run: OSError: no {fails}."
    assert events[-1].run.result.loss == expected.run.result.loss
    assert (log.read_text().split() if log.exists() else []) == seen


def test_an_error_at_the_end_is_not_the_run_s(log):
    """Nothing is left to be observed."""
    assert isinstance(observed(log, "close")[-1], Judged)


def test_an_observer_sees_a_failure(log, monkeypatch):
    """As an event, before the error is raised."""

    def broken(*_):
        raise OSError("no data")

    monkeypatch.setattr("seqtasks.running.session.Session.train", broken)
    with pytest.raises(OSError, match="no data"):
        observed(log)
    assert log.read_text().split() == ["Loaded", Failed.__name__, "closed"]


def test_an_observer_is_closed_if_the_run_is_left(log):
    """Which happens at Ctrl-C before anything was learned."""
    observers = HOST.make_all("observers", [f"watching:log={log}"])
    events = iter(execute(request_of(), host=HOST, observers=observers))
    next(events)
    events.close()
    assert log.read_text().split() == ["Loaded", "closed"]


def test_python_warns_of_an_observer_that_fails(log):
    """By a warning, and returns the run."""
    options = {"model": "elman", "trainer": "readout", "steps": 100, "plugins": PLUGINS, "progress": False}
    with pytest.warns(UserWarning, match="The observer Watching has failed"):
        run = seqtasks.run("prev-bit", observers=[f"watching:log={log},fails=event"], **options)
    assert run.result.status == "done"


def test_a_worker_of_a_benchmark_has_the_observers(log):
    """From the file of their plugin; what goes wrong comes back with the outcome."""
    request = request_of()
    for fails, problems in (("never", 0), ("event", 1)):
        outcome = worked(request.to_json(), request.key(), Watch.of(HOST, [f"watching:log={log},fails={fails}"]))
        assert (outcome.status, len(outcome.problems)) == ("done", problems)
    assert "Judged" in log.read_text().split()


def test_an_unknown_observer():
    """All specs are checked before anything is run."""
    with pytest.raises(UsageError, match="There is no observer named 'watchin'") as caught:
        Watch.of(HOST, ["watchin"])
    assert "Did you mean watching?" in caught.value.hint


def test_plain_values_of_a_run():
    """The settings of the request, and the figures and the curve of the record."""
    request = request_of()
    *_, last = execute(request, host=HOST)
    result = last.run.result
    assert settings_of(request) == {
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
