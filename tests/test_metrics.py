"""Metrics by name: the scores are those of scikit-learn, on the steps that count."""

import warnings

import numpy as np
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as scikit

from seqtasks.core.task import Chunk, Encoding, Output, Shapes
from seqtasks.errors import UsageError
from seqtasks.metrics import Metrics, check_names
from seqtasks.tasks.sequences import Sequences
from seqtasks.tasks.table import Table

RANDOM = np.random.default_rng(0)


def chunk_of(targets, weights=None):
    """One lane of targets (n,) or (n, O)."""
    y = np.asarray(targets).reshape(1, len(targets), -1)
    w = np.ones(len(targets)) if weights is None else weights
    return Chunk(np.zeros(y.shape, np.float32), y, np.array(w, np.float32)[None], np.zeros(y.shape[:2], bool))


def scores(names, shapes, targets, outputs, weights=None, encoding=None):
    chunk = chunk_of(targets, weights)
    return Metrics(names, shapes, encoding or Encoding.plain(shapes))(chunk, np.reshape(outputs, (1, len(targets), -1)))


def labels_of(task, classes):
    return np.array(task.encoding.classes)[classes]


SEQUENCES = [RANDOM.normal(size=(int(n), 2)) for n in RANDOM.integers(3, 9, 60)]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("labels", [("yes", "no"), ("b", "c", "a", "d")])
def test_scores_of_text_labels_are_those_of_scikit_learn(labels, weighted):
    """Of sequences of several lengths: predictions, probabilities, and decision values, with their weights."""
    y = np.array(labels)[np.arange(60) % len(labels)]
    weights = RANDOM.uniform(0.5, 2, 60) if weighted else np.ones(60)
    task = Sequences.of((SEQUENCES, y, weights))
    test = task.test(0)
    counted = test.weights > 0
    outputs = RANDOM.normal(size=(*counted.shape, task.shapes.outputs)).astype(np.float32)
    o = outputs[counted].astype(np.float64)
    if len(labels) == 2:
        p = 1 / (1 + np.exp(-o[:, 0]))
        p = np.stack([1 - p, p], axis=1)
    else:
        p = np.exp(o) / np.exp(o).sum(axis=1, keepdims=True)
    truth, w = labels_of(task, test.targets[counted][:, 0].astype(int)), test.weights[counted]
    predicted = labels_of(task, p.argmax(axis=1))
    macro = {"average": "macro", "zero_division": 0, "sample_weight": w}
    wanted = {
        "accuracy": scikit.accuracy_score(truth, predicted, sample_weight=w),
        "balanced_accuracy": scikit.balanced_accuracy_score(truth, predicted, sample_weight=w),
        "f1_macro": scikit.f1_score(truth, predicted, **macro),
        "recall_macro": scikit.recall_score(truth, predicted, **macro),
        "matthews_corrcoef": scikit.matthews_corrcoef(truth, predicted, sample_weight=w),
        "neg_log_loss": -scikit.log_loss(truth, p, labels=sorted(labels), sample_weight=w),
    }
    if len(labels) == 2:
        named = {"pos_label": "yes", "zero_division": 0, "sample_weight": w}
        wanted["f1"] = scikit.f1_score(truth, predicted, **named)
        wanted["precision"] = scikit.precision_score(truth, predicted, **named)
        wanted["roc_auc"] = scikit.roc_auc_score(truth == "yes", o[:, 0], sample_weight=w)
        wanted["average_precision"] = scikit.average_precision_score(truth == "yes", o[:, 0], sample_weight=w)
    else:
        wanted["roc_auc_ovr"] = scikit.roc_auc_score(truth, p, multi_class="ovr", sample_weight=w)
    metrics = Metrics(list(wanted), task.shapes, task.encoding)
    metrics.check(test, "test")
    assert metrics(test, outputs) == pytest.approx(wanted, rel=1e-6)
    assert metrics.positive_label == ("yes" if len(labels) == 2 else None)


