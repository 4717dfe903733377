"""Fitted estimators as numbers, texts and arrays: their settings, what fit found, and the network in training.

An estimator is a mapping with these keys:

    class       its name, one of HOMES
    settings    those of the constructor; a setting may be an estimator, or a list of them, as the steps of a pipeline
    fitted      the attributes that fit has set
    recipe, shapes, depth, seed, training       of a recurrent estimator
    series, encoding                            of a forecaster
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from importlib import import_module
from typing import Any, Final

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.estimators.saved_scalar import decode_scalar, encode_scalar
from seqtasks.estimators.saved_series import decode_series, encode_series
from seqtasks.estimators.training.fitted_network import FittedNetwork
from seqtasks.estimators.training.recipe import Recipe
from seqtasks.files.store import encoding_of
from seqtasks.running.result import Result
from seqtasks.spec.spec import Spec

FITTED: Final = re.compile(r"[a-z][a-z0-9_]*_")  # names of fitted attributes in scikit-learn
OF_FIT: Final = {"_fit_svd_solver"}  # attributes of PCA that only its fit uses

TRANSFORMERS: Final = {  # their fitted attributes are numbers and arrays, and the tests save and load each
    "Binarizer": "sklearn.preprocessing",
    "FrozenEstimator": "sklearn.frozen",
    "IncrementalPCA": "sklearn.decomposition",
    "MaxAbsScaler": "sklearn.preprocessing",
    "MinMaxScaler": "sklearn.preprocessing",
    "Normalizer": "sklearn.preprocessing",
    "PCA": "sklearn.decomposition",
    "PerStep": "seqtasks.estimators",
    "QuantileTransformer": "sklearn.preprocessing",
    "RobustScaler": "sklearn.preprocessing",
    "StandardScaler": "sklearn.preprocessing",
    "VarianceThreshold": "sklearn.feature_selection",
}
HOMES: Final = {  # the classes that a file may hold: nothing else is built
    **TRANSFORMERS,
    "Pipeline": "sklearn.pipeline",
    "SequenceClassifier": "seqtasks.estimators",
    "SequenceRegressor": "seqtasks.estimators",
    "SeriesForecaster": "seqtasks.estimators",
    "StreamClassifier": "seqtasks.estimators",
    "StreamPipeline": "seqtasks.estimators",
    "StreamRegressor": "seqtasks.estimators",
}


def encode(estimator: Any) -> dict[str, Any]:
    """The mapping of an estimator, and in it those of its parts.

    Raises:
        UsageError: If a part or a setting is an object that a file cannot hold.
    """
    recurrent: FittedNetwork | None = vars(estimator).get("_fitted")
    if recurrent is None:
        _check_class(estimator)
        if not isinstance(estimator, Pipeline):  # which has no state but that of its steps
            _check_attributes(estimator)
    settings = {key: _encode_setting(key, value) for key, value in estimator.get_params(deep=False).items()}
    fitted = {key: _encode_fitted(key, value) for key, value in vars(estimator).items() if FITTED.fullmatch(key)}
    content = {"class": type(estimator).__name__, "settings": settings, "fitted": fitted}
    if "_series" in vars(estimator):
        content |= {"series": encode_series(estimator._series), "encoding": asdict(estimator._encoding)}
    return content if recurrent is None else content | _encode_network(recurrent)


def decode(content: Mapping[str, Any], kind: type | None = None) -> Any:
    """The estimator of a mapping.

    Args:
        content: What :func:`encode` returned.
        kind: Its class; None for that of its name.

    Raises:
        ValueError: If the class is not one of HOMES, or an attribute is not one that fit sets.
        SeqtasksError: If a model or a trainer is not installed.
    """
    if kind is None:
        if content["class"] not in HOMES:
            raise ValueError(f"{content['class']} is not a class that a file may hold")
        kind = getattr(import_module(HOMES[content["class"]]), content["class"])
    estimator: Any = kind(**{key: _decode_setting(value) for key, value in content["settings"].items()})
    for key, value in content["fitted"].items():
        if not FITTED.fullmatch(key):
            raise ValueError(f"{key} is not the name of a fitted attribute")
        setattr(estimator, key, _decode_fitted(key, value))
    if "recipe" in content:
        _decode_network(estimator, content)
    if "series" in content:
        estimator._series = decode_series(content["series"])
        estimator._encoding = encoding_of(content["encoding"], Shapes(**content["shapes"]))
    return estimator


def libraries(estimator: Any) -> list[str]:
    """The distributions that an estimator and its parts compute with."""
    parts = [estimator, *_parts(estimator.get_params(deep=True).values())]
    networks = [vars(part)["_fitted"] for part in parts if "_fitted" in vars(part)]
    of_models = {name: None for network in networks for name in network.recipe.build_model().libraries}
    is_alone = len(parts) == 1
    return [*of_models] if is_alone else [*of_models, "scikit-learn"]


def _parts(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, BaseEstimator)]


def _encode_part(part: Any) -> dict[str, Any]:
    _check_class(part)
    return {"estimator": encode(part)}


def _check_class(part: Any) -> None:
    """Check that the class is one of HOMES, and not another class of that name."""
    name = type(part).__name__
    if name not in HOMES or type(part) is not getattr(import_module(HOMES[name]), name):
        raise UsageError(
            f"The pipeline has a {name}, which a file cannot hold; it can hold {', '.join(TRANSFORMERS)}.",
            "Use one of these, transform the features before the pipeline, or pickle the pipeline.",
        )


def _check_attributes(part: Any) -> None:
    """Check that a part without a network has settings and fitted attributes only."""
    settings = part.get_params(deep=False)
    others = [key for key in vars(part) if key not in settings and key not in OF_FIT and not FITTED.fullmatch(key)]
    if others:
        raise UsageError(
            f"{type(part).__name__} has the attribute {others[0]} = {vars(part)[others[0]]!r}, which a file cannot "
            "hold.",
            "Pickle the pipeline, or build it without set_output and metadata requests.",
        )


def _encode_network(fitted: FittedNetwork) -> dict[str, Any]:
    for part in ("model", "trainer", "optimizer", "loss"):
        _encode_setting(part, getattr(fitted.recipe, part))
    return {
        "recipe": {field.name: getattr(fitted.recipe, field.name) for field in fields(Recipe)},
        "shapes": {field.name: getattr(fitted.shapes, field.name) for field in fields(Shapes)},
        "depth": fitted.depth,
        "seed": fitted.seed,
        "training": fitted.state(),
    }


def _decode_network(estimator: Any, content: Mapping[str, Any]) -> None:
    # a file from before estimators had the setting divisor has none in its recipe: the default is what it trained with
    recipe = Recipe(**{"divisor": getattr(estimator, "divisor", None), **content["recipe"]})
    recipe = replace(recipe, means=tuple(recipe.means), scales=tuple(recipe.scales))  # lists in the file
    shapes = Shapes(**content["shapes"])
    fitted = FittedNetwork(recipe, shapes, content["depth"], content["seed"], content["training"])
    if "target_shape_" in content["fitted"] and "target_mean_" not in content["fitted"]:
        # a regressor of streams from before the setting target_scale did not scale
        estimator.target_scale = estimator.target_moments_ = None
        estimator.target_mean_, estimator.target_scale_ = np.zeros(shapes.outputs), np.ones(shapes.outputs)
    fitted.network.weights()  # raises an error now if the weights do not fit the model
    estimator._fitted = fitted


def _encode_setting(key: str, value: Any) -> Any:
    """JSON of a setting: a scalar, a mapping of labels to numbers, an estimator, or a list or tuple of these."""
    if isinstance(value, Spec):
        return str(value)
    if isinstance(value, BaseEstimator):
        return _encode_part(value)
    if isinstance(value, dict):
        return {
            "pairs": [[_encode_setting(key, label), _encode_setting(key, weight)] for label, weight in value.items()]
        }
    if isinstance(value, tuple):
        return {"tuple": [_encode_setting(key, each) for each in value]}
    if isinstance(value, list):
        return [_encode_setting(key, each) for each in value]
    return encode_scalar(
        f"{key} is",
        value,
        f"Pass a spec, {key}='NAME:key=value', before fit; or pickle the estimator; or call set_params({key}=None) "
        "if only fit needed it.",
    )


def _decode_setting(value: Any) -> Any:
    if isinstance(value, list):
        return [_decode_setting(each) for each in value]
    match value:
        case {"estimator": content}:
            return decode(content)
        case {"pairs": pairs}:
            return {decode_scalar(label): weight for label, weight in pairs}
        case {"tuple": items}:
            return tuple(map(_decode_setting, items))
    return decode_scalar(value)


def _encode_fitted(key: str, value: Any) -> Any:
    """A fitted attribute: arrays of strings, groups, and estimators, as lists and mappings; others unchanged."""
    if isinstance(value, BaseEstimator):
        return _encode_part(value)
    if isinstance(value, Result):
        return {"result": value.to_json()}
    if key == "groups_" and value is not None:
        return [
            encode_scalar("groups has", each, "Pass groups as numbers, strings or times; or pickle the estimator.")
            for each in value
        ]
    if isinstance(value, np.ndarray) and value.dtype.kind in "OUS":
        return {"labels": value.tolist(), "dtype": value.dtype.str}
    if isinstance(value, np.ndarray) and value.ndim > 1 and value.strides[0] < value.strides[-1]:
        return {"columns": value.T}  # products of matrices round by the order in memory
    return np.asarray(value) if isinstance(value, np.generic) else value  # np.float64 would come back as a float


def _decode_fitted(key: str, value: Any) -> Any:
    if key == "groups_":  # a mapping in older files, in which all groups are strings
        return value if value is None else dict.fromkeys(map(decode_scalar, value))
    match value:
        case {"estimator": content}:
            return decode(content)
        case {"labels": labels, "dtype": dtype}:
            return np.array(labels, np.dtype(dtype))
        case {"columns": array}:
            return array.T
        case {"result": text}:
            return Result.from_json(text)
    # a number of NumPy is an array without axes in the file
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value
