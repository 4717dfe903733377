"""Files of pipelines: transformers and an estimator, without pickle."""

import json
import zipfile

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA, IncrementalPCA
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import VarianceThreshold
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

import seqtasks
from seqtasks.errors import DataError, UsageError
from seqtasks.estimators import (
    PerStep,
    SequenceClassifier,
    SequenceRegressor,
    StreamPipeline,
    StreamRegressor,
    make_stream_pipeline,
)
from seqtasks.estimators.saved_estimator import TRANSFORMERS
from seqtasks.files.manifest import ESTIMATOR

pytestmark = pytest.mark.tensorflow

X = 1000 + 50 * np.random.default_rng(0).normal(size=(40, 3))
Z = (X - 1000) / 50
Y = 300 + np.concatenate([[0.0], X[:-1, 0] - 1000])
REGRESSOR = StreamRegressor(model="gru:units=4", trainer="online:window=2", random_state=0)
LEARNING = [
    StandardScaler(),
    MinMaxScaler(feature_range=(-1, 1)),
    MaxAbsScaler(),
    Normalizer(),
    Binarizer(threshold=1000),
    FrozenEstimator(StandardScaler().fit(X[:10])),
]
FITTING = [
    RobustScaler(quantile_range=(20.0, 80.0)),
    QuantileTransformer(n_quantiles=5, output_distribution="normal"),
    VarianceThreshold(0.1),
    PCA(2),
    IncrementalPCA(2),
]


class Shouting(StandardScaler):
    """A user's own transformer."""


def saved(model, tmp_path):
    seqtasks.save(model, tmp_path / "model.seqtasks")
    return seqtasks.load(tmp_path / "model.seqtasks")


def test_each_transformer_that_a_file_can_hold_is_tested_here():
    """By its name."""
    tested = {type(each).__name__ for each in (*LEARNING, *FITTING)}
    assert tested | {"PerStep"} == set(TRANSFORMERS)


@pytest.mark.parametrize("step", LEARNING, ids=repr)
def test_a_loaded_stream_pipeline_learns_on_to_the_bit(step, tmp_path):
    """Row by row, from where it was saved: settings, statistics and their types, predictions."""
    model = make_stream_pipeline(step if isinstance(step, FrozenEstimator) else clone(step), clone(REGRESSOR))
    again = saved(model.partial_fit(X[:20], Y[:20]), tmp_path)
    assert type(again) is StreamPipeline
    assert str(again.get_params()) == str(model.get_params())
    for t in range(20, 40):
        np.testing.assert_array_equal(again.predict(X[t : t + 1]), model.predict(X[t : t + 1]))
        again.partial_fit(X[t : t + 1], Y[t : t + 1])
        model.partial_fit(X[t : t + 1], Y[t : t + 1])
    found = {key: (type(value), np.asarray(value).tolist()) for key, value in vars(again[0]).items()}
    if not isinstance(step, FrozenEstimator):
        assert found == {key: (type(value), np.asarray(value).tolist()) for key, value in vars(model[0]).items()}


@pytest.mark.parametrize("step", FITTING, ids=repr)
def test_transformers_that_fit_found(step, tmp_path):
    """They transform as before, and the network learns on."""
    model = make_stream_pipeline(StandardScaler(), clone(step), clone(REGRESSOR)).fit(X[:20], Y[:20])
    again = saved(model, tmp_path)
    np.testing.assert_array_equal(again[:2].transform(X), model[:2].transform(X))
    np.testing.assert_array_equal(
        again.partial_fit(X[20:], Y[20:]).predict(X), model.partial_fit(X[20:], Y[20:]).predict(X)
    )


def test_pipelines_of_sequences(tmp_path):
    """PerStep in scikit-learn's Pipeline: a nested pipeline, labels, and a refit of what was loaded."""
    sequences = X[:36].reshape(12, 3, 3)
    labels = np.where(sequences[:, 0, 0] > 1000, "up", "down")
    inner = Pipeline([("scale", StandardScaler()), ("none", "passthrough"), ("turn", PCA(2))])
    for step in (PerStep(StandardScaler()), PerStep(inner)):
        model = make_pipeline(step, SequenceClassifier(model="gru:units=4", epochs=3, random_state=0))
        again = saved(model.fit(sequences, labels), tmp_path)
        assert type(again) is Pipeline
        np.testing.assert_array_equal(again.predict_proba(sequences), model.predict_proba(sequences))
        assert again.classes_.tolist() == ["down", "up"]
        refitted = again.fit(sequences, labels).predict_proba(sequences)
        np.testing.assert_array_equal(refitted, model.predict_proba(sequences))


