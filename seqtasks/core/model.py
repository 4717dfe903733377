"""What a model is: settings from which a network can be built for any task's shapes."""

from abc import ABC, abstractmethod

from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import Shapes


class AbstractModel(ABC):
    """Settings of a network. Subclasses are final and, best, frozen dataclasses of their settings."""

    @abstractmethod
    def build(self, shapes: Shapes, seed: int) -> AbstractNetwork:
        """A new network with the initial weights of that seed.

        Raises:
            UsageError: If the settings cannot fit these shapes, or the network would not fit into memory.
        """
