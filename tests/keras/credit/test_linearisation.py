"""One step's derivatives from a cell's structure, against those of the whole step."""

import numpy as np
import pytest
import tensorflow as tf
from support.frozen import drawn

from seqtasks.keras.credit.linearisation import dense, jacobian, local, unit_blocks

pytestmark = pytest.mark.tensorflow

CELLS = ["gru", "lstm", "simple-rnn", "leaky-rnn", "indrnn", "lru", "mingru"]
UNITS = 3


def derivatives(name, lanes):
    """A layer's own and the whole step's, at a random state."""
    network, random = drawn(f"{name}:units={UNITS}"), np.random.default_rng(1)
    arch, weights = network.architecture, [tf.constant(array) for array in network.arrays]
    (part,) = arch.layers
    x = tf.constant(random.normal(size=(lanes, 2)))
    state = [tf.constant(random.normal(size=array.shape)) for array in arch.initial_state(weights, lanes)]
    here = local(arch, part, weights, x, state)
    with arch.reading(weights):
        structured = here, jacobian(part.declared, here).numpy(), unit_blocks(part.declared, here)
    change, immediate = dense(arch, lambda x, s: arch.step(weights, x, s)[1], arch.trained(weights, part), x, state)
    return structured, change.numpy(), [each.numpy() for each in immediate]


@pytest.mark.parametrize(("name", "lanes"), [*((name, 1) for name in CELLS), ("lstm", 2)])
def test_the_structure_gives_the_derivatives_of_the_step(name, lanes):
    """The Jacobian, each unit's block of it, and each weight's influence on the one unit that its column acts on."""
    (here, jacobian, blocks), change, immediate = derivatives(name, lanes)
    np.testing.assert_allclose(jacobian, change, rtol=0, atol=1e-12)
    arrays = len(blocks)
    split = change.reshape(lanes, arrays, UNITS, arrays, UNITS)
    for k, j in np.ndindex(arrays, arrays):
        np.testing.assert_allclose(blocks[k][j], np.einsum("bii->bi", split[:, k, :, j]), rtol=0, atol=1e-12)
    for place, whole in enumerate(immediate):
        by_unit = whole.reshape(lanes, arrays, UNITS, -1, UNITS)
        for k in range(arrays):
            own = np.reshape(here.immediate[k][place], (lanes, -1, UNITS))
            np.testing.assert_allclose(own, np.einsum("bici->bci", by_unit[:, k]), rtol=0, atol=1e-12)
            assert np.abs(own).max() > 1e-3 or not by_unit[:, k].any()
