"""The package as seqtasks sees it."""

import subprocess
import sys
from importlib.metadata import version

import pytest
import torch

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError


def fresh_process(code):
    """What the code prints in a new process."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_package_brings_two_models_and_two_trainers():
    """Found through its entry point, without a problem."""
    report = next(report for report in Host.start(environ={}).plugins if report.name == "torch")
    assert [(shelf, entry.name) for shelf, entry in report.entries] == [
        ("models", "torch-gru"),
        ("models", "torch-lstm"),
        ("trainers", "torch-online"),
        ("trainers", "torch-batch"),
    ]
    assert report.problems == ()


def test_listing_and_checking_a_spec_loads_nothing_heavy():
    """Names and settings, inherited ones and an optimizer's too, are known without NumPy, PyTorch or Keras."""
    code = (
        "import sys; from seqtasks.catalogue.host import Host; host = Host.start(environ={}); "
        "print(host.spec('models', 'torch-gru:units=8'), host.spec('trainers', 'torch-online:optimizer=sgd'), "
        "{'numpy', 'torch', 'keras', 'tensorflow', 'sklearn'} & set(sys.modules))"
    )
    assert fresh_process(code) == "torch-gru:units=8 torch-online:optimizer=sgd set()\n"


def test_a_run_needs_no_tensorflow():
    """Building, training and judging a network of PyTorch loads neither Keras nor TensorFlow."""
    code = (
        "import sys, seqtasks; "
        "seqtasks.run('prev-bit', model='torch-gru:units=2', trainer='torch-online', steps=10); "
        "print({'keras', 'tensorflow', 'sklearn'} & set(sys.modules))"
    )
    assert fresh_process(code) == "set()\n"


def test_the_checks_of_a_model_need_no_tensorflow():
    """Those of Keras models say that they do not apply without loading Keras to find out."""
    code = (
        "import sys\n"
        "from seqtasks.catalogue.host import Host\n"
        "from seqtasks.checks import DoesNotApply, checks_of\n"
        "from seqtasks.checks.subject import Named\n"
        "host = Host.start(environ={})\n"
        "subject = Named('model', host.spec('models', 'torch-gru:units=3'), host).subject()\n"
        "none = []\n"
        "for check in checks_of('model'):\n"
        "    try:\n        check(subject)\n    except DoesNotApply:\n        none.append(check.name)\n"
        "print(none, {'keras', 'tensorflow'} & set(sys.modules))"
    )
    of_keras = ["precision", "gradients", "exact-online", "side-by-side"]
    of_keras += [f"structure-{part}" for part in ("step", "jacobian", "columns", "matrix")]
    assert fresh_process(code) == f"{of_keras} set()\n"


def test_torch_is_what_is_recorded():
    """Its version next to Python's, seqtasks' and NumPy's; nothing of TensorFlow, which computes nothing here."""
    result = seqtasks.run("prev-bit", model="torch-gru:units=2", trainer="torch-online", steps=10)
    assert list(result.versions) == ["python", "seqtasks", "numpy", "torch"]
    assert result.versions["torch"] == version("torch")


def test_another_back_end_of_keras_is_no_matter():
    """Keras may be set to what seqtasks' own networks refuse: a run that needs none goes on."""
    code = (
        "import os; os.environ['KERAS_BACKEND'] = 'jax'; import seqtasks; "
        "print(seqtasks.run('prev-bit', model='torch-gru:units=2', trainer='torch-online', steps=10).status)"
    )
    assert fresh_process(code) == "done\n"


@pytest.mark.tensorflow
@pytest.mark.parametrize("first", ["torch", "gru"])
def test_both_libraries_in_one_process(first):
    """A run of either kind after one of the other, whichever was imported first."""
    code = (
        "import seqtasks\n"
        "runs = {'torch': ('torch-gru', 'torch-online'), 'gru': ('gru', 'online')}\n"
        f"for model, trainer in [runs.pop({first!r}), *runs.values()]:\n"
        "    print(seqtasks.run('prev-bit', model=model, units=2, trainer=trainer, steps=10).status)"
    )
    assert fresh_process(code) == "done\ndone\n"


