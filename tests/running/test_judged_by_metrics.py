"""Metrics next to the loss: in the record, in the report, and as what the best epoch goes by."""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from xml.etree import ElementTree

import numpy as np
import pytest

import seqtasks
from seqtasks.errors import UsageError
from seqtasks.running.result import Result

PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
NAMES = ["r2", "neg_mean_absolute_error"]


def run(trainer="readout", **asked):
    defaults = {"steps": 1500, "plugins": [PLUGIN], "metrics": NAMES}
    return seqtasks.run("prev-bit", model="elman", trainer=trainer, **defaults | asked)


def lines(run):
    words = repr(run).splitlines()
    first = next(n for n, line in enumerate(words) if line.startswith("metrics"))
    return [line[11:] for line in words[first : first + len(run.metrics)]]


def test_scores_are_those_of_the_test_and_chance_that_of_the_best_constant():
    """r2 is 1 - loss / variance of a target of two values, of which 1/4 are ones; the best constant of it is 0."""
    found = run(seed=3)
    test = seqtasks.task("prev-bit").test(3)
    outputs, _ = found.network.run(test.inputs, test.starts, found.network.initial_state(test.lanes))
    counted = test.weights > 0
    errors = np.abs(outputs - test.targets)[counted].astype(np.float64)
    variance = test.targets[counted].astype(np.float64).var()
    assert found.metrics["r2"]["score"] == pytest.approx(1 - (errors**2).mean() / variance, rel=1e-6)
    assert found.metrics["r2"]["score"] == pytest.approx(1 - found.loss / variance, rel=1e-6)
    assert found.metrics["r2"]["chance"] == pytest.approx(0, abs=1e-3)
    assert found.metrics["neg_mean_absolute_error"]["score"] == pytest.approx(-errors.mean(), rel=1e-6)
    assert found.metrics["neg_mean_absolute_error"]["chance"] == pytest.approx(-0.25, abs=0.01)  # the median
    assert "positive_label" not in found.metrics["r2"]


def test_the_record_of_a_run_with_metrics_has_one_field_more():
    """It reads back, and so does one that was written before there were any."""
    found, plain = run(), run(metrics=())
    record = json.loads(found.to_json())
    assert set(record) - set(json.loads(plain.to_json())) == {"metrics"}
    assert Result.from_json(found.to_json()) == found.result
    assert Result.from_json(plain.to_json()).metrics is None
    assert (found.loss, found.history) == (plain.loss, plain.history)


def test_the_report_has_a_line_for_each_metric():
    """Next to chance, as text and as HTML."""
    found = run()
    score, chance = (found.metrics["r2"][name] for name in ("score", "chance"))
    assert lines(found)[0] == f"r2 {score:.4g}, chance {chance:.4g}"
    cells = [row[1].text for row in ElementTree.fromstring(found._repr_html_()).find("table")]
    assert lines(found)[1] in cells
    assert "metrics" not in repr(run(metrics=()))


def test_replicas_have_the_scores_of_their_runs_and_their_median():
    """The score of a replica that diverged is less than any, and the report has the range of the others."""
    found = run("readout:fails=2", replicas=3, seed=1)
    scores = [one["metrics"]["r2"]["score"] for one in found.replicas]
    assert scores[1] is None
    for r in (0, 2):
        assert found.replicas[r]["metrics"] == run(seed=1 + r).metrics
    assert found.metrics["r2"]["score"] == min(scores[0], scores[2])
    chances = [one["metrics"]["r2"]["chance"] for one in found.replicas]
    assert found.metrics["r2"]["chance"] == pytest.approx(median(chances))
    low, high = (f"{score:.4g}" for score in sorted([scores[0], scores[2]]))
    assert lines(found)[0].startswith(f"r2 {low}, the median of {low} to {high}, chance ")
    assert Result.from_json(found.to_json()).metrics == found.metrics


