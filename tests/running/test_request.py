"""What is refused before a run starts, and what a request says to any process."""

import json
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.errors import DataError, PluginError, UsageError
from seqtasks.running.request import RunRequest
from seqtasks.tasks.delay import Delay
from seqtasks.tasks.prev_bit import PrevBit

HOST = Host.start(environ={})


class Made:
    """Something built by hand that can build a network."""

    build = None

    def __repr__(self):
        return "Made()"


def request(task="prev-bit", model="gru", trainer="online", **asked):
    return RunRequest.of(HOST, task, model, trainer, **asked)


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
        ({"dtype": "float16"}, "dtype is 'float16'."),
        ({"dtype": None}, "dtype is None."),
        ({"seed": 2**63 - 2, "replicas": 3}, "seed is 9223372036854775806."),
        ({"steps": 1, "epochs": 1}, "steps and epochs both set the budget."),
        ({"learning_rate": 0.0}, "The learning rate is 0.0."),
        ({"learning_rate": -1.0}, "The learning rate is -1.0."),
        ({"learning_rate": float("nan")}, "The learning rate is nan."),
        ({"learning_rate": float("inf")}, "The learning rate is inf."),
        (
            {"task": PrevBit(), "model": Made(), "units": 3},
            "units cannot be set next to Made(...), which has a setting of its own.",
        ),
        ({"model": None}, "None is not a model."),
        ({"task": 5}, "5 is not a task."),
        ({"trainer": Made()}, "Made() is not a trainer."),
        ({"learning_rate": "fast"}, "The learning rate is fast."),
        ({"units": 0}, "gru: units=0 is out of range."),
        ({"model": "gru:units=3", "units": 4}, "units is 3 in 'gru:units=3' and 4 in --units."),
        ({"trainer": "onlin"}, "There is no trainer named 'onlin'."),
    ],
)
def test_what_is_wrong_is_said(asked, message):
    """The value in the sentence, and a hint."""
    with pytest.raises(UsageError) as caught:
        request(**asked)
    assert caught.value.message == message
    assert caught.value.hint


def test_every_setting_is_recorded():
    """Names, short options and objects end up in the same specs."""
    typed = request("delay:lag=3", "gru", "online:window=2", units=4, learning_rate=0.5)
    assert typed.task == "delay:lag=3,symbols=none,p=0.25,negate=true"
    assert typed.task == request(Delay(lag=3)).task
    assert "units=4,layers=1" in typed.model
    assert "optimizer.learning_rate=0.5" in typed.trainer


def test_integers_of_numpy_are_integers():
    """As they come out of np.arange."""
    built = request(seed=np.int64(3), steps=np.int32(10), units=np.int64(2))
    assert (built.seed, built.steps) == (3, 10)
    assert type(built.seed) is int


