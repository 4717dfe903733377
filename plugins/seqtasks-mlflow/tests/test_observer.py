"""Runs as MLflow's own server and client see them."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from mlflow import MlflowClient
from seqtasks_mlflow.observer import MLflow

from seqtasks.catalogue.host import Host
from seqtasks.running.execution import Failed, Judged, execute
from seqtasks.running.request import RunRequest

PLUGIN = str(Path(__file__).parents[3] / "tests" / "support" / "numpy_plugin.py")
RUN = ["prev-bit", "--model", "elman", "--trainer", "readout", "--steps", "2000", "--seed", "3"]
PATIENCE = 180  # seconds in which a server starts


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a tracking server of MLflow."""
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["mlflow", "server", "--backend-store-uri", f"sqlite:///{folder}/runs.db", "--workers", "1"]
    command += ["--artifacts-destination", str(folder / "artifacts"), "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", *command], stdout=log, stderr=log, cwd=folder)
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + PATIENCE
        while not answers(address):
            assert process.poll() is None and time.monotonic() < end, (folder / "log").read_text()  # noqa: PT018
            time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def answers(address):
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def runs(server, experiment):
    client = MlflowClient(server)
    return client, client.search_runs([client.get_experiment_by_name(experiment).experiment_id])


def request_of(steps=50):
    host = Host.start([PLUGIN])
    return host, RunRequest.of(host, "prev-bit", "elman", "readout", steps=steps)


def test_the_package_brings_the_observer():
    """Through its entry point, without a problem, and without loading MLflow."""
    code = (
        "import sys; from seqtasks.catalogue.host import Host; host = Host.start(environ={}); "
        "host.spec('observers', 'mlflow:experiment=a'); "
        "print([r.problems for r in host.plugins if r.name == 'mlflow'], {'numpy', 'mlflow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "[()] set()\n"), done.stderr


def test_mlflow_has_what_the_command_ran(server):
    """Parameters, training curve, judgement, versions and status are those of the record."""
    observer = f"mlflow:uri={server},experiment=delays"
    command = ["seqtasks", "run", *RUN, "--json", "--plugin", PLUGIN, "--observe", observer]
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("observer")) == (0, 0), done.stderr
    record = json.loads(done.stdout)
    client, (run,) = runs(server, "delays")
    assert (run.info.status, run.data.tags["seqtasks.status"]) == ("FINISHED", "done")
    assert run.data.params == {
        **{"task": "prev-bit", "model": "elman", "trainer": "readout", "seed": "3", "steps": "2000"},
        **{"replicas": "1", "dtype": "float32"},
    }
    curve = client.get_metric_history(run.info.run_id, "train_loss")
    assert [each.step for each in curve] == record["history"]["step"]
    assert [each.value for each in curve] == pytest.approx(record["history"]["loss"])
    for name in ("loss", "skill", "chance", "parameters"):
        assert run.data.metrics[name] == pytest.approx(record[name])
    assert run.data.tags["version.seqtasks"] == record["versions"]["seqtasks"]


def test_a_failure_and_an_early_end_are_told(server):
    """A run that fails is FAILED with its error; one that is left before its end is KILLED."""
    _, request = request_of()
    for events, status in (([Failed(ValueError("no"))], "FAILED"), ([], "KILLED")):
        observation = MLflow(server, f"ends {status}").observation(request)
        for event in events:
            observation.see(event)
        observation.close()
        _, (run,) = runs(server, f"ends {status}")
        assert run.info.status == status
        assert ("no" in run.data.tags.get("seqtasks.error", "")) is bool(events)


def test_a_server_that_is_gone_harms_no_run(monkeypatch):
    """The run ends as without an observer, and a sentence names the observer that failed."""
    monkeypatch.setitem(os.environ, "MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    host, request = request_of()
    problem, *events = execute(request, host=host, observers=[MLflow("http://127.0.0.1:9")])
    assert problem.problem.startswith("The observer MLflow failed, and receives no more events of this run: ")
    assert isinstance(events[-1], Judged)