@pytest.mark.parametrize("reference", ["mean", "last"])
@pytest.mark.parametrize("ahead", ["1", "1-3"])
def test_scores_of_numbers_are_in_the_columns_own_unit(reference, ahead):
    """Of 640 rows of 1e6 ± 1e3, whatever the network's output is the deviation from; horizons are averaged."""
    y = 1e6 + 1e3 * np.random.default_rng(1).normal(size=640).cumsum()
    task = Table.of({"y": y}, "y", ahead=ahead, reference=reference)
    test = task.test(0)
    outputs = (test.targets + RANDOM.normal(size=test.targets.shape)).astype(np.float32)
    steps, horizons = np.flatnonzero(test.weights[0] > 0), task.shapes.outputs
    truth = np.stack([y[steps + h] for h in range(1, horizons + 1)], axis=1)
    scale, mean = (np.array([getattr(one, name) for one in task.encoding.outputs]) for name in ("scale", "mean"))
    known = y[steps, None] if reference == "last" else 0.0
    predicted = outputs[0, steps].astype(np.float64) * scale + mean + known
    found = Metrics(
        ["r2", "neg_mean_absolute_error", "neg_mean_absolute_percentage_error"], task.shapes, task.encoding
    )(test, outputs)
    assert found["r2"] == pytest.approx(scikit.r2_score(truth, predicted), rel=1e-6)
    assert found["neg_mean_absolute_error"] == pytest.approx(-np.abs(truth - predicted).mean(), rel=1e-6)
    relative = np.abs((truth - predicted) / truth).mean()
    assert found["neg_mean_absolute_percentage_error"] == pytest.approx(-relative, rel=1e-6)