@pytest.mark.parametrize(
    ("model", "trainer", "budget"),
    [
        ("torch-gru", "torch-online:lanes=8", {"steps": 12_000}),
        ("torch-gru", "torch-batch:sequences=2000,batch_size=64", {"epochs": 8}),
        ("torch-lstm", "torch-batch:sequences=2000,batch_size=64", {"epochs": 8}),
    ],
)
def test_it_learns_the_previous_bit(model, trainer, budget):
    """Skill of at least 0.95 by either trainer and either kind of layer, and torch's random state is left alone."""
    before = torch.random.get_rng_state()
    result = seqtasks.run("prev-bit", model=model, trainer=trainer, seed=0, **budget)
    assert result.solved, result.skill
    assert torch.equal(torch.random.get_rng_state(), before)


def test_credit_goes_as_far_back_as_the_window():
    """A lag of two is learned through a window of three, and hardly through one of one."""
    cut, whole = (
        seqtasks.run("delay:lag=2", model="torch-gru:units=8", trainer=f"torch-online:lanes=8,window={k}", steps=12_000)
        for k in (1, 3)
    )
    assert whole.skill > 0.9
    assert cut.skill < 0.5


def test_the_same_seed_is_the_same_run():
    """Losses, weights and curve are the same twice, whatever torch's random state is; another seed has others."""
    results = []
    for seed, state in ((0, 1), (0, 2), (1, 1)):
        torch.manual_seed(state)
        results.append(seqtasks.run("prev-bit", model="torch-gru", trainer="torch-online", steps=300, seed=seed))
    one, same, other = results
    assert (one.loss, one.history) == (same.loss, same.history)
    assert one.loss != other.loss


def test_a_network_file_comes_back(tmp_path):
    """Saved by a run, loaded by its model's name: the same weights, and the same outputs to the bit."""
    path = str(tmp_path / "bit.net")
    network = seqtasks.run(
        "prev-bit", model="torch-lstm:layers=2", trainer="torch-online", steps=100, save=path
    ).network
    loaded = seqtasks.load(path)
    x = seqtasks.task("prev-bit").sample(seed=1, sequences=3, length=20).inputs
    assert (loaded(x) == network(x)).all()


def test_a_run_goes_on_from_its_checkpoint(tmp_path):
    """Two hundred steps, then two hundred more from the folder, are four hundred at once, to the bit."""
    run = {"model": "torch-gru", "trainer": "torch-online", "seed": 3}
    whole = seqtasks.run("prev-bit", steps=400, **run)
    seqtasks.run("prev-bit", steps=200, checkpoint=str(tmp_path / "kept"), **run)
    resumed = seqtasks.run("prev-bit", steps=400, checkpoint=str(tmp_path / "kept"), resume=True, **run)
    assert (resumed.loss, resumed.updates) == (whole.loss, whole.updates)


def test_learning_rate_is_short_for_the_optimizer_s():
    """As for any trainer whose optimizer is named."""
    result = seqtasks.run("prev-bit", model="torch-gru", trainer="torch-online", learning_rate=0.25, steps=10)
    assert "optimizer=adam" in result.trainer
    assert "optimizer.learning_rate=0.25" in result.trainer


def test_epochs_of_a_stream_are_refused():
    """A stream has none."""
    with pytest.raises(UsageError) as caught:
        seqtasks.run("prev-bit", model="torch-gru", trainer="torch-online", epochs=2)
    assert caught.value.message == "The trainer torch-online learns from an endless stream, which has no epochs."
    assert caught.value.hint == "Use --steps."


def test_replicas_are_refused():
    """One network at a time."""
    with pytest.raises(UsageError, match="TorchOnline trains one network at a time"):
        seqtasks.run("prev-bit", model="torch-gru", trainer="torch-online", steps=10, replicas=2)


def test_sequences_in_which_nothing_counts_are_refused():
    """The sentence says how long they have to be."""
    with pytest.raises(UsageError) as caught:
        seqtasks.run("delay:lag=5", model="torch-gru", trainer="torch-batch:length=3")
    assert caught.value.message == "No step of sequences of length 3 counts: the task needs 6."
    assert caught.value.hint == "Set length to 6 or more."


def test_a_set_beyond_memory_is_refused():
    """With the arithmetic, before anything is drawn."""
    with pytest.raises(
        UsageError, match=r"100,000,000 sequences x \(1,000,000 steps \+ 2 before\) x 4 numbers x 8 bytes = "
    ):
        seqtasks.run("prev-bit", model="torch-gru", trainer="torch-batch:sequences=100000000,length=1000000")
