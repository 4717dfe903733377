"""Runs as TensorBoard's own reader sees them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

import seqtasks
from seqtasks.catalogue.host import Host

ROOT = Path(__file__).parents[3]
PLUGIN = str(ROOT / "tests" / "support" / "numpy_plugin.py")
RUN = ["prev-bit", "--model", "elman", "--trainer", "readout", "--steps", "2000", "--seed", "3"]


def read(logdir):
    """The accumulator of the only run in a folder."""
    (file,) = Path(logdir).rglob("events.out.tfevents.*")
    return EventAccumulator(str(file.parent)).Reload()


def test_the_package_brings_the_observer():
    """Through its entry point, without a problem, and without loading TensorBoard."""
    host = Host.start(environ={})
    report = next(report for report in host.plugins if report.name == "tensorboard")
    assert ([(shelf, entry.name) for shelf, entry in report.entries], report.problems) == (
        [("observers", "tensorboard")],
        (),
    )
    code = (
        "import sys; from seqtasks.catalogue.host import Host; host = Host.start(environ={}); "
        "host.spec('observers', 'tensorboard:logdir=a'); print({'numpy', 'tensorboard'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "set()\n"), done.stderr


def test_tensorboard_reads_what_the_command_wrote(tmp_path):
    """The training curve, the judgement, and the hyperparameters are those of the record."""
    logs = tmp_path / "logs"
    command = ["seqtasks", "run", *RUN, "--json", "--plugin", PLUGIN, "--observe", f"tensorboard:logdir={logs}"]
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    found = read(logs)
    curve = [(each.step, each.value) for each in found.Scalars("train/loss")]
    assert [step for step, _ in curve] == record["history"]["step"]
    assert [loss for _, loss in curve] == pytest.approx(record["history"]["loss"], rel=1e-6)
    for name in ("loss", "skill", "chance", "parameters"):
        (each,) = found.Scalars(f"test/{name}")
        assert (each.step, each.value) == (record["steps"], pytest.approx(record[name], rel=1e-6))
    assert found.Scalars("train/recent_loss")[-1].step == 2000
    content = found.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    values = HParamsPluginData.FromString(content).session_start_info.hparams
    assert {name: values[name].string_value for name in ("task", "model")} == {"task": "prev-bit", "model": "elman"}
    assert values["seed"].number_value == 3


def test_runs_do_not_share_a_folder(tmp_path):
    """Of two seeds, from Python; an observer of a benchmark gets many."""
    for seed in (0, 1):
        seqtasks.run(
            "prev-bit",
            model="elman",
            trainer="readout",
            steps=50,
            seed=seed,
            plugins=[PLUGIN],
            observers=[f"tensorboard:logdir={tmp_path}"],
            progress=False,
        )
    folders = {file.parent for file in tmp_path.rglob("events.out.tfevents.*")}
    assert len(folders) == 2
    assert all(folder.parent.name == "prev-bit" for folder in folders)
