"""A zip of JSON and plain arrays, from which no code is ever run."""

import io
import json
import math
import zipfile
from collections.abc import Mapping
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.files.manifest import DamagedError

VERSION: Final = (1, 0)  # of NumPy's array format
HEADER: Final = 4096  # bytes that an array file may have beside its numbers
TIMESTAMP: Final = (1980, 1, 1, 0, 0, 0)  # the same content is the same file, byte for byte


def write(out: IO[bytes], name: str, manifest: Any, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write the manifest under its name, and each array as one member, nothing compressed."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(name, TIMESTAMP), json.dumps(manifest, indent=1, allow_nan=False))
        for member, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, VERSION, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(member, TIMESTAMP), buffer.getbuffer())


def array(archive: zipfile.ZipFile, member: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """The array of that name, whose size is checked before it is read.

    Raises:
        DamagedError: If it is not of that shape and type.
        KeyError: If there is none.
    """
    if archive.getinfo(member).file_size > math.prod(shape) * dtype.itemsize + HEADER:
        raise DamagedError(f"{member} is larger than {dtype} {shape}")
    buffer = io.BytesIO(archive.read(member))
    if np.lib.format.read_magic(buffer) != VERSION:
        raise DamagedError(f"{member} is of another version of NumPy's format")
    found, _, kind = np.lib.format.read_array_header_1_0(buffer)
    if found != shape or kind != dtype:
        raise DamagedError(f"{member} is {kind} {found}, not {dtype} {shape}")
    buffer.seek(0)
    return np.ascontiguousarray(np.lib.format.read_array(buffer, allow_pickle=False)).reshape(shape)
