"""What a model is: settings from which a network can be built for any task's shapes."""

from abc import ABC, abstractmethod
from typing import ClassVar

from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import Shapes


class AbstractModel(ABC):
    """Settings of a network. Subclasses are final and, best, frozen dataclasses of their settings.

    Attributes:
        libraries: What its networks compute with beside NumPy, by the names that pip knows, the main one first. Their
            versions are recorded with every run. A model that says nothing is taken to build networks of Keras layers.
    """

    libraries: ClassVar[tuple[str, ...]] = ("tensorflow", "keras")

    @abstractmethod
    def build(self, shapes: Shapes, seed: int) -> AbstractNetwork:
        """A new network with the initial weights of that seed.

        Raises:
            UsageError: If the settings cannot fit these shapes, or the network would not fit into memory.
        """
