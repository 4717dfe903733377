"""Round trips of states through a checkpoint file, and the global random states."""

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


def through_checkpoint(original: Mapping[str, Any]) -> Any:
    """Write a state to a checkpoint file and read it back. Such a file holds plain data and no pickle.

    Args:
        original: The state.

    Returns:
        The state as read from the file.

    Raises:
        CheckFailure: If the state contains objects that the file format does not support.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.zip"
        try:
            state.write(OutputFile(str(path), lambda _: True, "state", force=True), NAME, {}, original)
        except PluginError as error:
            raise CheckFailure(error.message, error.hint) from error
        with zipfile.ZipFile(path) as file:
            head = manifest.read(file, NAME)
        return state.read(path, head)


def global_random_states() -> bytes:
    """The global random states of Python and NumPy, pickled, for a comparison."""
    return pickle.dumps((random.getstate(), np.random.get_state()))  # noqa: NPY002 - the global state is what is compared
