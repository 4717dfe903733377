"""What every cell promises that tells its structure, and that each check can fail.

The catalogue's cells, plugins' included, and the three of Keras's own; in float64, by automatic differentiation.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from seqtasks.catalogue.host import Host
from seqtasks.keras.gates import structure
from seqtasks.keras.structure import AbstractStructuredCell

pytestmark = pytest.mark.tensorflow

HOST = Host.start(environ={})
KERAS = {"gru": keras.layers.GRUCell, "lstm": keras.layers.LSTMCell, "simple-rnn": keras.layers.SimpleRNNCell}
UNITS, INPUTS = 3, 2


class Step:
    """One step of a cell of random weights, taken by the cell and by its structure.

    Axis letters: K arrays of a state, G sums, H units; of one lane.
    """

    def __init__(self, cell):
        self.cell, self.structure = cell, structure(cell)
        cell.build((None, INPUTS))
        random = np.random.default_rng(0)
        cell.set_weights([random.normal(0, 0.7, weight.shape) for weight in cell.weights])
        self.x = tf.constant(random.normal(size=(1, INPUTS)))
        self.states = [tf.constant(random.normal(size=s.shape)) for s in cell.get_initial_state(1)]

    def jacobian(self):
        """How the cell's new state depends on the old, (K, H, K, H)."""
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(self.states)
            after = self.cell(self.x, self.states)[1]
        return np.array([[_jacobian(tape, new, old)[0, :, 0] for old in self.states] for new in after]).swapaxes(1, 2)

    def influence(self):
        """How the cell's new state depends on each weight at once, [(K, H, ..., columns)]."""
        with tf.GradientTape(persistent=True) as tape:
            after = self.cell(self.x, self.states)[1]
        return [np.array([_jacobian(tape, new, w.value)[0] for new in after]) for w in self.cell.trainable_variables]

    def derivatives(self):
        """How each unit's new state depends on its own sums, (K, G, H), and, those fixed, on its state, (K, K, H)."""
        sums = self.structure.preactivations(self.x, self.states)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([sums, self.states])
            after = self.structure.update(sums, self.states)
        zero = tf.UnconnectedGradients.ZERO
        return tuple(
            np.array([[tape.gradient(new, of, unconnected_gradients=zero)[0] for of in what] for new in after])
            for what in (sums, self.states)
        )


def _jacobian(tape, of, by):
    """By plain loops: quicker than compiling for a few numbers."""
    zero = tf.UnconnectedGradients.ZERO
    return tape.jacobian(of, by, unconnected_gradients=zero, experimental_use_pfor=False).numpy()


def steps(step):
    """The structure's step is the cell's: its new state and its output."""
    after = step.structure.update(step.structure.preactivations(step.x, step.states), step.states)
    y, states = step.cell(step.x, step.states)
    pairs = zip([step.structure.output(after), *after], [y, *states], strict=True)
    return max(np.abs(got - wanted).max() for got, wanted in pairs)


def jacobian(step):
    """Sums' derivatives times the state matrices, and the direct part on the diagonal, are the cell's Jacobian."""
    by_sum, by_state = step.derivatives()
    assembled = np.einsum("kji,il->kijl", by_state, np.eye(UNITS))
    matrices = step.structure.state_matrices()
    if matrices is not None:
        assembled[:, :, 0, :] += np.einsum("kgi,gli->kil", by_sum, matrices)
    return np.abs(assembled - step.jacobian()).max()


