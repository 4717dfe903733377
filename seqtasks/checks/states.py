"""What must survive: a state, as a checkpoint keeps it, and the random states that belong to everybody."""

import pickle
import random
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from seqtasks.checks.check import CheckFailure
from seqtasks.errors import PluginError
from seqtasks.files import manifest, state
from seqtasks.files.output_file import OutputFile

NAME = "seqtasks-check.json"


def kept(given: Mapping[str, Any]) -> Any:
    """The state, written to a checkpoint's file and read from it: plain data, no pickle.

    Raises:
        CheckFailure: If it holds what such a file cannot.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.zip"
        try:
            state.write(OutputFile(str(path), lambda _: True, "state", force=True), NAME, {}, given)
        except PluginError as error:
            raise CheckFailure(error.message, error.hint) from error
        with zipfile.ZipFile(path) as file:
            head = manifest.read(file, NAME)
        return state.read(path, head)


def global_random_states() -> bytes:
    """Python's and NumPy's."""
    return pickle.dumps((random.getstate(), np.random.get_state()))  # noqa: NPY002 - theirs is what is looked at