def test_when_all_have_diverged_no_score_is_defined():
    """The report says so."""
    found = run("readout:rate=1e30", replicas=2, steps=10**9)
    assert found.metrics["r2"]["score"] is None
    assert lines(found)[0].startswith("r2 undefined, chance ")


@pytest.mark.parametrize("name", ["f1", "roc_auc"])
def test_a_metric_that_does_not_fit_is_refused_before_the_training(name):
    """With what fits, and without a checkpoint."""
    with pytest.raises(UsageError) as caught:
        run(metrics=["r2", name])
    assert caught.value.message == (
        f"The metric {name} does not fit the test data: it compares labels, and the targets are numbers."
    )
    assert caught.value.hint.startswith("Metrics that fit are ")
    assert "r2" in caught.value.hint


def test_a_run_resumes_with_other_metrics(tmp_path):
    """The training does not depend on them."""
    folder = str(tmp_path / "kept")
    first = run(checkpoint=folder, metrics=())
    second = run(checkpoint=folder, resume=True)
    assert (second.loss, second.metrics) == (first.loss, run().metrics)


@pytest.mark.parametrize(("asked", "loaded"), [("()", False), ("['r2']", True)])
def test_only_a_run_with_metrics_imports_scikit_learn(asked, loaded):
    """Its import takes a second or more."""
    code = (
        "import sys, seqtasks\n"
        f"seqtasks.run('prev-bit', model='elman', trainer='readout', steps=4, progress=False, metrics={asked}, "
        f"plugins=[{PLUGIN!r}])\n"
        "print('sklearn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(loaded)]


LABELS = np.random.default_rng(5)


@pytest.fixture(scope="module")
def imbalanced():
    """A fault in 6 % of 640 rows, which the sensor shows one row before, less clearly than its noise."""
    fault = LABELS.random(640) < 0.06
    sensor = np.roll(fault, -1) + 0.3 * LABELS.normal(size=640)
    return seqtasks.table({"sensor": sensor, "state": np.where(fault, "fault", "ok")}, "state")


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore:The loss")  # it is not what the best epoch goes by
def test_the_best_epoch_goes_by_the_monitored_metric(imbalanced):
    """Its score is in the history; of equal ones, the loss decides; in replicas, each goes by its own."""
    trainer = "batch:batch_size=32,validation=0.2,patience=3,monitor=balanced_accuracy,optimizer.learning_rate=0.01"
    found = seqtasks.run(
        imbalanced,
        model="gru:units=4",
        trainer=trainer,
        epochs=12,
        replicas=2,
        dtype="float64",
        metrics=["accuracy", "balanced_accuracy"],
    )
    for one in found.replicas:
        validation = one["history"]["validation"]
        pairs = [*zip(validation["balanced_accuracy"], -np.array(validation["loss"]), strict=True)]
        assert one["best_epoch"] == 1 + max(range(len(pairs)), key=pairs.__getitem__)
    assert found.metrics["accuracy"]["chance"] > 0.85
    assert found.metrics["balanced_accuracy"]["chance"] == 0.5
    assert found.metrics["accuracy"]["positive_label"] == "ok"
    assert set(found.prequential["metrics"]) == {"accuracy", "balanced_accuracy"}
    assert "of the two labels, ok is the positive one" in repr(found)
    assert ", prequential " in lines(found)[0]


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("settings", "message", "hint"),
    [
        ("monitor=f1", "monitor=f1 has no effect without patience", "Set patience as well, such as patience=20."),
        ("patience=3,monitor=f1_marco", "scikit-learn has no scorer 'f1_marco'.", "Did you mean f1_macro?"),
        (
            "patience=3,monitor=r2",
            "The metric r2 does not fit the validation data: it compares numbers",
            "Metrics that",
        ),
    ],
)
def test_what_cannot_be_monitored(imbalanced, settings, message, hint):
    """Refused before the training, with the next step."""
    with pytest.raises(UsageError) as caught:
        seqtasks.run(imbalanced, model="gru:units=4", trainer=f"batch:{settings}")
    assert caught.value.message.startswith(message)
    assert caught.value.hint.startswith(hint)
