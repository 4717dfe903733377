"""The checks of cells and of models, in the order in which they run."""

from typing import Any, Final

from seqtasks.checks.check import Check
from seqtasks.checks.networks import gradient, structures, views, weights
from seqtasks.checks.networks.subject import ModelSubject
from seqtasks.checks.subject import Named, check_class
from seqtasks.core.model import AbstractModel

MODEL_CHECKS: Final[tuple[Check, ...]] = (
    Check.of(weights.seeding, 0.5),
    Check.of(views.outputs, 2.0),
    Check.of(views.stepping, 2.0),
    Check.of(views.carrying, 0.5),
    Check.of(views.future, 1.0),
    Check.of(views.lanes, 0.5),
    Check.of(views.resetting, 0.5),
    Check.of(weights.weight_access, 0.5),
    Check.of(weights.saving, 0.5),
    Check.of(weights.precision, 2.0),
    Check.of(views.readout, 2.0),
    Check.of(views.stacking, 3.0),
    Check.of(gradient.gradients, 1.0),
    Check.of(gradient.exact_online, 5.0),
    Check.of(gradient.side_by_side, 6.0),
    Check.of(structures.structure_step, 0.5),
    Check.of(structures.structure_jacobian, 0.5),
    Check.of(structures.structure_columns, 1.0),
    Check.of(structures.structure_matrix, 1.0),
)
CELL_CHECKS: Final = MODEL_CHECKS  # applied to the standard model of the cell


def subject(built: Any, named: Named) -> ModelSubject:
    """The subject of the checks of cells and models."""
    check_class(built, str(named), AbstractModel)
    return ModelSubject(built, named.spec, named.host)
