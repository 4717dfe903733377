"""Files of fitted estimators: a zip of JSON and plain arrays, from which no code is ever run."""

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
from seqtasks.estimators.recipe import Recipe
from seqtasks.estimators.trained import Trained
from seqtasks.files import manifest, state
from seqtasks.files.output_file import OutputFile
from seqtasks.spec.spec import Spec

MANIFEST: Final = "seqtasks-estimator.json"
FORMAT: Final = 1
FITTED: Final = re.compile(r"[a-z][a-z0-9_]*_")  # scikit-learn's names for what fitting finds

Estimator = TypeVar("Estimator")


def save(estimator: Any, path: str | PathLike[str], force: bool) -> None:
    """Write a fitted estimator; see :meth:`AbstractRecurrentEstimator.save`."""
    check_is_fitted(estimator)
    file = OutputFile(fspath(path), is_estimator_file, "seqtasks estimator", force)
    settings = {key: _setting(key, value) for key, value in estimator.get_params(deep=False).items()}
    fitted = {key: _fitted(key, value) for key, value in vars(estimator).items() if FITTED.fullmatch(key)}
    trained: Trained = estimator._trained
    for part in ("model", "trainer", "optimizer", "loss"):
        _setting(part, getattr(trained.recipe, part))
    recorded = versions(trained.recipe.built_by().libraries)
    head = {"format": FORMAT, "class": type(estimator).__name__, "versions": recorded}
    content = {
        "settings": settings,
        "fitted": fitted,
        "recipe": {key: getattr(trained.recipe, key) for key in Recipe.__dataclass_fields__},
        "shapes": {key: getattr(trained.shapes, key) for key in Shapes.__dataclass_fields__},
        "depth": trained.depth,
        "seed": trained.seed,
        "training": trained.state(),
    }
    state.write(file, MANIFEST, head, content)


def load(kind: type[Estimator], path: str | PathLike[str]) -> Estimator:
    """Read a fitted estimator; see :meth:`AbstractRecurrentEstimator.load`."""
    name = fspath(path)
    place = Path(name).expanduser()
    try:
        with zipfile.ZipFile(place) as file:
            head = manifest.read(file, MANIFEST)
        _check(name, head, kind)
        return _made(kind, state.read(place, head))
    except FileNotFoundError as error:
        raise DataError(f"{name} does not exist.", "The method save of a fitted estimator writes one.") from error
    except SeqtasksError:
        raise
    except Exception as error:  # what parsers raise on a broken file is not ours to list
        raise DataError(
            f"{name} is no estimator file of seqtasks, or is damaged: {type(error).__name__} {error}.",
            "The method save of a fitted estimator writes one.",
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
    """Whether the file says that it holds an estimator of seqtasks."""
    return manifest.holds(path, MANIFEST)


def _made(kind: type[Estimator], content: Mapping[str, Any]) -> Estimator:
    estimator: Any = kind(**{key: _unset(value) for key, value in content["settings"].items()})
    for key, value in content["fitted"].items():
        if not FITTED.fullmatch(key):
            raise ValueError(f"{key} is no name of what fitting finds")
        setattr(estimator, key, _unfitted(key, value))
    recipe = Recipe(**content["recipe"])
    shapes = Shapes(**content["shapes"])
    trained = Trained(recipe, shapes, content["depth"], content["seed"], content["training"])
    trained.network.weights()  # what does not fit the model is found now
    estimator._trained = trained
    return cast(Estimator, estimator)


def _setting(key: str, value: Any) -> Any:
    """JSON of a setting: a number, a text, None, a mapping of labels to numbers, or a list of such."""
    if isinstance(value, Spec):
        return str(value)
    if isinstance(value, dict):
        return {"pairs": [[_setting(key, label), _setting(key, weight)] for label, weight in value.items()]}
    if isinstance(value, list | tuple):
        return [_setting(key, each) for each in value]
    return _plain(
        f"{key} is",
        value,
        f"Name it: {key}='NAME:key=value'; or pickle the estimator; or set_params({key}=None) where it was for "
        "fitting only.",
    )


def _unset(value: Any) -> Any:
    if isinstance(value, list):
        return [_unset(each) for each in value]
    if isinstance(value, dict) and set(value) == {"pairs"}:
        return {_unplain(label): weight for label, weight in value["pairs"]}
    return _unplain(value)


def _fitted(key: str, value: Any) -> Any:
    """Arrays of texts, and groups, as lists; the rest as it is."""
    if key == "groups_" and value is not None:
        return [
            _plain("groups has", each, "Give groups as numbers, texts or times; or pickle the estimator.")
            for each in value
        ]
    if isinstance(value, np.ndarray) and value.dtype.kind in "OUS":
        return {"labels": value.tolist(), "dtype": value.dtype.str}
    return value


def _unfitted(key: str, value: Any) -> Any:
    if key == "groups_":  # a mapping where the file is of when all groups were texts
        return value if value is None else dict.fromkeys(map(_unplain, value))
    if isinstance(value, Mapping) and set(value) == {"labels", "dtype"}:
        return np.array(value["labels"], np.dtype(value["dtype"]))
    return value


def _plain(said: str, value: Any, hint: str) -> Any:
    """JSON of a number, a text, None or a time, with its type.

    Raises:
        UsageError: If it is anything else; what is said before its value, and the hint, are told.
    """
    if isinstance(value, np.datetime64 | np.timedelta64):
        return {"dtype": value.dtype.str, "count": int(value.astype(np.int64))}
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    # other classes of times may say more than that text, such as nanoseconds
    if isinstance(value, datetime) and datetime.fromisoformat(value.isoformat()) == value:
        return {"datetime": value.isoformat()}
    if type(value) is date:
        return {"date": value.isoformat()}
    raise UsageError(f"{said} {value!r}, an object that a file cannot keep, for no code is read from files.", hint)


def _unplain(value: Any) -> Any:
    match value:
        case {"dtype": kind, "count": count}:
            return np.int64(count).astype(np.dtype(kind))
        case {"datetime": text}:
            return datetime.fromisoformat(text)
        case {"date": text}:
            return date.fromisoformat(text)
    return value
