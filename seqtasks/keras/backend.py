"""The check that Keras uses TensorFlow. It runs before Keras is imported, whose own errors name the other library."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from seqtasks.errors import UsageError

NEEDED = "tensorflow"


def check(environ: Mapping[str, str] = os.environ) -> None:
    """Check that Keras will use TensorFlow.

    Keras takes its back end from ``KERAS_BACKEND``, else from ``keras.json`` in ``KERAS_HOME`` or ``~/.keras``
    (https://keras.io/getting_started/#configuring-your-backend).

    Raises:
        UsageError: If one of them names another back end.
    """
    if named := environ.get("KERAS_BACKEND"):
        if named != NEEDED:
            raise UsageError(
                f"KERAS_BACKEND is {named!r}; seqtasks needs Keras on TensorFlow.",
                f"Unset KERAS_BACKEND, or set it for this command only: KERAS_BACKEND={NEEDED} seqtasks ...",
            )
        return
    path = Path(environ.get("KERAS_HOME") or Path(environ.get("HOME", "~")).expanduser() / ".keras") / "keras.json"
    try:
        backend = json.loads(path.read_text()).get("backend", NEEDED)
    except (OSError, ValueError, AttributeError):
        return  # without a readable file, Keras uses its defaults as well
    if backend != NEEDED:
        raise UsageError(
            f"{path} names the back end {backend!r}; seqtasks needs Keras on TensorFlow.",
            f"Set it for this command only: KERAS_BACKEND={NEEDED} seqtasks ...",
        )
