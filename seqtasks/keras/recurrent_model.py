"""What the models share whose layers are Keras's own."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from seqtasks.keras.model import AbstractStandardModel, initializer
from seqtasks.spec.annotation import Names, Range


@dataclass(frozen=True)
class AbstractRecurrentModel(AbstractStandardModel):
    """Layers of units with an input kernel W, a recurrent kernel U and biases b. Subclasses are final.

    Args:
        units: H, the size of the state.
        layers: How many such layers, one above the other.
        readout: ``dense``, or ``none``: the state is the prediction.
        dropout: The share of each layer's outputs that training on whole sequences drops.
        kernel_initializer: How W starts.
        recurrent_initializer: How U starts.
        bias_initializer: How b starts.
        readout_initializer: How V starts.
    """

    units: Annotated[int, Range(low=1)] = 16
    layers: Annotated[int, Range(low=1, high=100)] = 1
    readout: Literal["dense", "none"] = "dense"
    dropout: Annotated[float, Range(low=0, below=1)] = 0.0
    kernel_initializer: Annotated[Any, Names("initializers")] = "glorot-uniform"
    recurrent_initializer: Annotated[Any, Names("initializers")] = "orthogonal"
    bias_initializer: Annotated[Any, Names("initializers")] = "zeros"
    readout_initializer: Annotated[Any, Names("initializers")] = "glorot-uniform"

    def arguments(self, dtype: str) -> dict[str, Any]:
        """What every such layer is made with; the biases are the model's to add."""
        return {
            "units": self.units,
            "return_sequences": True,
            "kernel_initializer": initializer(self.kernel_initializer),
            "recurrent_initializer": initializer(self.recurrent_initializer),
            "dtype": dtype,
        }
