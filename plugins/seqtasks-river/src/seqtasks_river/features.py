"""Conversion of dicts of features to rows of numbers. The first dict sets the features.

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
    """The names of the features, sorted as text, so that the order of a dict does not matter.

    Args:
        names: The names of a row's F columns.

    Example:
        >>> Features.of({"b": 2, "a": True}).row({"a": False, "b": 0.5}).tolist()
        [[0.0, 0.5]]
    """

    names: tuple[Hashable, ...]

    @classmethod
    def of(cls, x: Mapping[Any, Any]) -> Self:
        """The features of a dict."""
        return cls(tuple(sorted(x, key=str)))

    def row(self, x: Mapping[Any, Any]) -> NDArray[np.float64]:
        """The row (1, F).

        Raises:
            DataError: If a feature is missing, new, or not a number.
        """
        if len(x) != len(self.names) or any(name not in x for name in self.names):
            raise _features_differ(self.names, x)
        try:
            return np.array([[float(x[name]) for name in self.names]])
        except (TypeError, ValueError):
            raise _not_a_number(self.names, x) from None


def _features_differ(names: tuple[Hashable, ...], x: Mapping[Any, Any]) -> DataError:
    missing = [str(name) for name in names if name not in x]
    new = [str(name) for name in x if name not in names]
    found = [f"{', '.join(which)} {word}" for which, word in ((missing, "missing"), (new, "new")) if which]
    return DataError(
        f"The features differ from those of the first row: {'; '.join(found)}.",
        "Put compose.Select and preprocessing.StatImputer before the network: its inputs are fixed.",
    )


def _not_a_number(names: tuple[Hashable, ...], x: Mapping[Any, Any]) -> DataError:
    for name in names:
        try:
            float(x[name])
        except (TypeError, ValueError):
            break
    return DataError(
        f"The feature {name} is {x[name]!r}, which is not a number.",
        "Encode it, for example with preprocessing.OneHotEncoder.",
    )
