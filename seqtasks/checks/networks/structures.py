"""Whether what a cell tells of its structure is its step, in double precision, by automatic differentiation.

Axis letters: K arrays of a state, G sums, H units; of one lane.
"""

from typing import Any, Final

import numpy as np
import tensorflow as tf

from seqtasks.checks.check import DoesNotApply, expect
from seqtasks.checks.difference import difference
from seqtasks.checks.networks.subject import ModelSubject
from seqtasks.core.network import Array
from seqtasks.keras.gates import structure

INPUTS: Final = 2
SAME: Final = 1e-10


class Step:
    """One step of a cell of random weights, taken by the cell and by its structure.

    Args:
        cell: A Keras cell that computes in double precision.

    Raises:
        DoesNotApply: If it tells no structure.
    """

    def __init__(self, cell: Any) -> None:
        told = structure(cell)
        if told is None:
            raise DoesNotApply(f"{type(cell).__name__} tells no structure.")
        self.cell, self.structure = cell, told
        if not cell.built:
            cell.build((None, INPUTS))
        random = np.random.default_rng(0)
        cell.set_weights([random.normal(0, 0.7, weight.shape) for weight in cell.weights])
        self.x = tf.constant(random.normal(size=(1, INPUTS)))
        self.states = [tf.constant(random.normal(size=s.shape)) for s in cell.get_initial_state(1)]
        self.units = int(self.states[0].shape[-1])

    def jacobian(self) -> Array:
        """How the cell's new state depends on the old, (K, H, K, H)."""
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(self.states)
            after = self.cell(self.x, self.states)[1]
        return np.array([[_jacobian(tape, new, old)[0, :, 0] for old in self.states] for new in after]).swapaxes(1, 2)

    def influence(self) -> list[Array]:
        """How the cell's new state depends on each weight at once, [(K, H, ..., columns)]."""
        with tf.GradientTape(persistent=True) as tape:
            after = self.cell(self.x, self.states)[1]
        return [np.array([_jacobian(tape, new, w.value)[0] for new in after]) for w in self.cell.trainable_variables]

    def derivatives(self) -> tuple[Array, Array]:
        """How each unit's new state depends on its own sums, (K, G, H), and, those fixed, on its state, (K, K, H)."""
        sums = self.structure.preactivations(self.x, self.states)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([sums, self.states])
            after = self.structure.update(sums, self.states)
        zero = tf.UnconnectedGradients.ZERO
        by_sums, by_states = (
            np.array([[tape.gradient(new, of, unconnected_gradients=zero)[0] for of in what] for new in after])
            for what in (sums, self.states)
        )
        return by_sums, by_states


def structure_step(subject: ModelSubject) -> None:
    """The structure's step is the cell's: its new state and its output."""
    step = _step(subject)
    after = step.structure.update(step.structure.preactivations(step.x, step.states), step.states)
    y, states = step.cell(step.x, step.states)
    pairs = zip([step.structure.output(after), *after], [y, *states], strict=True)
    far = max(difference(got, wanted) for got, wanted in pairs)
    expect(far < SAME, f"The cell and its structure differ by {far:.2g}.", "Leave call to AbstractStructuredCell.")


def structure_jacobian(subject: ModelSubject) -> None:
    """Sums' derivatives times the state matrices, and the direct part on the diagonal, are the cell's Jacobian."""
    step = _step(subject)
    by_sum, by_state = step.derivatives()
    assembled = np.einsum("kji,il->kijl", by_state, np.eye(step.units))
    matrices = step.structure.state_matrices()
    if matrices is not None:
        assembled[:, :, 0, :] += np.einsum("kgi,gli->kil", by_sum, matrices)
    far = difference(assembled, step.jacobian())
    expect(
        far < SAME,
        f"The Jacobian told by the structure is off by {far:.2g}.",
        "Let R[g, l, i] be the weight of old state l in sum g of unit i, and let update mix no units.",
    )


def structure_columns(subject: ModelSubject) -> None:
    """Column c of every weight acts on unit c mod H alone."""
    step, foreign = _step(subject), 0.0
    for influence in step.influence():
        flat = influence.reshape(len(step.states), step.units, -1, influence.shape[-1] // step.units, step.units)
        others = flat * ~np.eye(step.units, dtype=bool)[:, None, None, :]
        foreign = max(foreign, difference(others, np.zeros_like(others)))
    expect(
        foreign < SAME,
        f"A column of a weight moves another unit than its own, by {foreign:.2g}.",
        "Let the last axis of every weight be units, or gate after gate of units.",
    )


def structure_matrix(subject: ModelSubject) -> None:
    """Where it is told: (x, s_0, 1) times the matrix are the sums, and by it alone do weights act on the new state."""
    step = _step(subject)
    told = step.structure.weight_matrix()
    if told is None:
        raise DoesNotApply("The structure tells no matrix of its sums.")
    weighed = np.concatenate([step.x[0], step.states[0][0], [1.0]])
    sums = np.concatenate([u[0] for u in step.structure.preactivations(step.x, step.states)])
    (by_sum, _), places = step.derivatives(), np.eye(step.units)
    with tf.GradientTape(persistent=True) as tape:
        entries = step.structure.weight_matrix()
    through = [_jacobian(tape, entries, w.value) for w in step.cell.trainable_variables]  # (F, G H, *w)
    of_entries = np.einsum("kgi,ih,f->kifgh", by_sum, places, weighed).reshape(len(by_sum), step.units, *told.shape)
    found = [np.tensordot(of_entries, each, axes=2) for each in through]
    apart = [difference(got, wanted) for got, wanted in zip(found, step.influence(), strict=True)]
    far = max(difference(weighed @ told.numpy(), sums), *apart)
    expect(
        far < SAME,
        f"The matrix of the sums is off by {far:.2g}.",
        "Let u = (x, s_0, 1) W hold, with every weight in W and only there; or tell no matrix.",
    )


def _step(subject: ModelSubject) -> Step:
    return Step(subject.small.layer("float64").cell)


def _jacobian(tape: tf.GradientTape, of: Any, by: Any) -> Array:
    """By plain loops: quicker than compiling for a few numbers."""
    zero = tf.UnconnectedGradients.ZERO
    found: Array = tape.jacobian(of, by, unconnected_gradients=zero, experimental_use_pfor=False).numpy()
    return found
