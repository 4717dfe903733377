"""One step of a cell and its derivatives. Only the checks of Keras models import this module, which loads TensorFlow.

Axis letters: K arrays of the state, G preactivations, H units. All arrays are of one lane.
"""

from typing import Any, Final, final

import numpy as np
import tensorflow as tf

from seqtasks.checks.check import DoesNotApply
from seqtasks.core.network import Array
from seqtasks.keras.structure import structure_of

INPUTS: Final = 2


@final
class Step:
    """One step of a cell with random weights, as computed by the cell and by its declared structure.

    Args:
        cell: A Keras cell that computes in double precision.

    Raises:
        DoesNotApply: If the cell declares no structure.
    """

    def __init__(self, cell: Any) -> None:
        structure = structure_of(cell)
        if structure is None:
            raise DoesNotApply(f"{type(cell).__name__} declares no structure.")
        self.cell, self.structure = cell, structure
        if not cell.built:
            cell.build((None, INPUTS))
        random = np.random.default_rng(0)
        cell.set_weights([random.normal(0, 0.7, weight.shape) for weight in cell.weights])
        self.x = tf.constant(random.normal(size=(1, INPUTS)))
        self.states = [tf.constant(random.normal(size=s.shape)) for s in cell.get_initial_state(1)]
        self.units = int(self.states[0].shape[-1])

    def jacobian(self) -> Array:
        """The Jacobian d(new state) / d(old state) of the cell, (K, H, K, H)."""
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(self.states)
            after = self.cell(self.x, self.states)[1]
        return np.array([[_jacobian(tape, new, old)[0, :, 0] for old in self.states] for new in after]).swapaxes(1, 2)

    def influence(self) -> list[Array]:
        """The direct derivative d(new state) / d(weight) of the cell for each weight, [(K, H, ..., columns)]."""
        with tf.GradientTape(persistent=True) as tape:
            after = self.cell(self.x, self.states)[1]
        return [np.array([_jacobian(tape, new, w.value)[0] for new in after]) for w in self.cell.trainable_variables]

    def derivatives(self) -> tuple[Array, Array]:
        """The derivatives of each unit's new state.

        Returns:
            By the unit's own preactivations, (K, G, H), and by its old state with the preactivations fixed, (K, K, H).
        """
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

    def by_matrix(self) -> list[Array]:
        """The derivatives of the entries of the weight matrix by each weight, [(I + H + 1, G H, ...)]."""
        with tf.GradientTape(persistent=True) as tape:
            entries = self.structure.weight_matrix()
        return [_jacobian(tape, entries, w.value) for w in self.cell.trainable_variables]


def _jacobian(tape: tf.GradientTape, of: Any, by: Any) -> Array:
    """The Jacobian by plain loops, which are faster than compilation for a few numbers."""
    zero = tf.UnconnectedGradients.ZERO
    found: Array = tape.jacobian(of, by, unconnected_gradients=zero, experimental_use_pfor=False).numpy()
    return found