def test_all_is_checked_while_nothing_heavy_is_loaded():
    """In a fresh process, with a wrong name and with a right one."""
    code = (
        "import sys\n"
        "from seqtasks.errors import DataError, UsageError\n"
        "from seqtasks.running.request import RunRequest\n"
        "from seqtasks.catalogue.host import Host\n"
        "host = Host.start(environ={})\n"
        "RunRequest.of(host, 'delay:lag=3', 'gru', 'batch', units=3, learning_rate=0.1)\n"
        "try:\n"
        "    RunRequest.of(host, 'prev-bit', 'gru', 'batch:optimizer=sgdd')\n"
        "except UsageError as error:\n"
        "    print(error.message)\n"
        "print(sorted({'numpy', 'keras', 'tensorflow', 'sklearn'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "There is no optimizer named 'sgdd'.\n[]\n"


def test_a_file_of_data_is_read_before_anything_heavy_is_loaded(monkeypatch):
    """A wrong path is an error before the import of TensorFlow."""
    monkeypatch.setitem(sys.modules, "seqtasks.models.gru", None)
    with pytest.raises(DataError, match=r"nope\.csv does not exist"):
        request("table:path=nope.csv,target=y").build(HOST)


def test_a_request_is_a_value():
    """It pickles into little, reads back from its JSON, and both are equal to it; labels are for display alone."""
    built = request("delay:lag=3", "gru:units=8", "online:window=4", steps=50, seed=2)
    assert built == pickle.loads(pickle.dumps(built)) == RunRequest.from_json(built.to_json())
    assert hash(replace(built, labels={})) == hash(built)
    assert len(pickle.dumps(built)) < 2000
    assert built.labels == {"task": "delay:lag=3", "model": "gru:units=8", "trainer": "online:window=4"}


def test_a_key_does_not_depend_on_how_a_run_was_typed():
    """The order of settings, defaults written out, short options, specs and texts; but on each thing that matters."""
    built = request("delay:lag=3,p=0.25", "gru:layers=1,units=8", "online")
    assert built.key() == request("delay:p=0.25,lag=3", "gru", "online:lanes=1", units=8).key()
    assert built.key() == request(HOST.spec("tasks", "delay:lag=3"), "gru:units=8", "online").key()
    others = [
        request("delay:lag=4", "gru:units=8"),
        request("delay:lag=3", "gru:units=9"),
        request("delay:lag=3", "gru:units=8", "rtrl"),
        request("delay:lag=3", "gru:units=8", steps=7),
        request("delay:lag=3", "gru:units=8", seed=1),
        request("delay:lag=3", "gru:units=8", replicas=2),
        request("delay:lag=3", "gru:units=8", dtype="float64"),
    ]
    assert len({built.key(), *(other.key() for other in others)}) == 1 + len(others)


def test_a_key_knows_the_plugins_that_a_run_needs(tmp_path):
    """By their content, wherever they are; a plugin that is there and not needed does not matter."""
    text = Path(__file__).parents[1].joinpath("support", "numpy_plugin.py").read_text()
    places = [tmp_path / "a" / "own.py", tmp_path / "b" / "own.py", tmp_path / "c" / "own.py"]
    for place, content in zip(places, (text, text, text + "# other"), strict=True):
        place.parent.mkdir()
        place.write_text(content)
    keys = [RunRequest.of(Host.start([str(p)], {}), "prev-bit", "elman", "still").key() for p in places]
    assert keys[0] == keys[1] != keys[2]
    needed = RunRequest.of(Host.start([str(places[0])], {}), "prev-bit", "elman", "still").plugins
    assert [(plugin.name, plugin.source) for plugin in needed] == [("own.py", str(places[0]))]
    assert RunRequest.of(Host.start([str(places[0])], {}), "prev-bit", "gru", "online").plugins == ()


def test_an_object_has_no_key():
    """No other process could tell what it is; the run itself is no matter."""
    built = request(PrevBit(), model="gru")
    for ask in (built.key, built.to_json):
        with pytest.raises(UsageError, match="because its task is an object of PrevBit"):
            ask()
    assert built.build(HOST)[0] == PrevBit()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"task": "prev-bit", "plugins": [1]}'])
def test_a_text_that_is_no_request(text):
    """One sentence for any content."""
    with pytest.raises(DataError, match="not a run request"):
        RunRequest.from_json(text)


def test_a_task_proposes_the_trainer_where_none_is_named():
    """By its class, for a spec as for an object; an object that proposes none gets online."""
    default = "batch:batch_size=32,validation=0.2,patience=20,learn_validation=true,optimizer.learning_rate=0.003"
    assert request("table:path=absent.csv,target=y", trainer=None).label("trainer") == default
    assert request("prev-bit", trainer=None) == request("prev-bit", trainer="online")
    assert request(Delay(lag=3), trainer=None).label("trainer") == "online"
    faster = request("table:path=absent.csv,target=y", trainer=None, learning_rate=0.1)
    assert "optimizer.learning_rate=0.1" in faster.trainer


