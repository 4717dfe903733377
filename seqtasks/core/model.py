"""The interface of models: settings from which a network is built for the shapes of a task."""

from abc import ABC, abstractmethod
from typing import ClassVar

from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import Shapes


class AbstractModel(ABC):
    """Settings of a network. Subclasses are final and, best, frozen dataclasses of their settings.

    Attributes:
        libraries: The packages that its networks compute with in addition to NumPy, by the names that pip uses, the
            main one first. Their versions are recorded with every run. The default is that of networks of Keras layers.
    """

    libraries: ClassVar[tuple[str, ...]] = ("tensorflow", "keras")

    @abstractmethod
    def build(self, shapes: Shapes, seed: int, *, dtype: str = "float32") -> AbstractNetwork:
        """Build a new network with the initial weights of that seed.

        Args:
            shapes: What the network fits.
            seed: The seed of the initial weights.
            dtype: The precision of weights and states, ``float32`` or ``float64``. A model that computes in one of them
                alone calls :func:`seqtasks.core.dtype.check_dtype`.

        Raises:
            UsageError: If the settings do not fit these shapes, the model does not compute in that precision, or the
                network does not fit into memory.
        """
