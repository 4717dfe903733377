"""The settings of the models whose layers are Keras's own."""

import keras
import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.core.task import Shapes
from seqtasks.models.gru import GRU
from seqtasks.models.lstm import LSTM
from seqtasks.models.of_cell import OfCell
from seqtasks.models.simple_rnn import SimpleRNN
from seqtasks.models.standard import Standard

pytestmark = pytest.mark.tensorflow

SHARED = ["units", "layers", "readout", "dropout", "kernel_initializer", "recurrent_initializer", "bias_initializer"]
SHARED += ["readout_initializer"]


@pytest.mark.parametrize(("name", "own"), [("gru", ["chrono"]), ("lstm", ["chrono"]), ("simple-rnn", [])])
def test_units_come_first_and_what_a_model_adds_last(name, own):
    """The order in which specs are recorded and printed."""
    host = Host.start(environ={})
    assert [p.name for p in host.signature("models", name).parameters] == SHARED + own
    spec = f"{name}:units=3,layers=2,readout=none,dropout=0.5,bias_initializer=ones"
    assert str(host.spec("models", spec)) == spec


def test_a_cell_s_model_has_none_of_them():
    """Units and initializers of the layer are settings of the cell."""
    assert list(Standard.__dataclass_fields__) == [
        "cell",
        "settings",
        "layers",
        "readout",
        "dropout",
        "readout_initializer",
    ]


@pytest.mark.parametrize(
    ("model", "layer"),
    [
        (GRU(units=3), keras.layers.GRU),
        (LSTM(units=3), keras.layers.LSTM),
        (SimpleRNN(units=3), keras.layers.SimpleRNN),
    ],
    ids=["gru", "lstm", "simple-rnn"],
)
def test_every_shared_setting_reaches_the_layer(model, layer):
    """Units, precision, and each initializer at its own weights."""
    changed = type(model)(
        units=model.units, kernel_initializer="ones", recurrent_initializer="zeros", bias_initializer="he-normal"
    )
    new = changed.layer("float64")
    assert type(new) is layer
    assert (new.units, new.cell.compute_dtype, new.return_sequences) == (3, "float64", True)
    initializers = (new.kernel_initializer, new.recurrent_initializer, new.bias_initializer)
    assert [type(i).__name__ for i in initializers] == ["Ones", "Zeros", "HeNormal"]


def test_the_readout_starts_by_its_own_initializer():
    """Of every kind of model; where the layer is Keras's, its own weights are those of any other readout."""
    host = Host.start(environ={})
    for name in ("gru", "lstm", "simple-rnn", "leaky-rnn"):
        model = host.make("models", host.spec("models", f"{name}:units=3,readout_initializer=ones"))
        usual = host.make("models", host.spec("models", f"{name}:units=3"))
        ours, theirs = (each.build(Shapes(inputs=2, outputs=2), seed=0).weights() for each in (model, usual))
        np.testing.assert_array_equal(ours[-2], np.ones((3, 2)))
        assert np.array_equal(ours[1], theirs[1]) == (name != "leaky-rnn")  # a cell draws seeds when it is built
        assert not np.array_equal(ours[-2], theirs[-2])
    cell = OfCell(keras.layers.GRUCell(3), readout_initializer="ones")
    np.testing.assert_array_equal(cell.build(Shapes(inputs=2, outputs=1), seed=0).weights()[-2], np.ones((3, 1)))