@pytest.fixture
def proposing(tmp_path):
    """Builds the host with a plugin whose task proposes a trainer."""

    def start(trainer):
        path = tmp_path / "proposing.py"
        path.write_text(
            "from seqtasks import Entry, hookimpl\n@hookimpl\ndef seqtasks_tasks():\n"
            f"    yield Entry('thing', '', 'seqtasks.tasks.delay:Delay', trainer={trainer!r})\n"
        )
        return Host.start([str(path)], {})

    return start


@pytest.mark.parametrize(
    ("trainer", "why"),
    [
        ("onlin", "There is no trainer named 'onlin'."),
        ("gru", "There is no trainer named 'gru'."),
        ("", "'' has no name in it."),
        ("online:window", "'window' in 'online:window' is not of the form key=value."),
        ("online:windw=2", "online has no parameter 'windw'."),
        ("online:window=0", "online: window=0 is out of range."),
    ],
)
def test_a_proposal_that_is_no_trainer(proposing, trainer, why):
    """The error names the task and its plugin, and the user can choose a trainer."""
    host = proposing(trainer)
    with pytest.raises(PluginError) as caught:
        RunRequest.of(host, "thing:lag=1", "gru", None)
    owner = host.plugins[-1].name
    assert caught.value.message == (
        f"The task thing of {owner} proposes the trainer {trainer!r}, which cannot be used: {why}"
    )
    assert caught.value.hint == (
        "Choose a trainer yourself, such as online. The author of the task must correct its entry."
    )
    assert RunRequest.of(host, "thing:lag=1", "gru", "online").label("trainer") == "online"


def test_metrics_are_part_of_a_request():
    """In the key, because the record holds them, and once each; a request without any is as before there were any."""
    one, other = request("prev-bit", "gru"), request("prev-bit", "gru", metrics=["r2", "neg_max_error", "r2"])
    assert other.metrics == ("r2", "neg_max_error")
    assert RunRequest.from_json(other.to_json()) == other
    assert one.key() != other.key() != request("prev-bit", "gru", metrics=["neg_max_error"]).key()
    assert request("prev-bit", "gru", metrics="r2").metrics == ("r2",)
    assert "metrics" not in json.loads(one.to_json())
    assert RunRequest.from_json(one.to_json()) == one


def test_a_metric_that_is_not_there_is_refused_with_the_nearest():
    """Before anything is loaded."""
    with pytest.raises(UsageError) as caught:
        request("prev-bit", "gru", metrics=["ballanced_accuracy"])
    assert caught.value.message == "scikit-learn has no scorer 'ballanced_accuracy'."
    assert caught.value.hint.startswith("Did you mean balanced_accuracy? ")


def test_metrics_that_are_no_list_of_names():
    """One sentence, with what they should be."""
    with pytest.raises(UsageError) as caught:
        request("prev-bit", "gru", metrics=None)
    assert caught.value.message == "metrics is None."
    assert caught.value.hint == 'metrics takes names of scorers, such as ["f1_macro", "r2"].'
    with pytest.raises(UsageError, match="scikit-learn has no scorer '<built-in function len>'"):
        request("prev-bit", "gru", metrics=[len])


def test_a_key_knows_the_content_of_the_file_of_a_task(tmp_path):
    """A corrected file is other data under the same name. A request that is read back has its digest."""
    path = tmp_path / "d.csv"
    keys = []
    for last in ("3", "4"):
        path.write_text("load\n" + "1\n2\n" * 20 + last + "\n")
        request = RunRequest.of(Host.start(environ={}), f"table:path={path},target=load", "gru", "batch")
        assert RunRequest.from_json(request.to_json()) == request
        assert RunRequest.from_json(request.to_json()).key() == request.key()
        keys.append(request.key())
    assert keys[0] != keys[1]
    assert len(request.data) == 64
