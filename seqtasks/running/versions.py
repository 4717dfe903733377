"""Which versions a run computes with, as installed; none of them is imported."""

import platform
from importlib.metadata import version
from typing import Final

NAMES: Final = ("seqtasks", "numpy", "tensorflow", "keras")


def versions() -> dict[str, str]:
    """Of Python, seqtasks and what it computes with."""
    return {"python": platform.python_version(), **{name: version(name) for name in NAMES}}