@pytest.mark.parametrize("ahead", ["1", "1-3", "24"])
def test_baselines_of_a_table_have_the_losses_of_its_yardsticks(ahead):
    """As outputs of a network that sees no input; and their scores are those of the forecasts themselves."""
    t = np.arange(400)
    y = 1e6 + 1e4 * np.sin(t * np.pi / 6) + 10 * t + RANDOM.normal(0, 1e3, 400)
    task = Table.of({"y": y}, "y", ahead=ahead)
    test, baselines = task.test(0), task.baseline_outputs()
    losses = {name: np.square(outputs - test.targets)[test.weights > 0].mean() for name, outputs in baselines.items()}
    assert losses == pytest.approx(task.yardsticks().baselines, rel=1e-5)
    chance = Metrics(["neg_mean_absolute_error"], task.shapes, task.encoding).chance(test, baselines)
    rows = np.flatnonzero(test.weights[0] > 0)
    horizons = [one.ahead for one in task.encoding.outputs]
    last = np.mean([np.abs(y[rows + h] - y[rows]).mean() for h in horizons])
    season = np.mean([np.abs(y[rows + h] - y[rows + h - 12 * -(-h // 12)]).mean() for h in horizons])
    mean = np.mean([np.abs(y[rows + h] - y[:320].mean()).mean() for h in horizons])
    assert chance["neg_mean_absolute_error"] == pytest.approx(-min(last, season, mean), rel=1e-6)


def test_groups_of_a_table_are_judged_in_the_unit_of_the_column():
    """One of 5 ± 1 and one of 1e6 ± 1e3, of other lengths; their rows count alike."""
    values = {"A": 5 + RANDOM.normal(size=60), "B": 1e6 + 1e3 * RANDOM.normal(size=90)}
    frame = {"store": ["A"] * 60 + ["B"] * 90, "y": np.concatenate([*values.values()])}
    task = Table.of(frame, "y", group="store", reference="last")
    test = task.test(0)
    own, outputs = task.encoding.groups, RANDOM.normal(size=test.targets.shape).astype(np.float32)
    truth, predicted = [], []
    for lane, y in enumerate(values.values()):
        steps = np.flatnonzero(test.weights[lane] > 0)
        rows = steps - test.steps + len(y) - 1  # lanes end with the last row that has a later one
        truth.append(y[rows + 1])
        o = outputs[lane, steps, 0].astype(np.float64)
        predicted.append(o * own[lane].output_scales[0] + own[lane].output_means[0] + y[rows])
    pair = np.concatenate(truth), np.concatenate(predicted)
    found = Metrics(["r2", "neg_mean_absolute_error"], task.shapes, task.encoding)(test, outputs)
    assert found["r2"] == pytest.approx(scikit.r2_score(*pair), rel=1e-6)
    assert found["neg_mean_absolute_error"] == pytest.approx(-scikit.mean_absolute_error(*pair), rel=1e-6)
    losses = {
        name: np.square(each - test.targets)[test.weights > 0].mean() for name, each in task.baseline_outputs().items()
    }
    assert losses == pytest.approx(task.yardsticks().baselines, rel=1e-5)


def test_each_of_several_targets_has_scores_of_its_own():
    """In its own unit, over its horizons; together, scikit-learn averages over all outputs."""
    frame = {"a": RANDOM.normal(5, 1, 300), "b": RANDOM.normal(1e6, 1e3, 300)}
    task = Table.of(frame, ["a", "b"], ahead="1-2", reference="mean")
    test = task.test(0)
    outputs = RANDOM.normal(size=test.targets.shape).astype(np.float32)
    steps = np.flatnonzero(test.weights[0] > 0)
    scales, means = (np.array([getattr(one, name) for one in task.encoding.outputs]) for name in ("scale", "mean"))
    wanted, pairs = {}, []
    for name, first in (("a", 0), ("b", 2)):
        truth = np.stack([frame[name][steps + h] for h in (1, 2)], axis=1)
        predicted = (outputs[0, steps].astype(np.float64) * scales + means)[:, first : first + 2]
        wanted[f"neg_mean_absolute_error({name})"] = -np.abs(truth - predicted).mean()
        pairs.append((truth, predicted))
    names = ["neg_mean_absolute_error"]
    assert Metrics(names, task.shapes, task.encoding)(test, outputs) == pytest.approx(wanted, rel=1e-6)
    both = scikit.r2_score(*(np.concatenate(part, axis=1) for part in zip(*pairs, strict=True)))
    together = Metrics(["r2"], task.shapes, task.encoding, apart=False)
    assert together(test, outputs) == {"r2": pytest.approx(both, rel=1e-6)}
    chance = Metrics(names, task.shapes, task.encoding).chance(test, task.baseline_outputs())
    assert list(chance) == list(wanted)
    errors = np.abs(frame["b"][steps + 1, None] - frame["b"][:240].mean())
    assert chance["neg_mean_absolute_error(b)"] == pytest.approx(-errors.mean(), rel=0.02)


def test_labels_of_a_table_have_the_frequencies_as_their_baseline():
    """Its loss is chance, of two labels and of three."""
    for count in (2, 3):
        labels = np.array(["a", "b", "c"])[RANDOM.integers(0, count, 300) * (RANDOM.random(300) < 0.5)]
        task = Table.of({"label": labels, "x": RANDOM.normal(size=300)}, "label")
        test, (outputs,) = task.test(0), task.baseline_outputs().values()
        names = ["neg_log_loss"]
        found = Metrics(names, task.shapes, task.encoding)(test, np.broadcast_to(outputs, (1, 299, len(outputs))))
        assert -found["neg_log_loss"] == pytest.approx(task.yardsticks().chance)


@settings(max_examples=20)
@given(st.integers(1, 30), st.integers(1, 30))
def test_chance_is_the_best_constant_by_each_metric(negative, positive):
    """The more frequent label for accuracy, the positive one for f1 and recall, frequencies for the log loss."""
    shapes = Shapes(1, 1, "binary")
    chunk = chunk_of([0.0] * negative + [1.0] * positive)
    p = positive / (negative + positive)
    baselines = {"frequencies": np.array([np.log(p / (1 - p))])}
    names = ["accuracy", "balanced_accuracy", "f1", "recall", "neg_log_loss", "roc_auc"]
    found = Metrics(names, shapes, Encoding.plain(shapes)).chance(chunk, baselines)
    entropy = -p * np.log(p) - (1 - p) * np.log(1 - p)
    wanted = [max(p, 1 - p), 0.5, 2 * p / (1 + p), 1.0, -entropy, 0.5]
    assert found == pytest.approx(dict(zip(names, wanted, strict=True)))


def test_imbalanced_labels_look_good_by_accuracy_alone():
    """A network that predicts the frequent label of 95 % everywhere."""
    y = (np.arange(640) % 20 == 0).astype(np.float64)
    found = scores(["accuracy", "balanced_accuracy", "f1"], Shapes(1, 1, "binary"), y, np.full(640, -3.0))
    assert found == {"accuracy": 0.95, "balanced_accuracy": 0.5, "f1": 0.0}


def test_units_without_an_output_layer_predict_their_mean():
    """As a forecast does."""
    assert scores(["neg_max_error"], Shapes(1, 1), [1.0, 2.0], [[0.0, 2.0], [1.0, 5.0]]) == {"neg_max_error": -1.0}


def test_several_bits_at_a_step_are_as_many_rows():
    """With the weight of their step."""
    y, o = [[1.0, 0.0], [1.0, 1.0]], [[3.0, 3.0], [3.0, 3.0]]
    assert scores(["accuracy"], Shapes(1, 2, "binary"), y, o, [3, 1]) == {"accuracy": 5 / 8}


def test_two_classes_are_those_of_a_binary_target():
    """The decision value is the difference of the logits, and the second class is the positive one."""
    y, o = RANDOM.integers(0, 2, 50), RANDOM.normal(size=(50, 2))
    names = ["f1", "roc_auc", "neg_log_loss"]
    two = scores(names, Shapes(1, 2, "class"), y, o)
    assert two == pytest.approx(scores(names, Shapes(1, 1, "binary"), y.astype(float), o[:, 1] - o[:, 0]))


def test_values_of_several_units():
    """Each output is decoded by its own mean and scale."""
    encoding = Encoding(("x",), (0.0,), (1.0,), (Output("a", mean=5.0, scale=2.0), Output("b", mean=1.0, scale=10.0)))
    found = scores(["neg_mean_absolute_error"], Shapes(1, 2), [[0.0, 0.0]] * 2, [[1.0, 1.0]] * 2, encoding=encoding)
    assert found == {"neg_mean_absolute_error(a)": -2.0, "neg_mean_absolute_error(b)": -10.0}


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_network_that_diverged_has_no_score(value):
    """And is no error; nor are predictions that a metric is not defined for."""
    assert np.isnan(scores(["r2"], Shapes(1, 1), [1.0, 2.0], [0.0, value])["r2"])
    assert np.isnan(scores(["neg_mean_poisson_deviance"], Shapes(1, 1), [1.0, 2.0], [-1.0, 2.0]).popitem()[1])


def misfit(name, shapes, targets, weights=None):
    with pytest.raises(UsageError) as caught:
        Metrics([name], shapes, Encoding.plain(shapes), apart=False).check(chunk_of(targets, weights), "test")
    fitting = caught.value.hint.removeprefix("Metrics that fit are ").removesuffix(".").split(", ")
    for other in fitting:
        Metrics([other], shapes, Encoding.plain(shapes), apart=False).check(chunk_of(targets, weights), "test")
    return caught.value.message, fitting


def test_a_metric_of_labels_does_not_fit_numbers():
    """The hint lists all that do, and no metric of clusterings."""
    message, fitting = misfit("f1_macro", Shapes(1, 1), RANDOM.normal(size=30))
    assert message == "The metric f1_macro does not fit the test data: it compares labels, and the targets are numbers."
    assert {"r2", "neg_mean_absolute_error"} < set(fitting)
    assert not {"rand_score", "neg_mean_squared_log_error", "accuracy"} & set(fitting)


def test_a_metric_of_numbers_does_not_fit_labels():
    """Although labels are numbers inside."""
    message, fitting = misfit("r2", Shapes(1, 1, "binary"), [0.0, 1.0, 1.0, 0.0])
    assert message == "The metric r2 does not fit the test data: it compares numbers, and the targets are labels."
    assert {"f1", "roc_auc", "accuracy", "positive_likelihood_ratio"} < set(fitting)
    assert not {"neg_mean_squared_error", "d2_absolute_error_score"} & set(fitting)


def test_metrics_that_these_data_do_not_suffice_for():
    """Negative numbers, one label, many labels, several outputs, and unequal weights."""
    message = misfit("neg_mean_squared_log_error", Shapes(1, 1), [-5.0, 1.0, 2.0])[0]
    assert "Mean Squared Logarithmic Error cannot be used when targets contain" in message
    message = misfit("roc_auc", Shapes(1, 1, "binary"), [1.0, 1.0, 1.0])[0]
    assert message.startswith("The metric roc_auc does not fit the test data: Only one class ")
    message, fitting = misfit("f1", Shapes(1, 3, "class"), np.arange(12) % 3)
    assert "Target is multiclass but average='binary'" in message
    assert "f1_macro" in fitting
    assert "Multioutput not supported" in misfit("neg_max_error", Shapes(1, 2), RANDOM.normal(size=(9, 2)))[0]
    message, fitting = misfit("neg_max_error", Shapes(1, 1), [1.0, 2.0, 4.0], [1.0, 2.0, 0.0])
    assert message.endswith("it takes no weights, and not all of them are equal.")
    assert "neg_mean_absolute_error" in fitting
    assert scores(["neg_max_error"], Shapes(1, 1), [1.0, 2.0, 9.0], [1.0, 1.0, 1.0], [2, 2, 0]) == {
        "neg_max_error": -1.0
    }


def test_a_name_that_is_not_there():
    """With the nearest one, and all."""
    with pytest.raises(UsageError) as caught:
        check_names(["r2", "f1_marco"])
    assert caught.value.message == "scikit-learn has no scorer 'f1_marco'."
    assert caught.value.hint.startswith("Did you mean f1_macro? The names are accuracy, ")


def test_scorers_are_undisturbed_by_settings_of_the_program():
    """Metadata routing asks for requests of weights, and scores that are not defined warn."""
    with sklearn.config_context(enable_metadata_routing=True), warnings.catch_warnings():
        warnings.simplefilter("error")
        found = scores(["f1", "precision"], Shapes(1, 1, "binary"), [1.0, 0.0], [-1.0, -1.0], [1.0, 2.0])
    assert found == {"f1": 0.0, "precision": 0.0}
