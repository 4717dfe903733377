"""Training the readout alone, by ridge regression."""

from dataclasses import dataclass
from typing import ClassVar, final

from seqtasks.trainers.least_squares import AbstractLeastSquares
from seqtasks.trainers.normal_equations import NormalEquations
from seqtasks.trainers.readout_trainer import AbstractReadoutTrainer


@final
@dataclass(frozen=True)
class Ridge(AbstractReadoutTrainer):
    """The least-squares readout of all steps so far; no other weight is trained.

        V = (H^T w H + ridge 1)^-1 H^T w y         a row of H: (h(t), 1)

    Made for ``esn``, but any network with a dense readout can be used: all weights below the readout stay as they are.
    Real targets only, because least squares do not minimize a cross-entropy.

    Training sums up about N^2 numbers for a state of N, and solves for V at the end or at a checkpoint. The training
    curve is the loss of predictions made before their step was learned, by the solution after 1, 2, 4, 8 ... learned
    steps. ``updates`` counts those solutions and the last.

    Example:
        >>> Ridge(ridge=0.1).lanes
        1

    Source: Hoerl & Kennard (1970), Technometrics 12(1); of reservoirs: Lukosevicius & Jaeger (2009), Computer Science
    Review 3(3).
    """

    name: ClassVar[str] = "ridge"

    def solver(self, features: int, outputs: int) -> AbstractLeastSquares:
        """A solver by the normal equations."""
        return NormalEquations(self.lanes, features, outputs, self.ridge)
