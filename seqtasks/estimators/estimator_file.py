"""Files of fitted estimators, and of pipelines of them: a zip of JSON and plain arrays, without code."""

import zipfile
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from sklearn.utils.validation import check_is_fitted

from seqtasks.catalogue.versions import versions
from seqtasks.errors import DataError, SeqtasksError
from seqtasks.estimators import saved_estimator
from seqtasks.files import manifest, state
from seqtasks.files.manifest import ESTIMATOR as MANIFEST
from seqtasks.files.output_file import OutputFile

FORMAT: Final = 1

Estimator = TypeVar("Estimator")


def save(estimator: Any, path: str | PathLike[str], *, force: bool = False) -> None:
    """Write a fitted estimator, or a pipeline that ends in one.

    Args:
        estimator: An estimator of seqtasks, a ``StreamPipeline``, or a ``Pipeline`` of scikit-learn.
        path: The file. An estimator file is replaced; another file only with ``force``.
        force: Whether to replace any file.

    Raises:
        NotFittedError: If it is not fitted.
        UsageError: If a part or a setting is an object that a file cannot hold, or the file cannot be written.
    """
    check_is_fitted(estimator)
    file = OutputFile(fspath(path), is_estimator_file, "seqtasks estimator", force)
    content = saved_estimator.encode(estimator)
    recorded = versions(saved_estimator.libraries(estimator))
    head = {"format": FORMAT, "class": content.pop("class"), "versions": recorded}
    state.write(file, MANIFEST, head, content)


def load(path: str | PathLike[str]) -> Any:
    """Read the estimator or pipeline that :func:`save` wrote. No code from the file is run.

    Raises:
        DataError: If it is not such a file, or needs a plugin that is not installed.
    """
    return _load(path, None)


def load_as(kind: type[Estimator], path: str | PathLike[str]) -> Estimator:
    """As :func:`load`, of a file that holds this class.

    Raises:
        DataError: Also if it holds another class.
    """
    return cast(Estimator, _load(path, kind))


def _load(path: str | PathLike[str], kind: type | None) -> Any:
    name = fspath(path)
    file_path = Path(name).expanduser()
    try:
        with zipfile.ZipFile(file_path) as file:
            head = manifest.read(file, MANIFEST)
        _check(name, head, kind)
        return saved_estimator.decode({"class": head["class"], **state.read(file_path, head)}, kind)
    except FileNotFoundError as error:
        raise DataError(f"{name} does not exist.", "Write one with the method save of a fitted estimator.") from error
    except SeqtasksError:
        raise
    except Exception as error:  # parsers raise many types for a damaged file
        raise DataError(
            f"{name} is not an estimator file of seqtasks, or is damaged: {type(error).__name__} {error}.",
            "Write one with the method save of a fitted estimator.",
        ) from error


def _check(name: str, head: Mapping[str, Any], kind: type | None) -> None:
    if head["format"] != FORMAT:
        raise DataError(
            f"{name} has format {head['format']}; this seqtasks reads format {FORMAT}.",
            "Install the version of seqtasks that wrote it.",
        )
    known = head["class"] in saved_estimator.HOMES if kind is None else head["class"] == kind.__name__
    if not known:
        raise DataError(f"{name} holds a {head['class']}.", f"Load it with {head['class']}.load.")


def is_estimator_file(path: Path) -> bool:
    """Whether the file is an estimator file of seqtasks."""
    return manifest.holds(path, MANIFEST)
