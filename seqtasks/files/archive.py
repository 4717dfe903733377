"""Zip archives of JSON and plain arrays. No code of an archive is ever run."""

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
HEADER: Final = 4096  # bytes that an array file may have in addition to its numbers
TIMESTAMP: Final = (1980, 1, 1, 0, 0, 0)  # equal content gives equal files, byte for byte


def write(out: IO[bytes], name: str, manifest: Any, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write the manifest and each array as one uncompressed member."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(name, TIMESTAMP), json.dumps(manifest, indent=1, allow_nan=False))
        for member, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, VERSION, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(member, TIMESTAMP), buffer.getbuffer())


def array(archive: zipfile.ZipFile, member: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Read an array, after a check of its size.

    Raises:
        DamagedError: If it has another shape or type.
        KeyError: If the archive has no such member.
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
