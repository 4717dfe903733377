"""Files of fitted estimators: a zip of JSON and plain arrays, without code."""

import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numpy as np
from sklearn.utils.validation import check_is_fitted

from seqtasks.catalogue.versions import versions
from seqtasks.core.task import Shapes
from seqtasks.errors import DataError, SeqtasksError, UsageError
from seqtasks.estimators.training.fitted_network import FittedNetwork
from seqtasks.estimators.training.recipe import Recipe
from seqtasks.files import manifest, state
from seqtasks.files.output_file import OutputFile
from seqtasks.spec.spec import Spec

MANIFEST: Final = "seqtasks-estimator.json"
FORMAT: Final = 1
FITTED: Final = re.compile(r"[a-z][a-z0-9_]*_")  # names of fitted attributes in scikit-learn

Estimator = TypeVar("Estimator")


def save(estimator: Any, path: str | PathLike[str], force: bool) -> None:
    """Write a fitted estimator; see :meth:`AbstractRecurrentEstimator.save`."""
    check_is_fitted(estimator)
    file = OutputFile(fspath(path), is_estimator_file, "seqtasks estimator", force)
    settings = {key: _encode_setting(key, value) for key, value in estimator.get_params(deep=False).items()}
    attributes = {key: _encode_fitted(key, value) for key, value in vars(estimator).items() if FITTED.fullmatch(key)}
    fitted: FittedNetwork = estimator._fitted
    for part in ("model", "trainer", "optimizer", "loss"):
        _encode_setting(part, getattr(fitted.recipe, part))
    recorded = versions(fitted.recipe.build_model().libraries)
    head = {"format": FORMAT, "class": type(estimator).__name__, "versions": recorded}
    content = {
        "settings": settings,
        "fitted": attributes,
        "recipe": {key: getattr(fitted.recipe, key) for key in Recipe.__dataclass_fields__},
        "shapes": {key: getattr(fitted.shapes, key) for key in Shapes.__dataclass_fields__},
        "depth": fitted.depth,
        "seed": fitted.seed,
        "training": fitted.state(),
    }
    state.write(file, MANIFEST, head, content)


def load(kind: type[Estimator], path: str | PathLike[str]) -> Estimator:
    """Read a fitted estimator; see :meth:`AbstractRecurrentEstimator.load`."""
    name = fspath(path)
    file_path = Path(name).expanduser()
    try:
        with zipfile.ZipFile(file_path) as file:
            head = manifest.read(file, MANIFEST)
        _check(name, head, kind)
        return _decode(kind, state.read(file_path, head))
    except FileNotFoundError as error:
        raise DataError(f"{name} does not exist.", "Write one with the method save of a fitted estimator.") from error
    except SeqtasksError:
        raise
    except Exception as error:  # parsers raise many types for a damaged file
        raise DataError(
            f"{name} is not an estimator file of seqtasks, or is damaged: {type(error).__name__} {error}.",
            "Write one with the method save of a fitted estimator.",
        ) from error


def _check(name: str, head: Mapping[str, Any], kind: type) -> None:
    if head["format"] != FORMAT:
        raise DataError(
            f"{name} has format {head['format']}; this seqtasks reads format {FORMAT}.",
            "Install the version of seqtasks that wrote it.",
        )
    if head["class"] != kind.__name__:
        raise DataError(f"{name} holds a {head['class']}.", f"Load it with {head['class']}.load.")


def is_estimator_file(path: Path) -> bool:
    """Whether the file is an estimator file of seqtasks."""
    return manifest.holds(path, MANIFEST)


def _decode(kind: type[Estimator], content: Mapping[str, Any]) -> Estimator:
    estimator: Any = kind(**{key: _decode_setting(value) for key, value in content["settings"].items()})
    for key, value in content["fitted"].items():
        if not FITTED.fullmatch(key):
            raise ValueError(f"{key} is not the name of a fitted attribute")
        setattr(estimator, key, _decode_fitted(key, value))
    # a file from before estimators had the setting divisor has none in its recipe: the default is what it trained with
    recipe = Recipe(**{"divisor": getattr(estimator, "divisor", None), **content["recipe"]})
    shapes = Shapes(**content["shapes"])
    fitted = FittedNetwork(recipe, shapes, content["depth"], content["seed"], content["training"])
    if "target_shape_" in content["fitted"] and "target_mean_" not in content["fitted"]:
        # a regressor of streams from before the setting target_scale did not scale
        estimator.target_scale = estimator.target_moments_ = None
        estimator.target_mean_, estimator.target_scale_ = np.zeros(shapes.outputs), np.ones(shapes.outputs)
    fitted.network.weights()  # raises an error now if the weights do not fit the model
    estimator._fitted = fitted
    return cast(Estimator, estimator)


def _encode_setting(key: str, value: Any) -> Any:
    """JSON of a setting: a number, a string, None, a mapping of labels to numbers, or a list of these."""
    if isinstance(value, Spec):
        return str(value)
    if isinstance(value, dict):
        return {
            "pairs": [[_encode_setting(key, label), _encode_setting(key, weight)] for label, weight in value.items()]
        }
    if isinstance(value, list | tuple):
        return [_encode_setting(key, each) for each in value]
    return _encode_scalar(
        f"{key} is",
        value,
        f"Pass a spec, {key}='NAME:key=value', before fit; or pickle the estimator; or call set_params({key}=None) "
        "if only fit needed it.",
    )


def _decode_setting(value: Any) -> Any:
    if isinstance(value, list):
        return [_decode_setting(each) for each in value]
    if isinstance(value, dict) and set(value) == {"pairs"}:
        return {_decode_scalar(label): weight for label, weight in value["pairs"]}
    return _decode_scalar(value)


def _encode_fitted(key: str, value: Any) -> Any:
    """A fitted attribute: arrays of strings, and groups, as lists; others unchanged."""
    if key == "groups_" and value is not None:
        return [
            _encode_scalar("groups has", each, "Pass groups as numbers, strings or times; or pickle the estimator.")
            for each in value
        ]
    if isinstance(value, np.ndarray) and value.dtype.kind in "OUS":
        return {"labels": value.tolist(), "dtype": value.dtype.str}
    return value


def _decode_fitted(key: str, value: Any) -> Any:
    if key == "groups_":  # a mapping in older files, in which all groups are strings
        return value if value is None else dict.fromkeys(map(_decode_scalar, value))
    if isinstance(value, Mapping) and set(value) == {"labels", "dtype"}:
        return np.array(value["labels"], np.dtype(value["dtype"]))
    return value


def _encode_scalar(subject: str, value: Any, hint: str) -> Any:
    """JSON of a number, a string, None or a time, with its type.

    Args:
        subject: The words before the value in the error message.
        value: The value.
        hint: The hint of the error.

    Raises:
        UsageError: If it is another object.
    """
    if isinstance(value, np.datetime64 | np.timedelta64):
        return {"dtype": value.dtype.str, "count": int(value.astype(np.int64))}
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    # other classes of times may have more digits than this text, such as nanoseconds
    if isinstance(value, datetime) and datetime.fromisoformat(value.isoformat()) == value:
        return {"datetime": value.isoformat()}
    if type(value) is date:
        return {"date": value.isoformat()}
    raise UsageError(f"{subject} {value!r}, an object that a file cannot hold.", hint)


def _decode_scalar(value: Any) -> Any:
    match value:
        case {"dtype": kind, "count": count}:
            return np.int64(count).astype(np.dtype(kind))
        case {"datetime": text}:
            return datetime.fromisoformat(text)
        case {"date": text}:
            return date.fromisoformat(text)
    return value
