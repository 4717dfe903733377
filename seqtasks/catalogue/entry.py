"""The light record by which a task, cell, model or trainer is known before anything heavy is loaded."""

from dataclasses import dataclass
from typing import Any, final

from seqtasks.lazy import LazyImport


@final
@dataclass(frozen=True, slots=True)
class Entry:
    """One name in the catalogue.

    Args:
        name: The name users type, kebab-case: ``prev-bit``.
        summary: One line for ``seqtasks list``.
        target: Where the class or function is, ``"package.module:attribute"``.

    Example:
        >>> Entry("sqrt", "A square root.", "math:sqrt").load()(9.0)
        3.0
    """

    name: str
    summary: str
    target: str

    def load(self) -> Any:
        """Import the target's module and return the attribute.

        Raises:
            ImportError: If the module cannot be imported.
            AttributeError: If the module has no such attribute.
        """
        return LazyImport(self.target).load()
