"""The state of a run as JSON and plain arrays: numbers, texts, arrays, and mappings and lists of them.

Arrays hold numbers, or NumPy's times and spans of time.
"""

import math
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import PluginError
from seqtasks.files import archive
from seqtasks.files.manifest import DamagedError
from seqtasks.files.output_file import OutputFile

ARRAYS: Final = "?biufcMm"  # kinds of dtypes whose bytes say everything


def write(file: OutputFile, name: str, head: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    """Write the state under a manifest of that name, which also says what is in ``head``.

    Raises:
        PluginError: If the state holds what is neither number, text nor array.
        DataError: If the disk refuses.
    """
    arrays: list[NDArray[Any]] = []
    tree = _packed(state, "state", arrays)
    shapes = [[each.dtype.str, list(each.shape)] for each in arrays]
    members = {_member(number): each for number, each in enumerate(arrays)}
    with file.opened() as out:
        archive.write(out, name, {**head, "arrays": shapes, "state": tree}, members)


def read(path: Path, manifest: Mapping[str, Any]) -> Any:
    """The state that the manifest of this file describes.

    Raises:
        DamagedError: If the arrays are not as it says.
    """
    with zipfile.ZipFile(path) as file:
        arrays = [_array(file, number, *each) for number, each in enumerate(manifest["arrays"])]
    return _unpacked(manifest["state"], arrays)


def _array(file: zipfile.ZipFile, number: int, kind: str, shape: Sequence[int]) -> NDArray[Any]:
    info = file.getinfo(_member(number))
    if info.compress_type != zipfile.ZIP_STORED:  # else a few bytes could become more than fits into memory
        raise DamagedError(f"{info.filename} is compressed")
    return archive.array(file, info.filename, tuple(map(int, shape)), np.dtype(str(kind)))


def _packed(value: Any, where: str, arrays: list[NDArray[Any]]) -> Any:
    """JSON in which each array is a number: ``{"array": 3}``; what JSON cannot say has a name as well."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {"map": {key: _packed(inner, f"{where}[{key!r}]", arrays) for key, inner in value.items()}}
    if isinstance(value, list | tuple):
        return [_packed(inner, f"{where}[{number}]", arrays) for number, inner in enumerate(value)]
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in ARRAYS:
        arrays.append(np.asarray(value))
        return {"array": len(arrays) - 1}
    raise PluginError(
        f"{where} is a {type(value).__name__}, which a checkpoint cannot keep.",
        "What state() returns is made of numbers, texts, arrays, and mappings and lists of them.",
    )


def _unpacked(value: Any, arrays: Sequence[NDArray[Any]]) -> Any:
    if isinstance(value, list):
        return [_unpacked(inner, arrays) for inner in value]
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    match kind:
        case "map":
            return {key: _unpacked(each, arrays) for key, each in inner.items()}
        case "array":
            return arrays[inner]
        case "float":
            return float(inner)
    raise DamagedError(f"its state holds a {kind}")


def _member(number: int) -> str:
    return f"arrays/{number}.npy"
