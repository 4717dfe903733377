"""The package as seqtasks sees it."""

import os
import subprocess
import sys

import numpy as np
import pytest
from seqtasks_native import compiled
from seqtasks_native.cells.gru import NativeGRU
from seqtasks_native.optimizer import law
from seqtasks_native.trainers.diagonal import NativeDiagonal
from seqtasks_native.trainers.online import NativeOnline

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.core.task import Objective, Shapes
from seqtasks.errors import UsageError

CELLS = ("gru", "lstm", "simple-rnn", "leaky-rnn", "indrnn", "lru", "mingru")
RULES = ("online", "rtrl", "snap", "diagonal")


def fresh_process(code, **environ):
    """What the code prints in a new process."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ | environ
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_package_brings_seven_models_and_four_trainers():
    """Found through its entry point, without a problem."""
    report = next(report for report in Host.start(environ={}).plugins if report.name == "native")
    names = [("models", f"native-{name}") for name in CELLS] + [("trainers", f"native-{name}") for name in RULES]
    assert [(shelf, entry.name) for shelf, entry in report.entries] == names
    assert report.problems == ()


def test_listing_and_checking_a_spec_loads_nothing_heavy():
    """Names and settings are known without NumPy, Numba or Keras."""
    code = (
        "import sys; from seqtasks.catalogue.host import Host; host = Host.start(environ={}); "
        "print(host.spec('models', 'native-gru:units=8'), host.spec('trainers', 'native-online:optimizer=sgd'), "
        "{'numpy', 'numba', 'keras', 'tensorflow', 'sklearn'} & set(sys.modules))"
    )
    assert fresh_process(code) == "native-gru:units=8 native-online:optimizer=sgd set()\n"


def test_a_run_needs_no_tensorflow_and_the_next_process_compiles_nothing():
    """Building, training and judging load neither Keras nor TensorFlow; the second process reads the code from disk."""
    code = (
        "import sys, seqtasks; from seqtasks_native import learner; from seqtasks_native.cells.gru import GRUCell; "
        "from seqtasks_native.rules import window; "
        "seqtasks.run('prev-bit', model='native-gru:units=2', trainer='native-online', steps=10); "
        "stats = learner._loop(GRUCell, window.RULE).stats; "
        "print({'keras', 'tensorflow', 'sklearn'} & set(sys.modules), sum(stats.cache_misses.values()))"
    )
    fresh_process(code)
    assert fresh_process(code) == "set() 0\n"


INLINE = """
from dataclasses import dataclass
import numpy as np
from seqtasks.core.task import Shapes
from seqtasks_native.cell import AbstractNativeCell
from seqtasks_native.model import AbstractNativeModel

class Cell(AbstractNativeCell):
    sums, input_sums, state_sums = 1, 1, 1
    gates = (0,)

    @staticmethod
    def step(u, s, p, c):
        return (GAIN * u[0] + s[0],)

    @staticmethod
    def slopes(u, s, p, c):
        return (GAIN,), (1.0,), ()

@dataclass(frozen=True)
class Model(AbstractNativeModel):
    cell = Cell

network = Model(units=1, readout="none").build(Shapes(1, 1), 0)
outputs, _ = network.run(np.ones((1, 1, 1), np.float32), np.ones((1, 1), np.bool_), network.initial_state(1))
print(float(outputs[0, 0, 0]))
"""


def test_code_of_a_user_s_cell_is_never_that_of_an_earlier_version(tmp_path):
    """A module that it takes a number from may have changed, and a cell may have no file."""
    printed = []
    for gain in (1.0, 3.0):
        (tmp_path / "gain.py").write_text(f"GAIN = {gain}")
        printed.append(float(fresh_process(f"from gain import GAIN\n{INLINE}", PYTHONPATH=str(tmp_path))))
    assert printed[0] != 0
    assert printed[1] == pytest.approx(3 * printed[0])


def test_a_run_solves_the_task_and_is_the_same_again():
    """The skill of prev-bit, twice to the last digit."""
    first, second = (
        seqtasks.run("prev-bit", model="native-gru:units=8", trainer="native-online", steps=8000) for _ in range(2)
    )
    assert first.solved
    assert first.loss == second.loss
    assert all((a == b).all() for a, b in zip(first.network.weights(), second.network.weights(), strict=True))


@pytest.mark.parametrize(
    ("setting", "message"),
    [("lion", "There is no optimizer lion"), ("adam:use_ema=true", "has no use_ema"), (3, "is not an optimizer")],
)
def test_other_optimizers_are_refused(setting, message):
    """By name, by a setting, and by a value that is none."""
    with pytest.raises(UsageError, match=message):
        law(setting, None, "float32")


def test_a_precision_that_does_not_exist_is_refused():
    """float16."""
    with pytest.raises(UsageError, match="float16"):
        NativeGRU().build(Shapes(1, 1), 0, dtype="float16")


def test_a_state_cannot_be_logits():
    """readout=none with a task of classes."""
    with pytest.raises(UsageError, match="needs logits"):
        NativeGRU(readout="none").build(Shapes(2, 2, "class"), 0)


def test_units_that_mix_have_no_diagonal_rule():
    """The GRU's do."""
    network = NativeGRU(units=2).build(Shapes(1, 1), 0)
    with pytest.raises(UsageError, match="interact: each weight"):
        NativeDiagonal().learner(network, Objective(Shapes(1, 1)), 0)


def test_a_custom_loss_is_refused():
    """It belongs to Keras."""
    objective = Objective(Shapes(1, 1), custom_loss=lambda targets, outputs: np.zeros(1))
    with pytest.raises(UsageError, match="has no custom losses"):
        NativeOnline().learner(NativeGRU(units=2).build(Shapes(1, 1), 0), objective, 0)


def test_a_chosen_folder_that_cannot_be_written_to_is_an_error(monkeypatch, tmp_path):
    """A file stands in the place of the folder; the hint names the variable."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(UsageError, match="cannot be written to") as caught:
        compiled.cache_folder.__wrapped__()
    assert "NUMBA_CACHE_DIR" in caught.value.hint


def test_without_a_folder_of_the_user_nothing_is_kept(monkeypatch, tmp_path):
    """Every process compiles anew, and nothing fails."""
    (tmp_path / "file").write_text("")
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert compiled.cache_folder.__wrapped__() is None


def test_replicas_learn_as_each_alone():
    """In threads, to the last bit: losses and weights of one of three networks."""
    task = seqtasks.task("prev-bit")
    trainer = NativeOnline(window=2)
    chunk = task.stream(0, 3).take(300)
    networks = [NativeGRU(units=4).build(task.shapes, seed) for seed in range(3)]
    alone = NativeGRU(units=4).build(task.shapes, 1)
    losses = trainer.replicas(networks, task.objective, [0, 1, 2]).learn(chunk)
    assert (trainer.learner(alone, task.objective, 1).learn(chunk.lanes_at(slice(1, 2))) == losses[1:2]).all()
    assert all((a == b).all() for a, b in zip(networks[1].weights(), alone.weights(), strict=True))


def test_the_data_of_a_chunk_stay_as_they_are():
    """The stream begins at its first step, which the learner marks in a copy."""
    task = seqtasks.task("prev-bit")
    chunk = task.stream(0, 1).take(20)
    chunk.starts[:] = False
    NativeOnline().learner(NativeGRU(units=2).build(task.shapes, 0), task.objective, 0).learn(chunk)
    assert not chunk.starts.any()
