"""Imports that wait until their first use, so that commands which do not need them stay fast."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, final


@final
@dataclass(frozen=True, slots=True)
class LazyImport:
    """An attribute of a module that is imported when it is needed.

    Args:
        target: ``"package.module:attribute"``.

    Example:
        >>> sqrt = LazyImport("math:sqrt")
        >>> sqrt(9.0), sqrt.load() is sqrt.load()
        (3.0, True)
    """

    target: str

    def load(self) -> Any:
        """Import the module and return the attribute.

        Raises:
            ImportError: If the module cannot be imported.
            AttributeError: If the module has no such attribute.
        """
        module, _, attribute = self.target.partition(":")
        return getattr(import_module(module), attribute)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the attribute, which is a function or a class."""
        return self.load()(*args, **kwargs)
