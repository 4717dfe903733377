"""Files of fitted estimators."""

import json
import zipfile

import keras
import numpy as np
import pytest

from seqtasks.errors import DataError, UsageError
from seqtasks.estimators import SequenceClassifier, SequenceRegressor
from seqtasks.estimators.estimator_file import MANIFEST

pytestmark = pytest.mark.tensorflow

X = np.random.default_rng(0).normal(size=(20, 4, 2))
Y = np.where(X[:, 0, 0] > 0, "up", "down")


@pytest.fixture(scope="module")
def fitted():
    return SequenceClassifier(
        model="lstm:units=4", class_weight={"up": 2.0}, optimizer="sgd", metrics=None, epochs=3, random_state=0
    ).fit(X, Y)


@pytest.fixture
def path(fitted, tmp_path):
    fitted.save(tmp_path / "net.zip")
    return tmp_path / "net.zip"


def rewritten(path, change):
    """The same file with another manifest."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    head = json.loads(members[MANIFEST])
    change(head)
    members[MANIFEST] = json.dumps(head).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_loaded_estimator_is_the_saved_one(fitted, path):
    """Settings, what fitting found, and the place in training."""
    read = SequenceClassifier.load(path)
    assert read.get_params() == fitted.get_params()
    assert read.history_ == fitted.history_
    np.testing.assert_array_equal(read.classes_, fitted.classes_)
    assert read.classes_.dtype == fitted.classes_.dtype
    np.testing.assert_array_equal(read.decision_function(X), fitted.decision_function(X))
    np.testing.assert_array_equal(
        read.partial_fit(X, Y).decision_function(X),
        SequenceClassifier.load(path).partial_fit(X, Y).decision_function(X),
    )


def test_older_files_have_the_default_divisor(fitted, path):
    """A file from before estimators had this setting continues the training as one from today does."""

    def remove(head):
        content = head["state"]["map"]
        assert content["settings"]["map"].pop("divisor") == content["recipe"]["map"].pop("divisor") == "steps"

    today, old = SequenceClassifier.load(path), SequenceClassifier.load(rewritten(path, remove))
    assert old.divisor == old._fitted.trainer.divisor == "steps"
    weights = np.arange(len(Y)) % 3
    np.testing.assert_array_equal(
        old.partial_fit(X, Y, sample_weight=weights).decision_function(X),
        today.partial_fit(X, Y, sample_weight=weights).decision_function(X),
    )
    assert old._fitted.learner.updates == today._fitted.learner.updates > 1


def test_several_outputs_and_double_precision_are_in_files(tmp_path):
    """Mean, scale and shape of targets, float64."""
    fitted = SequenceRegressor(dtype="float64", epochs=2, random_state=0).fit(X[:, :, 0], 50 * X[:, 0])
    fitted.save(tmp_path / "net.zip")
    read = SequenceRegressor.load(str(tmp_path / "net.zip"))
    np.testing.assert_array_equal(read.predict(X[:, :, 0]), fitted.predict(X[:, :, 0]))


@pytest.mark.parametrize("unit", ["D", "ns"])
def test_classes_that_are_times(tmp_path, unit):
    """They read back in their own unit."""
    days = (np.datetime64("2026-01-01") + (Y == "up")).astype(f"M8[{unit}]")
    fitted = SequenceClassifier(epochs=1, random_state=0).fit(X, days)
    fitted.save(tmp_path / "net.zip")
    read = SequenceClassifier.load(tmp_path / "net.zip")
    assert read.classes_.dtype == days.dtype
    np.testing.assert_array_equal(read.predict(X), fitted.predict(X))
    np.testing.assert_array_equal(
        read.partial_fit(X, days).predict_proba(X), fitted.partial_fit(X, days).predict_proba(X)
    )


@pytest.mark.parametrize("settings", [{"metrics": ["accuracy", "AUC"]}, {"metrics": []}, {"callbacks": []}], ids=str)
def test_lists_of_settings_are_in_files(tmp_path, settings):
    """Names of metrics, and no callbacks."""
    SequenceClassifier(**settings, epochs=1, random_state=0).fit(X, Y).save(tmp_path / "net.zip")
    read = SequenceClassifier.load(tmp_path / "net.zip")
    assert {key: getattr(read, key) for key in settings} == settings
    read.fit(X, Y)


def test_the_same_estimator_is_the_same_file(fitted, path, tmp_path):
    """Byte for byte; and such a file is replaced, any other is not."""
    fitted.save(tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == path.read_bytes()
    fitted.save(path)
    other = tmp_path / "letter.txt"
    other.write_text("dear")
    with pytest.raises(UsageError, match="exists and is not a seqtasks estimator"):
        fitted.save(other)
    fitted.save(other, force=True)
    assert SequenceClassifier.load(other).n_iter_ == 3


def test_settings_that_are_objects_raise(tmp_path):
    """A cell made by hand, a callback, a metric, a loss, a state of random numbers."""
    by_hand = SequenceClassifier(model=keras.layers.GRUCell(3), epochs=1).fit(X, Y)
    with pytest.raises(UsageError, match=r"model is <GRUCell .* an object that a file cannot hold") as caught:
        by_hand.save(tmp_path / "net.zip")
    assert "Pass a spec, model='NAME:key=value', before fit" in caught.value.hint
    watched = SequenceClassifier(callbacks=[keras.callbacks.Callback()], epochs=1).fit(X, Y)
    with pytest.raises(UsageError, match=r"callbacks is <.*Callback object at .*an object that a file cannot hold"):
        watched.save(tmp_path / "net.zip")
    objects = {"metrics": ["accuracy", keras.metrics.AUC()], "random_state": np.random.RandomState(0)}
    for key, value in objects.items():
        with pytest.raises(UsageError, match=f"{key} is .*an object that a file cannot hold"):
            SequenceClassifier(**{key: value}, epochs=1).fit(X, Y).save(tmp_path / "net.zip")
    by_function = SequenceRegressor(loss=keras.losses.mean_squared_error, epochs=1).fit(X, X[:, 0, 0])
    with pytest.raises(UsageError, match="loss is <function mean_squared_error"):
        by_function.save(tmp_path / "net.zip")
    watched.set_params(callbacks=None).save(tmp_path / "net.zip")


def test_other_files_raise(path, tmp_path):
    """Another class, no file, no zip, another format."""
    with pytest.raises(DataError, match="holds a SequenceClassifier") as caught:
        SequenceRegressor.load(path)
    assert caught.value.hint == "Load it with SequenceClassifier.load."
    with pytest.raises(DataError, match="does not exist"):
        SequenceClassifier.load(tmp_path / "none.zip")
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(DataError, match="is not an estimator file of seqtasks, or is damaged: BadZipFile"):
        SequenceClassifier.load(tmp_path / "letter.txt")
    with pytest.raises(DataError, match="has format 99; this seqtasks reads format 1"):
        SequenceClassifier.load(rewritten(path, lambda head: head.update(format=99)))


def test_a_missing_model_is_named(path):
    """Its plugin is missing."""

    def elsewhere(head):
        head["state"]["map"]["recipe"]["map"]["model"] = "gone:units=4"

    with pytest.raises(UsageError, match="There is no model named 'gone'"):
        SequenceClassifier.load(rewritten(path, elsewhere))


@pytest.mark.parametrize("name", ["predict", "__class__", "_fitted", "fit"])
def test_files_set_fitted_attributes_only(path, name):
    """Names other than of what fitting finds are refused."""

    def smuggle(head):
        head["state"]["map"]["fitted"]["map"][name] = 1

    with pytest.raises(DataError, match=f"{name} is not the name of a fitted attribute"):
        SequenceClassifier.load(rewritten(path, smuggle))


def test_arrays_that_do_not_fit_raise(path):
    """More units than the weights have."""

    def widened(head):
        recipe = head["state"]["map"]["recipe"]["map"]
        recipe["model"] = recipe["model"].replace("units=4", "units=5")

    with pytest.raises(DataError, match="is damaged: ValueError The weights have shapes"):
        SequenceClassifier.load(rewritten(path, widened))
