"""The settings of the models whose layers are Keras's own."""

import keras
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.models.gru import GRU
from seqtasks.models.lstm import LSTM
from seqtasks.models.simple_rnn import SimpleRNN
from seqtasks.models.standard import Standard

pytestmark = pytest.mark.tensorflow

SHARED = ["units", "layers", "readout", "dropout", "kernel_initializer", "recurrent_initializer", "bias_initializer"]


@pytest.mark.parametrize(("name", "own"), [("gru", ["chrono"]), ("lstm", ["chrono"]), ("simple-rnn", [])])
def test_units_come_first_and_what_a_model_adds_last(name, own):
    """The order in which specs are recorded and printed."""
    host = Host.start(environ={})
    assert [p.name for p in host.signature("models", name).parameters] == SHARED + own
    spec = f"{name}:units=3,layers=2,readout=none,dropout=0.5,bias_initializer=ones"
    assert str(host.spec("models", spec)) == spec


def test_a_cell_s_model_has_none_of_them():
    """Units and initializers are settings of the cell."""
    assert list(Standard.__dataclass_fields__) == ["cell", "settings", "layers", "readout", "dropout"]


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
    made = changed.layer("float64")
    assert type(made) is layer
    assert (made.units, made.cell.compute_dtype, made.return_sequences) == (3, "float64", True)
    initializers = (made.kernel_initializer, made.recurrent_initializer, made.bias_initializer)
    assert [type(i).__name__ for i in initializers] == ["Ones", "Zeros", "HeNormal"]
