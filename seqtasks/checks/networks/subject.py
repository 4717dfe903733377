"""What the checks of cells and models take: a model, and networks of it on which a promise is put to the proof."""

from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeGuard, cast, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.catalogue.host import Host
from seqtasks.checks.check import DoesNotApply
from seqtasks.checks.difference import difference
from seqtasks.core.model import AbstractModel
from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.task import Shapes
from seqtasks.lazy import LazyImport
from seqtasks.spec.spec import Spec

if TYPE_CHECKING:
    from seqtasks.keras.model import AbstractStandardModel
    from seqtasks.keras.network import KerasNetwork

SHAPES: Final = Shapes(inputs=2, outputs=1)
LANES: Final = 3
STEPS: Final = 9
FEW: Final = 3  # units
SHAKEN: Final = 0.1  # by how much initial weights are moved: many begin at 0, where nothing can be seen

_STANDARD: Final = LazyImport("seqtasks.keras.model:AbstractStandardModel")
_KERAS: Final = LazyImport("seqtasks.keras.network:KerasNetwork")


@final
@dataclass(frozen=True, eq=False)
class ModelSubject:
    """A model to be checked.

    Args:
        model: The model; a cell's is the standard one of it.
        spec: Its name and settings; None for one that has no name.
        host: The catalogue.
    """

    model: AbstractModel
    spec: Spec | None
    host: Host

    def __str__(self) -> str:
        return str(self.spec or type(self.model).__name__)

    @cached_property
    def network(self) -> AbstractNetwork:
        """A network of real inputs (B, T, 2) and one output, its initial weights shaken."""
        network: AbstractNetwork = shaken(self.model.build(SHAPES, seed=1, dtype="float32"))
        return network

    def is_of_keras(self, network: AbstractNetwork) -> "TypeGuard[KerasNetwork]":
        """Whether a network of this model is made of Keras layers."""
        return self._computes_with_keras and isinstance(network, _KERAS.load())

    @property
    def _computes_with_keras(self) -> bool:
        """Whether there may be anything of Keras about it: for other models Keras is not loaded."""
        return "keras" in self.model.libraries

    @property
    def standard(self) -> "AbstractStandardModel":
        """The model, if it is made of Keras layers one above the other.

        Raises:
            DoesNotApply: If it is not.
        """
        if not (self._computes_with_keras and isinstance(self.model, _STANDARD.load())):
            raise DoesNotApply(f"{type(self.model).__name__} is not made of Keras layers one above the other.")
        return cast("AbstractStandardModel", self.model)

    def changed(self, **settings: Any) -> AbstractModel:
        """The model with other settings.

        Raises:
            DoesNotApply: If it has no such settings.
        """
        model: Any = self.model  # settings are a model's own affair, and most have them as a dataclass has fields
        known = {field.name for field in fields(model)} if is_dataclass(model) else set()
        missing = [name for name in settings if name not in known]
        if missing:
            raise DoesNotApply(f"The model has no setting {missing[0]}.")
        changed: AbstractModel = replace(model, **settings)
        return changed

    @property
    def small(self) -> "AbstractStandardModel":
        """The standard model with few units, where it has a setting for them."""
        model = self.standard
        own = getattr(model, "settings", {})  # of a cell, which the model passes on
        if "units" in own:
            return cast("AbstractStandardModel", self.changed(settings={**own, "units": FEW}))
        return cast("AbstractStandardModel", self.changed(units=FEW)) if hasattr(model, "units") else model

    @cached_property
    def exact(self) -> "KerasNetwork":
        """A network in double precision, its weights shaken, for one input and one output."""
        network = self.standard.build(Shapes(1, 1), 1, dtype="float64")
        shaken(network)
        return network


def shaken(network: Any) -> Any:
    """The network, its weights moved a little at random."""
    random = np.random.default_rng(0)
    network.load([w + moved(random, w) if w.dtype.kind == "f" else w for w in network.weights()])
    return network


def moved(random: np.random.Generator, weight: Array) -> Array:
    """By how much."""
    return random.normal(0, SHAKEN, weight.shape).astype(weight.dtype)


def inputs(lanes: int = LANES, steps: int = STEPS, width: int = SHAPES.inputs) -> NDArray[np.float32]:
    """Random inputs (B, T, I)."""
    return np.random.default_rng(0).normal(size=(lanes, steps, width)).astype(np.float32)


def never(lanes: int = LANES, steps: int = STEPS) -> NDArray[np.bool_]:
    """No episode starts."""
    return np.zeros((lanes, steps), np.bool_)


def apart(one: Array, other: Array) -> float:
    """The greatest difference between outputs, relative to the largest; infinite where they are not finite."""
    far = difference(one, other)
    return far / max(1.0, float(np.abs(one).max(initial=0.0))) if np.isfinite(far) else far
