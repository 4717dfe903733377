"""Which versions a run computes with, as installed; none of them is imported."""

import platform
from collections.abc import Iterable
from typing import Final

from seqtasks.catalogue.installed import version
from seqtasks.errors import PluginError

ALWAYS: Final = ("python", "seqtasks", "numpy")


def versions(libraries: Iterable[str]) -> dict[str, str]:
    """Of Python, seqtasks, NumPy, and what a model's networks compute with.

    Args:
        libraries: What that is, by the names that pip knows.

    Raises:
        PluginError: If nothing of such a name is installed.

    Example:
        >>> list(versions(["keras"]))
        ['python', 'seqtasks', 'numpy', 'keras']
    """
    found = {}
    for name in (*ALWAYS, *libraries):
        here = installed(name)
        if here is None:
            raise PluginError(
                f"The model says that its networks compute with {name!r}, and nothing of that name is installed.",
                "Let the model's libraries hold names that pip list shows.",
            )
        found[name] = here
    return found


def installed(name: str) -> str | None:
    """The version of Python, or of a distribution; None where it is not installed."""
    return platform.python_version() if name == "python" else version(name)
