"""Dicts of features as rows of numbers: which features there are is settled by the first dict.

Axis letters: F features.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import DataError


@final
@dataclass(frozen=True)
class Features:
    """The features' names, sorted as texts, so that a dict's own order does not matter.

    Args:
        names: Of a row's F columns.

    Example:
        >>> Features.of({"b": 2, "a": True}).row({"a": False, "b": 0.5}).tolist()
        [[0.0, 0.5]]
    """

    names: tuple[Hashable, ...]

    @classmethod
    def of(cls, x: Mapping[Any, Any]) -> Self:
        """Those of the first dict."""
        return cls(tuple(sorted(x, key=str)))

    def row(self, x: Mapping[Any, Any]) -> NDArray[np.float64]:
        """The row (1, F).

        Raises:
            DataError: If a feature is missing, new, or no number.
        """
        if len(x) != len(self.names) or any(name not in x for name in self.names):
            raise _other_features(self.names, x)
        try:
            return np.array([[float(x[name]) for name in self.names]])
        except (TypeError, ValueError):
            raise _no_number(self.names, x) from None


def _other_features(names: tuple[Hashable, ...], x: Mapping[Any, Any]) -> DataError:
    missing = [str(name) for name in names if name not in x]
    new = [str(name) for name in x if name not in names]
    found = [f"{', '.join(which)} {word}" for which, word in ((missing, "missing"), (new, "new")) if which]
    return DataError(
        f"The features are not those of the first row: {'; '.join(found)}.",
        "A network's inputs are fixed: compose.Select and preprocessing.StatImputer before it keep them so.",
    )


def _no_number(names: tuple[Hashable, ...], x: Mapping[Any, Any]) -> DataError:
    for name in names:
        try:
            float(x[name])
        except (TypeError, ValueError):
            break
    return DataError(
        f"The feature {name} is {x[name]!r}, no number.", "Encode it, for example by preprocessing.OneHotEncoder."
    )
