"""Checks of a cell's declared structure against its step, in double precision, by automatic differentiation.

Axis letters: K arrays of the state, G preactivations, H units. All arrays are of one lane.
"""

from typing import TYPE_CHECKING, Final

import numpy as np

from seqtasks.checks.check import DoesNotApply, expect
from seqtasks.checks.difference import difference
from seqtasks.checks.networks.subject import ModelSubject
from seqtasks.lazy import LazyImport

if TYPE_CHECKING:
    from seqtasks.checks.networks.cell_step import Step

SAME: Final = 1e-10

_STEP: Final = LazyImport("seqtasks.checks.networks.cell_step:Step")


def structure_step(subject: ModelSubject) -> None:
    """The declared structure computes the same new state and output as the cell."""
    step = _step(subject)
    after = step.structure.update(step.structure.preactivations(step.x, step.states), step.states)
    y, states = step.cell(step.x, step.states)
    pairs = zip([step.structure.output(after), *after], [y, *states], strict=True)
    far = max(difference(got, wanted) for got, wanted in pairs)
    expect(
        far < SAME, f"The cell and its structure differ by {far:.2g}.", "Do not override AbstractStructuredCell.call."
    )


def structure_jacobian(subject: ModelSubject) -> None:
    """The Jacobian from the declared state matrices and the derivatives of update equals that of the cell."""
    step = _step(subject)
    by_sum, by_state = step.derivatives()
    assembled = np.einsum("kji,il->kijl", by_state, np.eye(step.units))
    matrices = step.structure.state_matrices()
    if matrices is not None:
        assembled[:, :, 0, :] += np.einsum("kgi,gli->kil", by_sum, matrices)
    far = difference(assembled, step.jacobian())
    expect(
        far < SAME,
        f"The Jacobian from the structure differs from that of the cell by {far:.2g}.",
        "Let R[g, l, i] be the weight of old state l in preactivation g of unit i, and keep units separate in update.",
    )


def structure_columns(subject: ModelSubject) -> None:
    """Column c of every weight affects only unit c mod H."""
    step, foreign = _step(subject), 0.0
    for influence in step.influence():
        flat = influence.reshape(len(step.states), step.units, -1, influence.shape[-1] // step.units, step.units)
        others = flat * ~np.eye(step.units, dtype=bool)[:, None, None, :]
        foreign = max(foreign, difference(others, np.zeros_like(others)))
    expect(
        foreign < SAME,
        f"A column of a weight affects a unit other than its own, by {foreign:.2g}.",
        "Use units as the last axis of every weight, or blocks of units, one for each gate.",
    )


def structure_matrix(subject: ModelSubject) -> None:
    """If declared, (x, s_0, 1) times the weight matrix equals the preactivations, which alone depend on weights."""
    step = _step(subject)
    matrix = step.structure.weight_matrix()
    if matrix is None:
        raise DoesNotApply("The structure declares no weight matrix.")
    weighed = np.concatenate([step.x[0], step.states[0][0], [1.0]])
    sums = np.concatenate([u[0] for u in step.structure.preactivations(step.x, step.states)])
    (by_sum, _), places = step.derivatives(), np.eye(step.units)
    of_entries = np.einsum("kgi,ih,f->kifgh", by_sum, places, weighed).reshape(len(by_sum), step.units, *matrix.shape)
    found = [np.tensordot(of_entries, each, axes=2) for each in step.by_matrix()]
    apart = [difference(got, wanted) for got, wanted in zip(found, step.influence(), strict=True)]
    far = max(difference(weighed @ matrix.numpy(), sums), *apart)
    expect(
        far < SAME,
        f"The weight matrix differs from the cell by {far:.2g}.",
        "Return W with u = (x, s_0, 1) W for the preactivations u, put every weight only into W, or declare no matrix.",
    )


def _step(subject: ModelSubject) -> "Step":
    cell = subject.small.layer("float64").cell
    step: Step = _STEP(cell)
    return step
