"""A module that a plugin needs and that is not installed: which one, and what brings it."""

import re
import shlex
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final, final

from seqtasks.catalogue.installed import canonical, distribution, requirements
from seqtasks.lazy import LazyImport

_MARKER: Final = LazyImport("packaging.markers:Marker")
_NAME: Final = re.compile(r"[\w.-]+")


@final
@dataclass(frozen=True, slots=True)
class Missing:
    """A module that an import needs and that is not installed.

    Args:
        module: The module's name, the part before the first dot.
        remedy: The command that installs it; where no requirement tells the package, that it may be called otherwise.
        undeclared: The name of the plugin's distribution, where that requires nothing that could bring the module.
    """

    module: str
    remedy: str
    undeclared: str = ""

    @property
    def why(self) -> str:
        """The end of a sentence on the module."""
        return "which is not installed" + (f", and which {self.undeclared} does not declare" if self.undeclared else "")


def missing(error: BaseException, own: str, plugin: str) -> Missing | None:
    """What is not installed; None if the import failed for another reason.

    Args:
        error: What it raised.
        own: The dotted name of what was imported: if that itself is not there, nothing can be installed for it.
        plugin: The name of the plugin's distribution, or nothing where that is not known.

    Example:
        >>> missing(ModuleNotFoundError("No module named 'a_b'", name="a_b.c"), "my_package.plugin", "")
        Missing(module='a_b', remedy='install the package that brings a_b, perhaps one of that name', undeclared='')
    """
    if not isinstance(error, ModuleNotFoundError):
        return None
    top = str(error.name or "").partition(".")[0]
    if not top or top == own.partition(".")[0] or sys.modules.get(top) is not None or find_spec(top) is not None:
        return None
    required = _requirements(top, plugin)
    if not required:  # a module's name is often not its package's, and then may be that of a stranger's
        return Missing(top, f"install the package that brings {top}, perhaps one of that name", plugin)
    return Missing(top, f"pip install {' '.join(shlex.quote(text) for text in required)}")


def _requirements(module: str, plugin: str) -> list[str]:
    """The requirement of the module's name; or those that are not met, one of which brings it."""
    stated = [text.partition(";") for text in requirements(plugin)] if plugin else []
    named = [text.strip() for text, _, _ in stated if _canonical(text) == _canonical(module)]
    unmet = [text.strip() for text, _, condition in stated if _holds(condition) and not _is_installed(text)]
    return named[:1] or unmet


def _holds(condition: str) -> bool:
    """Whether a requirement is one here and now: on this Python and system, no extra being asked for."""
    try:
        return not condition.strip() or bool(_MARKER(condition).evaluate({"extra": ""}))
    except ValueError:  # no condition that can be read
        return False


def _is_installed(requirement: str) -> bool:
    return distribution(_name(requirement)) is not None


def _name(requirement: str) -> str:
    found = _NAME.match(requirement.strip())
    return found[0] if found else requirement


def _canonical(requirement: str) -> str:
    """``a-b`` for ``A_b>=1``."""
    return canonical(_name(requirement))