def test_sequence_pipelines_with_numbers(tmp_path):
    """(n, T), with one feature at each step."""
    model = make_pipeline(PerStep(StandardScaler()), SequenceRegressor(epochs=2, random_state=0)).fit(X, Y)
    np.testing.assert_array_equal(saved(model, tmp_path).predict(X), model.predict(X))


def test_single_estimators_load_by_the_same_function(tmp_path):
    """seqtasks.load reads what the method save writes, and the class method what seqtasks.save writes."""
    model = clone(REGRESSOR).partial_fit(Z, Y)
    np.testing.assert_array_equal(saved(model, tmp_path).predict(Z), model.predict(Z))
    assert type(StreamRegressor.load(tmp_path / "model.seqtasks")) is StreamRegressor
    pipeline = make_stream_pipeline(StandardScaler(), clone(REGRESSOR)).partial_fit(X, Y)
    pipeline.save(tmp_path / "model.seqtasks")  # replaces it
    np.testing.assert_array_equal(StreamPipeline.load(tmp_path / "model.seqtasks").predict(X), pipeline.predict(X))
    with pytest.raises(DataError, match="holds a StreamPipeline") as caught:
        StreamRegressor.load(tmp_path / "model.seqtasks")
    assert caught.value.hint == "Load it with StreamPipeline.load."


def test_names_of_columns(tmp_path):
    """Frames are compared with them after loading."""
    frame = pd.DataFrame(X, columns=["load", "wind", "sun"])
    model = make_stream_pipeline(StandardScaler(), clone(REGRESSOR)).partial_fit(frame, Y)
    again = saved(model, tmp_path)
    np.testing.assert_array_equal(again.predict(frame), model.predict(frame))
    with pytest.raises(ValueError, match="feature names should match"):
        again.predict(frame[["wind", "load", "sun"]])


def test_what_a_file_cannot_hold_raises(tmp_path):
    """Other transformers, a class of the same purpose, an output of frames, wrappers, an unfitted pipeline."""
    path, framed = tmp_path / "model.seqtasks", StandardScaler().set_output(transform="pandas")
    for step, message in (
        (
            FunctionTransformer(lambda rows: rows / 1000),
            "The pipeline has a FunctionTransformer, which a file cannot hold; it can hold Bin",
        ),
        (Shouting(), "The pipeline has a Shouting, which a file cannot hold"),
        (framed, r"StandardScaler has the attribute _sklearn_output_config = \{'transform': 'pandas'\}, which a file"),
    ):
        with pytest.raises(UsageError, match=message) as caught:
            make_stream_pipeline(step, clone(REGRESSOR)).partial_fit(X, Y).save(path)
        assert "ickle the pipeline" in caught.value.hint
    with pytest.raises(UsageError, match="has a TransformedTargetRegressor, which a file cannot hold"):
        seqtasks.save(TransformedTargetRegressor(clone(REGRESSOR)).fit(Z, Y), path)
    with pytest.raises(NotFittedError):
        make_stream_pipeline(StandardScaler(), clone(REGRESSOR)).save(path)
    assert not path.exists()
    path.write_text("dear")
    with pytest.raises(UsageError, match="exists and is not a seqtasks estimator"):
        seqtasks.save(clone(REGRESSOR).partial_fit(Z, Y), path)


def changed(path, change):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    head = json.loads(members[ESTIMATOR])
    change(head)
    members[ESTIMATOR] = json.dumps(head).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("name", ["FunctionTransformer", "Popen", "os.system", "__import__"])
def test_files_build_the_listed_classes_only(name, tmp_path):
    """In a part of a pipeline, and as a whole."""
    path = tmp_path / "model.seqtasks"
    make_stream_pipeline(StandardScaler(), clone(REGRESSOR)).partial_fit(X, Y).save(path)

    def smuggle(head):
        steps = head["state"]["map"]["settings"]["map"]["steps"]
        scaler = steps[0]["map"]["tuple"][1]["map"]["estimator"]["map"]
        assert scaler["class"] == "StandardScaler"
        scaler["class"] = name

    changed(path, smuggle)
    with pytest.raises(DataError, match=f"{name} is not a class that a file may hold"):
        seqtasks.load(path)
    changed(path, lambda head: head.update({"class": name}))
    with pytest.raises(DataError, match=f"holds a {name}"):
        seqtasks.load(path)
