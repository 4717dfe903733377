"""The installed versions of the libraries that a run computes with, without importing them."""

import platform
from collections.abc import Iterable
from typing import Final

from seqtasks.catalogue.installed import version
from seqtasks.errors import PluginError

ALWAYS: Final = ("python", "seqtasks", "numpy")


def versions(libraries: Iterable[str]) -> dict[str, str]:
    """The versions of Python, seqtasks, NumPy, and the libraries of a model's networks.

    Args:
        libraries: The names of the distributions, as pip lists them.

    Raises:
        PluginError: If one of them is not installed.

    Example:
        >>> list(versions(["keras"]))
        ['python', 'seqtasks', 'numpy', 'keras']
    """
    found = {}
    for name in (*ALWAYS, *libraries):
        here = installed_version(name)
        if here is None:
            raise PluginError(
                f"The model declares that its networks compute with {name!r}, but no package of that name is "
                "installed.",
                "List names that pip list shows in the model's libraries.",
            )
        found[name] = here
    return found


def installed_version(name: str) -> str | None:
    """The version of Python, or of a distribution; None where it is not installed."""
    return platform.python_version() if name == "python" else version(name)
