"""Training the readout alone, by ridge regression."""

from dataclasses import dataclass
from typing import ClassVar, final

from seqtasks_modern_cells.least_squares import AbstractLeastSquares
from seqtasks_modern_cells.normal_equations import NormalEquations
from seqtasks_modern_cells.readout_trainer import AbstractReadoutTrainer


@final
@dataclass(frozen=True)
class Ridge(AbstractReadoutTrainer):
    """The readout that is best for all steps so far, solved for at once; no other weight is trained.

        V = (H^T w H + ridge 1)^-1 H^T w y         a row of H: (h(t), 1)

    Made for ``esn``, but any network with a dense readout will do: what lies below it stays as it was drawn, trained by
    others or not. Real targets only: of classes the least squares say little that their cross-entropy does.

    Two sums are kept while steps come in, about N^2 numbers for a state of N, and V is solved for when somebody looks:
    at the end, or at a checkpoint. The training curve is what was said to each step by the solution as of the last
    power of two of steps learned from, none of which had seen that step; ``updates`` counts those solutions and the
    last.

    Example:
        >>> Ridge(ridge=0.1).lanes
        1

    Source: Hoerl & Kennard (1970), Technometrics 12(1); of reservoirs: Lukosevicius & Jaeger (2009), Computer Science
    Review 3(3).
    """

    name: ClassVar[str] = "ridge"

    def solver(self, features: int, outputs: int) -> AbstractLeastSquares:
        """By the normal equations."""
        return NormalEquations(self.lanes, features, outputs, self.ridge)
