"""Numerical checks of the contracts of tasks, cells, models and trainers.

>>> from seqtasks.checks import checks_of
>>> [check.name for check in checks_of("task")][:3]
['form', 'ranges', 'episodes']
"""

from typing import TYPE_CHECKING, Any

from seqtasks.checks.check import Check, CheckFailure, DoesNotApply
from seqtasks.checks.subject import checks_of
from seqtasks.lazy import LazyImport

if TYPE_CHECKING:
    from seqtasks.checks.for_pytest import parametrize_with_checks

_FOR_PYTEST = LazyImport("seqtasks.checks.for_pytest:parametrize_with_checks")

__all__ = ["Check", "CheckFailure", "DoesNotApply", "checks_of", "parametrize_with_checks"]


def __getattr__(name: str) -> Any:
    """Import names that need pytest on first access."""
    if name != "parametrize_with_checks":
        raise AttributeError(f"module 'seqtasks.checks' has no attribute {name!r}")
    return _FOR_PYTEST.load()
