"""The feeds of R replicas as one: their lanes one after another, replica by replica."""

from collections.abc import Mapping, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.core.task import Chunk, FixedSets
from seqtasks.core.trainer import AbstractFeed


@final
class SideBySide:
    """The data of a learner of R replicas, each with data and order of its own.

    A replica whose feed has stopped keeps its weights, while the others learn on.

    Args:
        feeds: One for each replica, of equal budgets and shapes.
    """

    def __init__(self, feeds: Sequence[AbstractFeed]) -> None:
        self._feeds = feeds

    @property
    def total(self) -> int:
        """The budget of one replica."""
        return self._feeds[0].total

    def take(self, steps: int) -> Chunk | None:
        """The next chunks of all, R x B lanes, of about ``steps`` time steps for each replica; None at the end."""
        chunks = [feed.take(steps) for feed in self._feeds]
        taken = next((chunk for chunk in chunks if chunk is not None), None)
        if taken is None or len(chunks) == 1:
            return taken
        # a program has no empty places: a replica that has stopped learns another one's data, and ``learned`` undoes it
        filled = [taken if chunk is None else chunk for chunk in chunks]
        fields = ("inputs", "targets", "weights", "starts")
        return Chunk(*(np.concatenate([getattr(chunk, name) for chunk in filled]) for name in fields))

    def in_order(self, values: NDArray[Any]) -> NDArray[Any]:
        """(R, n): the values (R x B, T) of each replica in the order in which they are learned."""
        parts = np.split(values, len(self._feeds))
        return np.stack([feed.in_order(part) for feed, part in zip(self._feeds, parts, strict=True)])

    def learned(self) -> list[Mapping[str, float] | None] | None:
        """Called after the last chunk was learned; what each replica validates, None if none does now."""
        found: list[Mapping[str, float] | None] = []
        for feed in self._feeds:
            if feed.stopped:
                feed.keep()
            found.append(None if feed.stopped else feed.learned())
        return None if all(one is None for one in found) else found

    def finish(self) -> list[Mapping[str, float] | None] | None:
        """Called when the budget is used up; as :meth:`learned`."""
        found = [feed.finish() for feed in self._feeds]
        return None if all(one is None for one in found) else found

    @property
    def stopped(self) -> list[bool]:
        """Which replicas have stopped before the end of the budget."""
        return [feed.stopped for feed in self._feeds]

    @property
    def best_epochs(self) -> list[int | None]:
        """The epoch whose weights each network has at the end."""
        return [feed.best_epoch for feed in self._feeds]

    @property
    def sets(self) -> list[FixedSets | None]:
        """What each replica learns, and what it does not."""
        return [feed.sets for feed in self._feeds]

    @property
    def held_out_weights(self) -> list[Sequence[Array] | None]:
        """The weights of each network before it learned its validation set; None if it did not."""
        return [feed.held_out_weights for feed in self._feeds]

    def state(self) -> list[Mapping[str, Any]]:
        """The positions of all feeds, for :meth:`restore`."""
        return [feed.state() for feed in self._feeds]

    def restore(self, state: Sequence[Mapping[str, Any]]) -> None:
        """Go to where the state was taken."""
        for feed, its in zip(self._feeds, state, strict=True):
            feed.restore(its)
