"""What is examined: a network with its data and how it was trained, whatever trained it."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Final

from seqtasks.comparison.estimate import Estimate
from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.measurement import Measurement
from seqtasks.diagnosis.rate_probe import RateProbe
from seqtasks.diagnosis.references import References
from seqtasks.diagnosis.rule import Rule
from seqtasks.diagnosis.short_training import ShortTraining
from seqtasks.diagnosis.state_probe import StateProbe
from seqtasks.errors import UsageError

PREDICTABLE: Final = 0.05  # of chance

UNSOLVED: Final = 0.1  # of the gap between chance and optimum: the optimum is an estimate


class AbstractSubject(ABC):
    """A network, its data, and its training.

    Rules read the properties. What takes time is measured at its first use and kept: implement it as a
    ``functools.cached_property``. A property that cannot be measured raises a
    :class:`~seqtasks.errors.SeqtasksError` with a sentence that says why, which the diagnosis shows.
    """

    @property
    @abstractmethod
    def rules(self) -> Sequence[Rule]:
        """The rules for this kind of subject, causes before their consequences."""

    def postpones(self, rule: Rule, faults: Sequence[Fault]) -> str:
        """Why a rule has to wait, such as until the faults that were found before it are repaired; empty by default.

        Args:
            rule: One of the rules.
            faults: What the rules before it have found.
        """
        return ""

    @property
    @abstractmethod
    def references(self) -> References:
        """The losses without a network."""

    @property
    @abstractmethod
    def loss(self) -> Estimate:
        """The loss of the network with frozen weights."""

    @property
    @abstractmethod
    def trained(self) -> bool | None:
        """Whether the network has been trained; None if unknown."""

    @property
    @abstractmethod
    def training_losses(self) -> Sequence[float]:
        """The losses during the training, in the order of time; empty if unknown."""

    @property
    @abstractmethod
    def truncation_lag(self) -> int | None:
        """How many steps back the gradient of a loss reaches; None if it reaches all."""

    @property
    @abstractmethod
    def context_lag(self) -> int | None:
        """How many steps back the outputs depend on the inputs at all; None if there is no limit."""

    @property
    @abstractmethod
    def has_readout(self) -> bool:
        """Whether a layer of its own computes the outputs from the state."""

    @property
    @abstractmethod
    def units(self) -> int:
        """The number of units of the last recurrent layer; 0 if there is none."""

    @property
    @abstractmethod
    def remarks(self) -> Sequence[str]:
        """Sentences that say what could not be examined about this subject, and why."""

    @abstractmethod
    def change(self, name: str) -> str:
        """The code or command that repairs a fault of that name, in the language of this kind of subject."""

    @property
    def measures(self) -> "Sequence[Callable[[AbstractSubject], Measurement]]":
        """What is measured of this kind of subject in addition to the loss and the lag; by default nothing."""
        return ()

    @cached_property
    def probe(self) -> StateProbe:
        """The network over some data, with its states.

        Raises:
            SeqtasksError: If they cannot be measured; by default.
        """
        raise UsageError("The states of this network cannot be measured.", "Look at its outputs instead.")

    @cached_property
    def rate_probe(self) -> RateProbe:
        """Short trainings of copies at other learning rates.

        Raises:
            SeqtasksError: If the learning rate is unknown, or no copy can be trained; by default.
        """
        raise UsageError("Other learning rates were not tried.", "Train with a tenth of the learning rate.")

    @property
    def title(self) -> str:
        """What is examined, for the title of a page."""
        return "Why does this network not learn?"

    @cached_property
    def skill(self) -> float:
        """(chance - loss) / (chance - optimum); the optimum of fitted predictors is the loss if that is less."""
        references, loss = self.references, self.loss.value
        optimum = references.optimum.value if references.exact else min(references.optimum.value, loss)
        gap = references.chance.value - optimum
        return (references.chance.value - loss) / gap if gap > 0 else 0.0

    @cached_property
    def remaining(self) -> float:
        """The share of the gap between chance and optimum that the network has not closed, 0 to 1."""
        return min(max(1 - self.skill, 0.0), 1.0) if math.isfinite(self.skill) else 1.0

    @property
    def fitted_noise(self) -> float:
        """The share of chance by which a loss may be below it although nothing was learned; 0.05 on fresh data."""
        return PREDICTABLE

    @property
    def unpredictable(self) -> bool:
        """Whether hardly anything of the targets can be predicted, so that no training helps."""
        return self.references.gap <= PREDICTABLE * abs(self.references.chance.value)

    @cached_property
    def continued(self) -> ShortTraining:
        """A copy that goes on learning as the network did.

        Raises:
            SeqtasksError: If no copy can be trained; by default.
        """
        raise UsageError("No copy was trained further.", "Train for longer, and compare the losses.")

    @cached_property
    def wider(self) -> ShortTraining:
        """A copy with more units that learns from the start.

        Raises:
            SeqtasksError: If no copy can be trained; by default.
        """
        raise UsageError("No copy with more units was trained.", "Train with more units, and compare the losses.")

    @property
    def unsolved(self) -> bool:
        """Whether there is a part of the gap that a fault could explain."""
        return self.remaining > UNSOLVED

    def evidence(self, **more: Any) -> dict[str, Any]:
        """The loss and its references, and more."""
        return {
            "loss": self.loss.value,
            "chance": self.references.chance.value,
            "optimum": self.references.optimum.value,
            **more,
        }
