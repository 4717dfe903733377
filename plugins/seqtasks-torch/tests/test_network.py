"""Networks of PyTorch modules, against NumPy."""

import numpy as np
import pytest
import torch
from seqtasks_torch.gru import TorchGRU
from seqtasks_torch.lstm import TorchLSTM
from support.oracle import Oracle

from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError

SHAPES = Shapes(inputs=2, outputs=3)
CELLS = {"gru": TorchGRU, "lstm": TorchLSTM}
LANES, STEPS = 4, 25


def shaken(model, shapes=SHAPES, dtype="float32"):
    """A network whose weights, biases too, are drawn at random."""
    network = model.build(shapes, seed=0, dtype=dtype)
    rng = np.random.default_rng(1)
    network.load([rng.normal(0, 0.6, w.shape) for w in network.weights()])
    return network


def inputs(steps=STEPS):
    """(B, T, I)."""
    return np.random.default_rng(2).normal(size=(LANES, steps, SHAPES.inputs)).astype(np.float32)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_outputs_and_state_are_the_equations(cell, layers):
    """With episodes that start here and there, in double precision: outputs and the state after the last step."""
    network = shaken(CELLS[cell](units=3, layers=layers), dtype="float64")
    starts = np.random.default_rng(3).random((LANES, STEPS)) < 0.1
    found, state = network.run(inputs(), starts, network.initial_state(LANES))
    wanted, states = Oracle(cell, layers).run(network.weights(), inputs(), starts)
    assert found == pytest.approx(wanted, abs=1e-12)
    assert np.stack(state) == pytest.approx(np.stack([array for layer in states for array in layer]), abs=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_one_step_at_a_time_is_the_whole_sequence(cell):
    """Steps of the step view, the state carried, give what one call for all of them gives."""
    network = shaken(CELLS[cell](units=5, layers=2))
    state, stepped = network.initial_state(LANES), []
    for t in range(STEPS):
        y, state = network.step(inputs()[:, t], state)
        stepped.append(y)
    assert np.stack(stepped, axis=1) == pytest.approx(network(inputs()), abs=1e-6)


def test_no_steps_leave_the_state_as_it_is():
    """A run of no steps has no outputs."""
    network = shaken(TorchGRU(units=3))
    state = (np.random.default_rng(0).normal(size=(LANES, 3)).astype(np.float32),)
    outputs, after = network.run(inputs(0), np.zeros((LANES, 0), bool), state)
    assert outputs.shape == (LANES, 0, 3)
    assert (after[0] == state[0]).all()


def test_symbols_are_one_hot():
    """A network returns for symbols what one of as many inputs returns for their one-hot codes."""
    symbols = np.random.default_rng(0).integers(0, 2, (LANES, STEPS, 1))
    coded = shaken(TorchGRU(units=3), Shapes(2, 3, "class", symbols=True))
    plain = shaken(TorchGRU(units=3), Shapes(2, 3, "class"))
    assert (coded(symbols) == plain(np.eye(2, dtype=np.float32)[symbols[..., 0]])).all()


def test_without_a_readout_the_top_state_is_the_output():
    """The readout's weights make of it what they make inside a network."""
    shapes = Shapes(inputs=2, outputs=1)
    dense, bare = shaken(TorchGRU(units=4), shapes), TorchGRU(units=4, readout="none").build(shapes, seed=0)
    *recurrent, kernel, bias = dense.weights()
    bare.load(recurrent)
    assert bare(inputs()) @ kernel + bias == pytest.approx(dense(inputs()), abs=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_initial_weights(cell):
    """Kernels within Glorot's bounds, recurrent kernels orthogonal, biases 0, of an LSTM's forget gate 1."""
    kernel, recurrent, bias, readout, offset = CELLS[cell](units=40).build(SHAPES, seed=7).weights()
    for weights in (kernel, readout):
        limit = np.sqrt(6 / sum(weights.shape))
        assert 0.9 * limit < np.abs(weights).max() <= limit
    assert recurrent @ recurrent.T == pytest.approx(np.eye(40), abs=1e-6)
    assert bias.ravel().tolist() == ([0.0] * 240 if cell == "gru" else [0.0] * 40 + [1.0] * 40 + [0.0] * 80)
    assert (offset == 0).all()


def test_weights_follow_from_the_seed_alone():
    """The same twice, others of another seed; torch's random state is neither read nor changed."""
    weights = []
    for seed, state in ((0, 1), (0, 2), (1, 2)):
        torch.manual_seed(state)
        before = torch.random.get_rng_state()
        weights.append(TorchLSTM().build(SHAPES, seed).weights())
        assert torch.equal(torch.random.get_rng_state(), before)
    one, same, other = weights
    assert all((a == b).all() for a, b in zip(one, same, strict=True))
    assert not (one[0] == other[0]).any()


@pytest.mark.parametrize(("cell", "count"), [("gru", 3 * 4 * (2 + 4 + 2) + 15), ("lstm", 4 * 4 * (2 + 4 + 1) + 15)])
def test_parameters(cell, count):
    """As the equations have them: PyTorch's second bias of an LSTM is none."""
    assert CELLS[cell](units=4).build(SHAPES, seed=0).parameters == count


def test_weights_are_copies():
    """Writing into what weights() gave changes nothing."""
    network = shaken(TorchLSTM(units=3, layers=2))
    before = network(inputs())
    for array in network.weights():
        array[...] = 0
    assert (network(inputs()) == before).all()


def test_weights_of_other_shapes_are_refused():
    """The sentence has both."""
    network = TorchGRU(units=1).build(Shapes(1, 1), seed=0)
    with pytest.raises(ValueError, match=r"The weights have shapes \[\(2, 3\)\]; this network has \[\(1, 3\), "):
        network.load([np.zeros((2, 3))])


def test_inputs_of_another_width_are_refused():
    """The sentence has both."""
    network = TorchGRU(units=1).build(Shapes(1, 1), seed=0)
    with pytest.raises(ValueError, match=r"The inputs have shape \(4, 25, 2\); this network takes \(4, 25, 1\)\."):
        network(inputs())


@pytest.mark.parametrize(
    ("shapes", "why"),
    [
        (Shapes(1, 1, "binary"), "makes the state the prediction, but a task of kind binary needs logits"),
        (Shapes(1, 2), "makes the state the only output, but the task has 2 outputs"),
    ],
)
def test_tasks_that_need_a_readout_say_so(shapes, why):
    """The state is one number's prediction, and no logit."""
    with pytest.raises(UsageError) as caught:
        TorchGRU(readout="none").build(shapes, seed=0)
    assert caught.value.message == f"readout=none {why}."
    assert caught.value.hint == "Use readout=dense."


def test_a_network_beyond_memory_is_refused():
    """With the arithmetic, before it is made."""
    with pytest.raises(UsageError, match=r"This network has 3,000,010,000,001 weights: .* x 4 bytes x 5 .* GiB"):
        TorchGRU(units=1_000_000).build(Shapes(1, 1), seed=0)
