"""Copies of a program with a plain Keras model, trained again with changes, over seeds."""

import time
from collections.abc import Mapping, Sequence
from typing import Final, final

from seqtasks.diagnosis.attempts import AbstractRetraining
from seqtasks.diagnosis.keras_model.program import KerasProgram, restart
from seqtasks.diagnosis.keras_model.repairs import REPAIRS
from seqtasks.diagnosis.keras_model.subject import KerasSubject
from seqtasks.errors import UsageError

SEEDS: Final = (1, 2, 3)
DOMINATES: Final = 0.6  # of the time of the first copy, which is also compiled: then two seeds have to do
WORST: Final = -1.0  # skill: a loss that is not a number counts as one gap worse than chance


@final
class KerasRetraining(AbstractRetraining):
    """Trains copies of a Keras model: one compiled program for each set of changes, which starts anew for each seed.

    The time of the training is unknown: it is that of the first copy.

    Args:
        subject: The model with its data.
        changes: The code of each change, by the name of its fault.
    """

    def __init__(self, subject: KerasSubject, changes: Mapping[str, str]) -> None:
        self.seeds, self.seconds, self.always = SEEDS, 0.0, 2  # with two seeds, six trainings
        self._subject, self._changes = subject, changes
        self._program = KerasProgram.of(subject.model, subject.X, subject.y, subject.fit)

    def skills(self, faults: Sequence[str]) -> list[float]:
        """The skill of each copy on the data of its training."""
        program = self._repaired(faults)
        start = time.perf_counter()
        model = program.built(self.seeds[0])
        references, found = None, []
        for place, seed in enumerate(SEEDS):
            if place == len(self.seeds):
                break
            if place:
                restart(model, program.built(seed))
            begin = time.perf_counter()
            program.train(model, seed)
            self.seconds = self.seconds or time.perf_counter() - start
            if place == 1 and not faults and time.perf_counter() - begin > DOMINATES * self.seconds:
                self.seeds = self.seeds[:2]
            copy = KerasSubject(model, program.X, program.y, vars_of(program))
            if references is not None:
                vars(copy)["references"] = references  # of the same data: they take longer than the training
            references = copy.references
            skill = copy.skill
            found.append(max(WORST, skill) if skill == skill else WORST)  # noqa: PLR0124 - not a number
        return found

    def change(self, faults: Sequence[str]) -> str:
        """The code of each change."""
        return "\n".join(dict.fromkeys(self._changes[name] for name in faults))

    def _repaired(self, faults: Sequence[str]) -> KerasProgram:
        program = self._program
        for name in faults:
            if name not in REPAIRS:
                raise UsageError("No copy can be trained with this change.", self._changes[name])
            program = REPAIRS[name](program, self._subject)
        return program


def vars_of(program: KerasProgram) -> dict[str, object]:
    """The arguments of ``fit`` of a program, by name."""
    fit = program.fit
    return {name: getattr(fit, name) for name in ("epochs", "batch_size", "shuffle", "sample_weight", "reset_states")}
