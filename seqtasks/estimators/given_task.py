"""A user's own rows as a task: what networks and trainers ask of one, and nothing to draw from."""

from dataclasses import dataclass
from typing import Any, NoReturn, final

from seqtasks.core.task import AbstractTask, Shapes


@final
@dataclass(frozen=True, eq=False)
class GivenTask(AbstractTask):
    """Shapes and a loss; the data are handed to the learner.

    Args:
        given: What a network must fit.
        steps: Through how many cell evaluations credit has to flow; None if unknown.
        own: A loss in place of the kind's; None for that.
    """

    given: Shapes
    steps: int | None = None
    own: Any = None

    @property
    def shapes(self) -> Shapes:
        """As given."""
        return self.given

    @property
    def loss(self) -> Any:
        """As given."""
        return self.given.kind if self.own is None else self.own

    @property
    def depth(self) -> int | None:
        """As given."""
        return self.steps

    def yardsticks(self) -> NoReturn:
        """None: an estimator's users have their own."""
        raise NotImplementedError("A user's rows have no yardsticks.")

    def stream(self, seed: int, lanes: int) -> Any:
        """None: rows are not drawn."""
        raise NotImplementedError("A user's rows are handed to the learner, not drawn.")
