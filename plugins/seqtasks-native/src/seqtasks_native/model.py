"""The base of the models of native cells."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.dtype import check_dtype
from seqtasks.core.memory import check_memory
from seqtasks.core.model import AbstractModel
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.spec.parameter import Range
from seqtasks_native.arrays import shapes as shapes_of
from seqtasks_native.arrays import vector
from seqtasks_native.cell import AbstractNativeCell
from seqtasks_native.check import check_slopes
from seqtasks_native.initial import gate_orthogonal, glorot_uniform
from seqtasks_native.layout import Layout, layout_of
from seqtasks_native.network import NativeNetwork

WEIGHTS_KEY: Final = 2  # spawn key of the seed of the weights; smaller keys are those of the data and their order
COPIES: Final = 5  # weights, gradient, three optimizer slots


@dataclass(frozen=True)
class AbstractNativeModel(AbstractModel):
    """One layer of a native cell and a readout y = V h + d. Subclasses are final and define ``cell``.

    Attributes:
        cell: The cell.
        keras_name: The model or cell of seqtasks that is the same network of Keras layers; empty if there is none.

    Args:
        units: H, the size of the state.
        readout: ``dense``, or ``none``: the state is the prediction.
    """

    libraries: ClassVar[tuple[str, ...]] = ("numba",)
    cell: ClassVar[type[AbstractNativeCell]]
    keras_name: ClassVar[str] = ""

    units: Annotated[int, Range(low=1)] = 16
    readout: Literal["dense", "none"] = "dense"

    def bias(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """The initial bias: zeros."""
        return np.zeros(shape)

    def own(self, random: np.random.Generator) -> list[NDArray[np.float64]]:
        """The initial own weights of the units, Q arrays (H,)."""
        return []

    def kernel(self, random: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
        """The initial weights of the inputs: Glorot uniform."""
        return glorot_uniform(random, shape)

    def build(self, shapes: Shapes, seed: int, *, dtype: str = "float32") -> NativeNetwork:
        """Build a network, with initial weights of the same distributions as those of the Keras network.

        Args:
            shapes: The shapes of the task's data.
            seed: The seed of the initial weights.
            dtype: ``float32`` or ``float64``.

        Raises:
            UsageError: If ``readout`` is ``none`` and the outputs are logits or more than one number, the network does
                not fit into memory, or the slopes of the cell are wrong.
        """
        check_dtype(dtype)
        self._check_readout(shapes)
        constants = tuple(float(getattr(self, name)) for name in self.cell.constants)
        check_slopes(self.cell, constants)
        layout = layout_of(self.cell, shapes.inputs, self.units, shapes.outputs if self.readout == "dense" else None)
        size = np.dtype(dtype).itemsize
        check_memory(
            COPIES * size * layout.size,
            f"This network has {layout.size:,} weights: {layout.size:,} x {size} bytes x {COPIES} "
            "(weights, gradient, three optimizer slots)",
            "Use fewer units.",
        )
        weights = vector(self._initial(layout, seed), self.cell, layout, dtype)
        keras_spec = _keras_spec(self) if self.keras_name else ""
        return NativeNetwork(self.cell, layout, weights, shapes, constants, keras_spec)

    def _initial(self, layout: Layout, seed: int) -> list[NDArray[np.float64]]:
        random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(WEIGHTS_KEY,)))
        own, found = self.own(random), []
        wanted = shapes_of(self.cell, layout)
        for name, shape in zip(self.cell.weights, wanted, strict=False):
            match name:
                case "inputs":
                    found.append(self.kernel(random, (shape[0], shape[1])))
                case "states":
                    found.append(gate_orthogonal(random, (shape[0], shape[1])))
                case "bias":
                    found.append(self.bias(shape))
                case _:
                    found.append(own.pop(0))
        if layout.dense:
            found += [glorot_uniform(random, (layout.tops, layout.outputs)), np.zeros(layout.outputs)]
        return found

    def _check_readout(self, shapes: Shapes) -> None:
        if self.readout == "none" and shapes.kind != "real":
            raise UsageError(
                f"readout=none makes the state the prediction, but a task of kind {shapes.kind} needs logits.",
                "Use readout=dense.",
            )
        if self.readout == "none" and shapes.outputs != 1:
            raise UsageError(
                f"readout=none makes the state the only output, but the task has {shapes.outputs} outputs.",
                "Use readout=dense.",
            )


def _keras_spec(model: AbstractNativeModel) -> str:
    """The same network of Keras layers, as a spec."""
    settings = [f"units={model.units}", f"readout={model.readout}"]
    settings += [f"{name}={getattr(model, name)}" for name in model.cell.constants]
    return f"{model.keras_name}:{','.join(settings)}"