def columns(step):
    """Column c of every weight acts on unit c mod H alone."""
    foreign = 0.0
    for influence in step.influence():
        flat = influence.reshape(len(step.states), UNITS, -1, influence.shape[-1] // UNITS, UNITS)
        foreign = max(foreign, np.abs(flat * ~np.eye(UNITS, dtype=bool)[:, None, None, :]).max())
    return foreign


def matrix(step):
    """Where it is told: (x, s_0, 1) times it are the sums, and by it alone do weights act on the new state."""
    told = step.structure.weight_matrix()
    if told is None:
        return 0.0
    weighed = np.concatenate([step.x[0], step.states[0][0], [1.0]])
    sums = np.concatenate([u[0] for u in step.structure.preactivations(step.x, step.states)])
    (by_sum, _), places = step.derivatives(), np.eye(UNITS)
    with tf.GradientTape(persistent=True) as tape:
        entries = step.structure.weight_matrix()
    through = [_jacobian(tape, entries, w.value) for w in step.cell.trainable_variables]  # (F, G H, *w)
    of_entries = np.einsum("kgi,ih,f->kifgh", by_sum, places, weighed).reshape(len(by_sum), UNITS, *told.shape)
    found = [np.tensordot(of_entries, each, axes=2) for each in through]
    apart = [np.abs(got - wanted).max() for got, wanted in zip(found, step.influence(), strict=True)]
    return max(np.abs(weighed @ told.numpy() - sums).max(), *apart)


CHECKS = [steps, jacobian, columns, matrix]
every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)


@every_check
@pytest.mark.parametrize("name", [*KERAS, *HOST.shelf("cells")])
def test_every_structure_keeps_the_law(name, check):
    """Every check on every cell that has a structure, to the rounding of float64."""
    cell = KERAS[name] if name in KERAS else HOST.load("cells", name)
    made = cell(UNITS, dtype="float64")
    if structure(made) is not None:
        assert check(Step(made)) < 1e-12


def test_there_are_structures_to_check():
    """The built-in cells and Keras's three tell theirs, and all but two of them the matrix of their sums."""
    builtin = Host.start(environ={"SEQTASKS_BLOCK": "*"})
    cells = KERAS | {name: builtin.load("cells", name) for name in builtin.shelf("cells")}
    assert all(structure(cell(UNITS)) is not None for cell in cells.values())
    silent = {
        name for name, cell in cells.items() if Step(cell(UNITS, dtype="float64")).structure.weight_matrix() is None
    }
    assert silent == {"indrnn", "lru"}


class Wrong(AbstractStructuredCell):
    """An Elman network that breaks one promise."""

    def __init__(self, how):
        super().__init__(dtype="float64")
        self.how, self.units = how, UNITS

    def build(self, shape):
        self.kernel = self.add_weight(shape=(INPUTS, UNITS))
        self.recurrent_kernel = self.add_weight(shape=(UNITS, UNITS))
        self.bias = self.add_weight(shape=(UNITS,))
        if self.how == "matrix":
            self.scale = self.add_weight(shape=(UNITS,))

    def preactivations(self, inputs, states):
        from_input = ops.matmul(inputs, self.kernel)
        from_input = ops.roll(from_input, 1, axis=-1) if self.how == "columns" else from_input
        return [from_input + ops.matmul(states[0], self.recurrent_kernel) + self.bias]

    def update(self, preactivations, states):
        h = ops.tanh(preactivations[0])
        return [self.scale * h if self.how == "matrix" else h]

    def call(self, inputs, states, training=False):
        y, states = super().call(inputs, states)
        return (y / 2 if self.how == "steps" else y), states

    def state_matrices(self):
        matrix = ops.transpose(self.recurrent_kernel) if self.how == "jacobian" else self.recurrent_kernel
        return ops.expand_dims(matrix, 0)

    def weight_matrix(self):
        kernel = ops.roll(self.kernel, 1, axis=-1) if self.how == "columns" else self.kernel
        return ops.concatenate([kernel, self.recurrent_kernel, self.bias[None]], axis=0)

    def get_initial_state(self, batch_size=None):
        return [ops.zeros((batch_size, UNITS), dtype=self.compute_dtype)]


@every_check
def test_each_check_finds_the_structure_that_breaks_it(check):
    """A wrong structure for each check, which the same structure does pass when nothing is wrong with it."""
    assert check(Step(Wrong(check.__name__))) > 1e-3
    assert check(Step(Wrong("nothing"))) < 1e-12
