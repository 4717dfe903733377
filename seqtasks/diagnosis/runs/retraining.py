"""Copies of a run with changes, trained over other seeds side by side."""

from collections.abc import Sequence
from typing import Any, Final, final

from seqtasks.diagnosis.attempts import AbstractRetraining
from seqtasks.diagnosis.runs.changes import Change, changed, command
from seqtasks.diagnosis.runs.subject import RunSubject
from seqtasks.errors import UsageError
from seqtasks.running.execution import Judged, execute
from seqtasks.running.request import MOST_SEED, RunRequest
from seqtasks.running.result import TrainedRun

SEEDS: Final = 4
FEW_SEEDS: Final = 3  # where the training takes most of the time of a run
DIVERGED_SKILL: Final = -1.0  # a loss that is not a number counts as one gap worse than chance


@final
class RunRetraining(AbstractRetraining):
    """Trains copies of a run: as replicas where the trainer trains them side by side, else one after another.

    Args:
        subject: The run.
    """

    def __init__(self, subject: RunSubject) -> None:
        self._subject = subject
        seconds, request = subject.result.seconds, subject.request
        self.seconds = sum(seconds.values())
        count = FEW_SEEDS if seconds["train"] > self.seconds / 2 else SEEDS
        first = request.seed + request.replicas
        first = first if first + count <= MOST_SEED else 0
        self.seeds = tuple(range(first, first + count))
        self._one_by_one = False

    def skills(self, faults: Sequence[str]) -> list[float]:
        """The skill of each copy on fresh data, with the references of the run."""
        change = self._changes(faults)
        if not self._one_by_one:
            try:
                return self._side_by_side(change)
            except UsageError:  # dropout, an optimizer or a trainer that takes one network at a time
                self._one_by_one = True
        return [self._skill(_judged(self._request(change, seed=seed), self._subject.host)) for seed in self.seeds]

    def change(self, faults: Sequence[str]) -> str:
        """The command, with the seed of the run."""
        return command(changed(self._subject.request, self._changes(faults), self._subject.host))

    def _changes(self, faults: Sequence[str]) -> Change:
        found = []
        for name in faults:
            change = self._subject.changes(name)
            if change is None:
                raise UsageError("No setting of the run repairs it.", self._subject.change(name))
            found.append(change)
        return Change.all_of(found)

    def _request(self, change: Change, **fields: Any) -> RunRequest:
        return changed(self._subject.request, change, self._subject.host, **fields)

    def _side_by_side(self, change: Change) -> list[float]:
        request = self._request(change, seed=self.seeds[0], replicas=len(self.seeds))
        replicas = _judged(request, self._subject.host).result.replicas or ()
        return [self._skill_of(one["loss"]) for one in replicas]

    def _skill(self, run: TrainedRun) -> float:
        return self._skill_of(run.result.loss)

    def _skill_of(self, loss: float | None) -> float:
        return DIVERGED_SKILL if loss is None else max(DIVERGED_SKILL, self._subject.references.skill(loss))


def _judged(request: RunRequest, host: Any) -> TrainedRun:
    for event in execute(request, host=host):
        if isinstance(event, Judged):
            return event.run
    raise UsageError("The run was ended.", "Run the command again.")
