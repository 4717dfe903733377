"""A step of a cell and its derivatives by TensorFlow, which only the checks of Keras models load.

Axis letters: K arrays of a state, G sums, H units; of one lane.
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
    """One step of a cell of random weights, taken by the cell and by its structure.

    Args:
        cell: A Keras cell that computes in double precision.

    Raises:
        DoesNotApply: If it declares no structure.
    """

    def __init__(self, cell: Any) -> None:
        told = structure_of(cell)
        if told is None:
            raise DoesNotApply(f"{type(cell).__name__} declares no structure.")
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

    def by_matrix(self) -> list[Array]:
        """How each entry of the matrix of the sums depends on each weight, [(I + H + 1, G H, ...)]."""
        with tf.GradientTape(persistent=True) as tape:
            entries = self.structure.weight_matrix()
        return [_jacobian(tape, entries, w.value) for w in self.cell.trainable_variables]


def _jacobian(tape: tf.GradientTape, of: Any, by: Any) -> Array:
    """By plain loops: quicker than compiling for a few numbers."""
    zero = tf.UnconnectedGradients.ZERO
    found: Array = tape.jacobian(of, by, unconnected_gradients=zero, experimental_use_pfor=False).numpy()
    return found
