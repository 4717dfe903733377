"""The feeds of R replicas as one: their lanes one after another, replica by replica."""

from collections.abc import Mapping, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import Chunk, FixedSets
from seqtasks.core.trainer import AbstractFeed, AbstractLearner
from seqtasks.errors import UsageError


@final
class SideBySide:
    """The data of a learner of R replicas, each with data and order of its own.

    Args:
        feeds: One for each replica, of equal budgets.

    Raises:
        UsageError: If there are several, and one may restore an earlier state, which would be that of all.
    """

    def __init__(self, feeds: Sequence[AbstractFeed]) -> None:
        if len(feeds) > 1 and any(feed.goes_back for feed in feeds):
            raise UsageError(
                "patience stops a run at a moment of its own, and replicas are trained for the same time.",
                "Leave out replicas, or choose a trainer without patience, such as --trainer batch.",
            )
        self._feeds = feeds

    @property
    def total(self) -> int:
        """The budget of one replica."""
        return self._feeds[0].total

    def take(self, steps: int) -> Chunk | None:
        """The next chunks of all, R x B lanes, of about ``steps`` time steps for each replica; None at the end."""
        chunks = [chunk for feed in self._feeds if (chunk := feed.take(steps)) is not None]
        if len(chunks) <= 1:
            return chunks[0] if chunks else None
        fields = ("inputs", "targets", "weights", "starts")
        return Chunk(*(np.concatenate([getattr(chunk, name) for chunk in chunks]) for name in fields))

    def in_order(self, values: NDArray[Any]) -> NDArray[Any]:
        """(R, n): the values (R x B, T) of each replica in the order in which they are learned."""
        parts = np.split(values, len(self._feeds))
        return np.stack([feed.in_order(part) for feed, part in zip(self._feeds, parts, strict=True)])

    def learned(self, learner: AbstractLearner) -> list[float] | None:
        """Called after the last chunk was learned; returns the validation losses if they are measured now."""
        return _all([feed.learned(learner) for feed in self._feeds])

    def finish(self, learner: AbstractLearner) -> list[float] | None:
        """Called when the budget is used up; returns the validation losses if they are measured now."""
        return _all([feed.finish(learner) for feed in self._feeds])

    @property
    def sets(self) -> list[FixedSets | None]:
        """What each replica learns, and what it does not."""
        return [feed.sets for feed in self._feeds]

    def state(self) -> list[Mapping[str, Any]]:
        """Where each of them is."""
        return [feed.state() for feed in self._feeds]

    def restore(self, state: Sequence[Mapping[str, Any]]) -> None:
        """Go to where the state was taken."""
        for feed, its in zip(self._feeds, state, strict=True):
            feed.restore(its)


def _all(losses: Sequence[float | None]) -> list[float] | None:
    known = [loss for loss in losses if loss is not None]
    return known or None
