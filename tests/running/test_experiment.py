"""What is refused before a run starts, and what is recorded."""

import subprocess
import sys

import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.errors import DataError, UsageError
from seqtasks.running.experiment import Experiment
from seqtasks.tasks.delay import Delay
from seqtasks.tasks.prev_bit import PrevBit

HOST = Host.start(environ={})


class Made:
    """Something made by hand that can build a network."""

    build = None

    def __repr__(self):
        return "Made()"


def experiment(task="prev-bit", model="gru", trainer="online", **asked):
    return Experiment(HOST, task, model, trainer, **asked)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"steps": 0}, "steps is 0."),
        ({"steps": -1}, "steps is -1."),
        ({"steps": 1.5}, "steps is 1.5."),
        ({"epochs": 0}, "epochs is 0."),
        ({"steps": 10**16}, "steps is 10000000000000000."),
        ({"seed": -1}, "seed is -1."),
        ({"seed": 2**63}, "seed is 9223372036854775808."),
        ({"seed": 0.5}, "seed is 0.5."),
        ({"seed": True}, "seed is True."),
        ({"replicas": 0}, "replicas is 0."),
        ({"replicas": 10_001}, "replicas is 10001."),
        ({"seed": 2**63 - 2, "replicas": 3}, "seed is 9223372036854775806."),
        ({"steps": 1, "epochs": 1}, "Both steps and epochs are given, and each is the whole budget."),
        ({"learning_rate": 0.0}, "The learning rate is 0.0."),
        ({"learning_rate": -1.0}, "The learning rate is -1.0."),
        ({"learning_rate": float("nan")}, "The learning rate is nan."),
        ({"learning_rate": float("inf")}, "The learning rate is inf."),
        ({"task": PrevBit(), "model": Made(), "units": 3}, "units is given beside Made(...), which has its own."),
        ({"model": None}, "None is no model."),
        ({"task": 5}, "5 is no task."),
        ({"trainer": Made()}, "Made() is no trainer."),
        ({"learning_rate": "fast"}, "The learning rate is fast."),
        ({"units": 0}, "gru: units=0 is out of range."),
        ({"model": "gru:units=3", "units": 4}, "units is 3 in 'gru:units=3' and 4 in --units."),
        ({"trainer": "onlin"}, "There is no trainer named 'onlin'."),
    ],
)
def test_what_is_wrong_is_said(asked, message):
    """The value in the sentence, and a hint."""
    with pytest.raises(UsageError) as caught:
        experiment(**asked)
    assert caught.value.message == message
    assert caught.value.hint


def test_every_setting_is_recorded():
    """Names, short options and objects end up in the same specs."""
    typed = experiment("delay:lag=3", "gru", "online:window=2", units=4, learning_rate=0.5)
    assert typed.task.recorded() == "delay:lag=3,symbols=none,p=0.25,negate=true"
    assert typed.task == experiment(Delay(lag=3)).task
    assert "units=4,layers=1" in typed.model.recorded()
    assert "optimizer.learning_rate=0.5" in typed.trainer.recorded()


def test_integers_of_numpy_are_integers():
    """As they come out of np.arange."""
    made = experiment(seed=np.int64(3), steps=np.int32(10), units=np.int64(2))
    assert (made.seed, made.steps) == (3, 10)
    assert type(made.seed) is int


def test_all_is_checked_while_nothing_heavy_is_loaded():
    """In a fresh process, with a wrong name and with a right one."""
    code = (
        "import sys\n"
        "from seqtasks.errors import DataError, UsageError\n"
        "from seqtasks.running.experiment import Experiment\n"
        "from seqtasks.catalogue.host import Host\n"
        "host = Host.start(environ={})\n"
        "Experiment(host, 'delay:lag=3', 'gru', 'batch', units=3, learning_rate=0.1)\n"
        "try:\n"
        "    Experiment(host, 'prev-bit', 'gru', 'batch:optimizer=sgdd')\n"
        "except UsageError as error:\n"
        "    print(error.message)\n"
        "print(sorted({'numpy', 'keras', 'tensorflow', 'sklearn'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "There is no optimizer named 'sgdd'.\n[]\n"


def test_a_file_of_data_is_read_before_anything_heavy_is_loaded(monkeypatch):
    """A path that was mistyped is said at once, not after the import of TensorFlow."""
    monkeypatch.setitem(sys.modules, "seqtasks.models.gru", None)
    with pytest.raises(DataError, match=r"nope\.csv does not exist"):
        experiment("table:path=nope.csv,target=y").make()
