"""Base of the models of this package, which differ in the kind of layer only."""

import math
from abc import abstractmethod
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, ClassVar, Final, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from seqtasks.core.memory import check_memory
from seqtasks.core.model import AbstractModel
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.spec.parameter import Range
from seqtasks_torch.initial import glorot_uniform, orthogonal
from seqtasks_torch.layout import Layout
from seqtasks_torch.module import RecurrentModule
from seqtasks_torch.network import TorchNetwork

WEIGHTS_KEY: Final = 2  # spawn key of the seed of the weights; smaller keys are those of the data and their order
COPIES: Final = 5  # weights, gradient, three optimizer slots


@dataclass(frozen=True)
class AbstractTorchModel(AbstractModel):
    """Recurrent layers and a readout y = V h + d. Subclasses are final and define ``layout`` and ``bias``.

    Args:
        units: H, the size of each layer's state.
        layers: The number of layers, one above the other.
        readout: ``dense``, or ``none``: the state is the prediction.
    """

    libraries: ClassVar[tuple[str, ...]] = ("torch",)
    layout: ClassVar[Layout]

    units: Annotated[int, Range(low=1)] = 16
    layers: Annotated[int, Range(low=1, high=100)] = 1
    readout: Literal["dense", "none"] = "dense"

    @abstractmethod
    def bias(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """The initial bias of a layer."""

    def build(self, shapes: Shapes, seed: int, *, dtype: str = "float32") -> TorchNetwork:
        """Build a network of ``layers`` layers and the readout.

        Kernels are Glorot uniform, recurrent kernels orthogonal, and the readout's bias is 0: see
        :mod:`seqtasks_torch.initial`. PyTorch's random state is neither read nor changed.

        Args:
            shapes: The shapes of the task's data.
            seed: The seed of the initial weights.
            dtype: ``float32`` or ``float64``.

        Raises:
            UsageError: If ``readout`` is ``none`` and the task's outputs are logits, or are not one number; or if the
                network does not fit into memory.
        """
        self._check_readout(shapes)
        each = [self.layout.shapes(shapes.inputs if n == 0 else self.units, self.units) for n in range(self.layers)]
        read = ((self.units, shapes.outputs), (shapes.outputs,)) if self.readout == "dense" else None
        arrays = [*chain.from_iterable(each), *(read or ())]
        count = sum(math.prod(shape) for shape in arrays)
        size = np.dtype(dtype).itemsize
        check_memory(
            COPIES * size * count,
            f"This network has {count:,} weights: {count:,} x {size} bytes x {COPIES} "
            "(weights, gradient, three optimizer slots)",
            "Use fewer units or layers.",
        )
        random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(WEIGHTS_KEY,)))
        weights: list[NDArray[np.float64]] = []
        for kernel, recurrent, bias in each:
            weights += [glorot_uniform(random, kernel), orthogonal(random, recurrent), self.bias(bias)]
        if read:
            weights += [glorot_uniform(random, read[0]), np.zeros(read[1])]
        outputs = shapes.outputs if read else None
        module = RecurrentModule(self.layout, shapes.inputs, self.units, self.layers, outputs, getattr(torch, dtype))
        network = TorchNetwork(module, shapes)
        network.load(weights)
        return network

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
