"""Functions that Numba compiles, and the folder on disk that keeps what was compiled.

Numba's own cache looks at the file of a function alone. A loop here is made of functions of several files, so the key
has the content of all of them: nobody ever runs the code of an earlier version. A plugin's cell may call functions of
any other module, or have no file at all, so every process compiles it anew.
"""

import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Final

import numba
from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile, _CacheLocator

from seqtasks.errors import UsageError
from seqtasks_native.cell import AbstractNativeCell

# sums may be taken in any order and products fused; nan and infinity are kept, so that a network that diverges shows it
FAST: Final = {"fastmath": {"contract", "reassoc", "nsz"}, "error_model": "numpy"}
# of functions that compiled ones call and Python does not, and that allocate nothing
INNER: Final = {**FAST, "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}


def inner(function: Any) -> Any:
    """A function that compiled ones call, whatever their cell; cached on disk."""
    return _cached(numba.njit(**INNER)(function), None)


def kernel(function: Any, cell: type[AbstractNativeCell]) -> Any:
    """A loop over steps for one cell, which Python calls and which releases Python's lock.

    That of a cell of this package is cached on disk.
    """
    loop = numba.njit(nogil=True, **FAST)(function)
    return _cached(loop, cell) if cell.__module__.partition(".")[0] == __package__ else loop


def _cached(dispatcher: Any, cell: type[AbstractNativeCell] | None) -> Any:
    folder = cache_folder()
    if folder is not None:
        dispatcher._cache = _Cache(dispatcher.py_func, folder, cell)
    return dispatcher


@cache
def cache_folder() -> Path | None:
    """Where compiled code is kept: NUMBA_CACHE_DIR if it is set, else a folder of the user; None if it is not writable.

    Raises:
        UsageError: If NUMBA_CACHE_DIR is set to a folder that cannot be written to.
    """
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(chosen or os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "seqtasks-native"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        if chosen:
            raise UsageError(
                f"The folder for compiled code, {folder}, cannot be written to: {error.strerror}.",
                "Set NUMBA_CACHE_DIR to another folder, or unset it.",
            ) from None
        return None  # every process compiles anew
    return folder


@cache
def _digest() -> str:
    """Of the content of all files of this package."""
    whole = hashlib.sha256(numba.__version__.encode())
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        whole.update(file.read_bytes())
    return whole.hexdigest()


class _Locator(_CacheLocator):
    """The folder, and the key of its files."""

    def __init__(self, folder: Path, cell: type[AbstractNativeCell] | None) -> None:
        self._folder, self._cell = folder, cell

    def get_cache_path(self) -> str:
        return str(self._folder)

    def get_source_stamp(self) -> str:
        return _digest()

    def get_disambiguator(self) -> str:
        cell = self._cell
        return "" if cell is None else f"{cell.__module__}.{cell.__qualname__}"


class _Impl(CompileResultCacheImpl):
    """How a compiled function is written and read, by Numba."""

    def __init__(self, function: Any, locator: _Locator) -> None:
        self._locator, self._lineno = locator, function.__code__.co_firstlineno
        name = f"{function.__module__}.{function.__qualname__}"
        readable = "".join(letter if letter.isalnum() or letter in "._" else "-" for letter in name)
        self._filename_base = f"{readable}-{self._lineno}-{locator.get_disambiguator()}"


class _Cache(FunctionCache):
    """The compiled forms of one function, for all types of its arguments."""

    def __init__(self, function: Any, folder: Path, cell: type[AbstractNativeCell] | None) -> None:
        self._name, self._py_func, self._cache_path = repr(function), function, str(folder)
        self._impl = _Impl(function, _Locator(folder, cell))
        self._cache_file = IndexDataCacheFile(
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=self._impl.locator.get_source_stamp(),
        )
        self.enable()

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        """Signature and processor; the closure's functions are in the stamp, by their sources."""
        return sig, codegen.magic_tuple()
