"""The subject of the checks of cells and models: a model, and networks that it builds."""

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
PERTURBATION: Final = 0.1  # standard deviation added to initial weights, because a weight of 0 can hide a fault

_STANDARD: Final = LazyImport("seqtasks.keras.model:AbstractStandardModel")
_KERAS: Final = LazyImport("seqtasks.keras.network:KerasNetwork")


@final
@dataclass(frozen=True, eq=False)
class ModelSubject:
    """A model to check.

    Args:
        model: The model; for a cell, its standard model.
        spec: The name and settings of the model; None if it is not in the catalogue.
        host: The host of the catalogue.
    """

    model: AbstractModel
    spec: Spec | None
    host: Host

    def __str__(self) -> str:
        return str(self.spec or type(self.model).__name__)

    @cached_property
    def network(self) -> AbstractNetwork:
        """A network of real inputs (B, T, 2) and one output, with perturbed initial weights."""
        network: AbstractNetwork = perturbed(self.model.build(SHAPES, seed=1, dtype="float32"))
        return network

    def is_of_keras(self, network: AbstractNetwork) -> "TypeGuard[KerasNetwork]":
        """Whether a network of this model consists of Keras layers."""
        return self._computes_with_keras and isinstance(network, _KERAS.load())

    @property
    def _computes_with_keras(self) -> bool:
        """Whether the model declares Keras; for other models, Keras is not imported."""
        return "keras" in self.model.libraries

    @property
    def standard(self) -> "AbstractStandardModel":
        """The model, if it is a stack of Keras layers.

        Raises:
            DoesNotApply: If it is not.
        """
        if not (self._computes_with_keras and isinstance(self.model, _STANDARD.load())):
            raise DoesNotApply(f"{type(self.model).__name__} is not a stack of Keras layers.")
        return cast("AbstractStandardModel", self.model)

    def changed(self, **settings: Any) -> AbstractModel:
        """The model with other settings.

        Raises:
            DoesNotApply: If the model does not have these settings.
        """
        model: Any = self.model  # AbstractModel does not define settings; most models are dataclasses
        known = {field.name for field in fields(model)} if is_dataclass(model) else set()
        missing = [name for name in settings if name not in known]
        if missing:
            raise DoesNotApply(f"The model has no setting {missing[0]}.")
        changed: AbstractModel = replace(model, **settings)
        return changed

    @property
    def small(self) -> "AbstractStandardModel":
        """The standard model with few units, if it has a setting for their number."""
        model = self.standard
        own = getattr(model, "settings", {})  # of the cell, which the model passes on
        if "units" in own:
            return cast("AbstractStandardModel", self.changed(settings={**own, "units": FEW}))
        return cast("AbstractStandardModel", self.changed(units=FEW)) if hasattr(model, "units") else model

    @cached_property
    def exact(self) -> "KerasNetwork":
        """A network in double precision with perturbed weights, one input and one output."""
        network = self.standard.build(Shapes(1, 1), 1, dtype="float64")
        perturbed(network)
        return network


def perturbed(network: Any) -> Any:
    """Add small random numbers to the weights of a network, and return it."""
    random = np.random.default_rng(0)
    network.load([w + perturbation(random, w) if w.dtype.kind == "f" else w for w in network.weights()])
    return network


def perturbation(random: np.random.Generator, weight: Array) -> Array:
    """Random numbers of the shape and type of a weight."""
    return random.normal(0, PERTURBATION, weight.shape).astype(weight.dtype)


def inputs(lanes: int = LANES, steps: int = STEPS, width: int = SHAPES.inputs) -> NDArray[np.float32]:
    """Random inputs (B, T, I)."""
    return np.random.default_rng(0).normal(size=(lanes, steps, width)).astype(np.float32)


def no_starts(lanes: int = LANES, steps: int = STEPS) -> NDArray[np.bool_]:
    """An array of starts in which no episode starts, (B, T)."""
    return np.zeros((lanes, steps), np.bool_)


def relative_difference(one: Array, other: Array) -> float:
    """The largest difference of outputs, relative to the largest output if that exceeds 1; infinite if not finite."""
    far = difference(one, other)
    return far / max(1.0, float(np.abs(one).max(initial=0.0))) if np.isfinite(far) else far
