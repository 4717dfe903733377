"""Rows of a series whose targets are not known yet, and what a network forecast from them.

Axis letters: P pending rows, I inputs, O outputs of a network, C target columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.core.task import Chunk, Encoding, Kind


@final
@dataclass(frozen=True, slots=True, eq=False)
class PendingSteps:
    """Rows that are not learned yet, oldest first.

    Args:
        inputs: (P, I) what the network sees of each.
        references: (P, O) the reference forecasts from each, or (P, 1) zeros for labels.
        targets: (P, C) the target columns of each row itself: numbers, or the places of labels.
        observed: (P, C) whether they are known; a missing one is not, even where it is filled in.
        new: (P,) whether the row came after those that were learned in training.
        learning: (P, O) the outputs of the network that learns on, each before its row was learned; NaN for rows of the
            training.
        frozen: (P, O) those of the network that the training left.
    """

    inputs: Array
    references: Array
    targets: NDArray[np.float64]
    observed: NDArray[np.bool_]
    new: NDArray[np.bool_]
    learning: Array
    frozen: Array

    def __len__(self) -> int:
        return len(self.inputs)

    def take(self, rows: slice) -> Self:
        """Some of the steps, by a slice."""
        return type(self)(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})

    def and_later(self, later: Self) -> Self:
        """These steps, followed by later ones."""
        pairs = {each.name: (getattr(self, each.name), getattr(later, each.name)) for each in fields(self)}
        return type(self)(**{name: np.concatenate(pair) for name, pair in pairs.items()})

    def chunk(self, count: int, encoding: Encoding, kind: Kind, unit: tuple[Array, Array]) -> Chunk:
        """The first steps, whose targets are known.

            target_o(t) = (y(t + ahead_o) - reference_o(t) - mean_o) / scale_o

        A step counts if all of its targets are observed, and the last of them is new.

        Args:
            count: How many.
            encoding: The encoding.
            kind: What the targets are.
            unit: The means (O,) and the scales (O,) of the outputs.
        """
        place = {name: n for n, name in enumerate(encoding.targets)}
        columns = [(place[one.column], one.ahead) for one in encoding.outputs]
        last = max(ahead for _, ahead in columns)
        found = np.stack([self.targets[ahead : ahead + count, column] for column, ahead in columns], axis=1)
        known = np.logical_and.reduce([self.observed[ahead : ahead + count, column] for column, ahead in columns])
        if kind == "real":
            found = (found - self.references[:count] - unit[0]) / unit[1]
        targets = np.where(known[:, None], found, 0).astype(np.int32 if kind == "class" else np.float32)
        weights = (known & self.new[last : last + count]).astype(np.float32)
        starts = np.zeros((1, count), np.bool_)
        return Chunk(self.inputs[None, :count], targets[None], weights[None], starts)

    def to_tree(self) -> dict[str, Array]:
        """The arrays by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @classmethod
    def of_tree(cls, tree: Mapping[str, Any]) -> Self:
        """The steps of :meth:`to_tree`."""
        return cls(**tree)
