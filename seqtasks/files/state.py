"""The state of a run as JSON and plain arrays: numbers, texts, arrays, and mappings and lists of them.

Arrays hold numbers, or NumPy's datetimes and timedeltas.
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

ARRAYS: Final = "?biufcMm"  # kinds of dtypes that are plain bytes


def write(file: OutputFile, name: str, head: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    """Write a state. The manifest of that name also holds the fields of ``head``.

    Raises:
        PluginError: If the state holds anything but numbers, texts and arrays.
        DataError: If the file cannot be written.
    """
    fields, members = packed(state)
    with file.opened() as out:
        archive.write(out, name, {**head, **fields}, members)


def packed(state: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fields of a manifest that hold a state, and the arrays by the names of their members.

    Raises:
        PluginError: If the state holds anything but numbers, texts and arrays.
    """
    arrays: list[NDArray[Any]] = []
    tree = _packed(state, "state", arrays)
    shapes = [[each.dtype.str, list(each.shape)] for each in arrays]
    return {"arrays": shapes, "state": tree}, {_member(number): each for number, each in enumerate(arrays)}


def read(path: Path, manifest: Mapping[str, Any]) -> Any:
    """Read the state that the manifest describes.

    Raises:
        DamagedError: If an array differs from its description.
    """
    with zipfile.ZipFile(path) as file:
        return unpacked(file, manifest)


def unpacked(file: zipfile.ZipFile, fields: Mapping[str, Any]) -> Any:
    """The state of an archive, whose manifest has the fields of :func:`packed`.

    Raises:
        DamagedError: If an array differs from its description.
    """
    arrays = [_array(file, number, *each) for number, each in enumerate(fields["arrays"])]
    return _unpacked(fields["state"], arrays)


def _array(file: zipfile.ZipFile, number: int, kind: str, shape: Sequence[int]) -> NDArray[Any]:
    info = file.getinfo(_member(number))
    if info.compress_type != zipfile.ZIP_STORED:  # a few compressed bytes could expand beyond the memory
        raise DamagedError(f"{info.filename} is compressed")
    return archive.array(file, info.filename, tuple(map(int, shape)), np.dtype(str(kind)))


def _packed(value: Any, where: str, arrays: list[NDArray[Any]]) -> Any:
    """JSON in which arrays are indices, ``{"array": 3}``, and values that JSON lacks are tagged, too."""
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
        f"{where} is a {type(value).__name__}, which a checkpoint cannot store.",
        "Let state() return numbers, texts, arrays, and mappings and lists of them.",
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
