"""The recurrent initializer of gated layers."""

import random
import subprocess
import sys

import keras
import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.keras.initializers import GateOrthogonal
from seqtasks.models.gru import GRU
from seqtasks.models.lstm import LSTM
from seqtasks.models.simple_rnn import SimpleRNN

pytestmark = pytest.mark.tensorflow

SHAPES = Shapes(inputs=3, outputs=2)


def orthogonality(matrix):
    """The greatest distance of Q'Q from the identity."""
    return np.abs(matrix.T @ matrix - np.eye(matrix.shape[1])).max()


@pytest.mark.parametrize(("model", "gates"), [(GRU(units=7), 3), (LSTM(units=7), 4), (GRU(units=1), 3)])
def test_each_gate_starts_orthogonal_by_default(model, gates):
    """Q'Q = I for each gate's square block, in every layer's own draw, and no two blocks are alike."""
    weights = type(model)(units=model.units, layers=2).build(SHAPES, seed=0).weights()
    blocks = [block for kernel in (weights[1], weights[4]) for block in np.split(kernel, gates, axis=1)]
    assert max(map(orthogonality, blocks)) < 1e-5
    if model.units > 1:
        assert len({block.tobytes() for block in blocks}) == 2 * gates


def test_keras_s_own_is_there_by_name():
    """``orthogonal`` is orthogonal as a whole: its rows are orthonormal, and a gate's share is shorter."""
    host = Host.start(environ={})
    model = host.make("models", host.spec("models", "gru:units=50,recurrent_initializer=orthogonal"))
    kernel = model.build(SHAPES, seed=0).weights()[1]
    assert orthogonality(kernel.T) < 1e-5
    shares = [np.linalg.norm(gate) / np.sqrt(50) for gate in np.split(kernel, 3, axis=1)]
    np.testing.assert_allclose(shares, 3**-0.5, rtol=0.05)


def test_all_other_weights_are_drawn_as_with_keras_s_own():
    """The seed of each weight is its own: the kernel and the readout do not move with the recurrent kernel's law."""
    ours, theirs = (
        GRU(units=4, recurrent_initializer=name).build(SHAPES, seed=3).weights()
        for name in ("gate-orthogonal", "orthogonal")
    )
    assert [np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True)] == [True, False, True, True, True]


def test_a_simple_rnn_has_one_block():
    """Both laws give one orthogonal matrix."""
    kernel = SimpleRNN(units=5, recurrent_initializer="gate-orthogonal").build(SHAPES, seed=0).weights()[1]
    assert orthogonality(kernel) < 1e-5


def test_rotations_are_uniform():
    """The mean of Q is 0, and its diagonal has both signs, which QR alone would not give."""
    blocks = np.array([GateOrthogonal(seed=seed)((2, 6)) for seed in range(300)]).reshape(300, 2, 3, 2)
    assert np.abs(blocks.mean(axis=0)).max() < 4 * np.sqrt(1 / 2 / 300)


def test_seeds_gain_and_precision():
    """The same seed draws the same; without one it follows Python's ``random``; the gain is each row's length."""
    first, again, other = (np.array(GateOrthogonal(seed=seed)((3, 9))) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    np.testing.assert_allclose(GateOrthogonal(gain=2.0, seed=1)((3, 9)), 2 * first, rtol=1e-6)
    random.seed(5)
    drawn = GateOrthogonal()
    random.seed(5)
    assert GateOrthogonal().get_config() == drawn.get_config()
    double = np.array(GateOrthogonal(seed=0)((6, 24), dtype="float64"))
    assert double.dtype == np.float64
    assert max(map(orthogonality, np.split(double, 4, axis=1))) < 1e-13


@pytest.mark.parametrize("shape", [(3, 7), (4,), (2, 2, 2), (6, 3)])
def test_other_shapes_are_refused(shape):
    """It draws square blocks side by side only."""
    with pytest.raises(UsageError, match="gate-orthogonal draws square blocks") as caught:
        GateOrthogonal(seed=0)(shape)
    assert str(shape) in caught.value.message
    assert "use orthogonal" in caught.value.hint


def test_an_input_kernel_it_cannot_draw_is_refused_by_name():
    """3 inputs and 3 x 4 columns are four blocks of 3; 3 inputs and 3 x 5 columns are five; 2 and 3 x 5 are none."""
    with pytest.raises(UsageError, match=r"a weight has the shape \(2, 15\)"):
        GRU(units=5, kernel_initializer="gate-orthogonal").build(Shapes(inputs=2, outputs=1), seed=0)


WRITE = """
from seqtasks.core.task import Shapes
from seqtasks.models.gru import GRU
network = GRU(units=4).build(Shapes(inputs=3, outputs=2), seed=0)
network.keras_model().save(path)
"""
READ = """
import keras
import seqtasks.keras.initializers
model = keras.models.load_model(path)
print(type(model.layers[1].recurrent_initializer).__name__)
"""
OUTPUTS = "import numpy as np; x = np.linspace(-1, 1, 30, dtype=np.float32).reshape(2, 5, 3)\n"


def run(code, path):
    """What a program of its own prints."""
    done = subprocess.run(
        [sys.executable, "-c", f"path = {path!r}\n{code}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_saved_keras_model_is_read_in_another_process(tmp_path):
    """The class is registered with Keras under the package's name: a program that imports it can load the model."""
    path = str(tmp_path / "model.keras")
    written = run(f"{WRITE}{OUTPUTS}print(network(x).round(4).tolist())", path)
    read = run(f"{READ}{OUTPUTS}print(model(x).numpy().round(4).tolist())", path)
    assert read == "GateOrthogonal\n" + written


def test_its_configuration_makes_it_again():
    """Gain and seed stay the same."""
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(GateOrthogonal(2.0, 7)))
    np.testing.assert_array_equal(again((2, 4)), GateOrthogonal(2.0, 7)((2, 4)))
