"""Predictions for whole sequences of an NPZ file, in the order of the file."""

import re
from pathlib import Path

import numpy as np
import pytest

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.errors import DataError
from seqtasks.files import store
from seqtasks.files.sequence_prediction import as_table, predicted, sequences_of

PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(3, 2, size=(300, 5, 2))


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    """``net(y)`` is the file of an untrained network for these targets of ``X``."""

    def make(y):
        path = str(tmp_path_factory.mktemp("net") / "a.net")
        task = seqtasks.sequences((X, y))
        seqtasks.run(task, model="elman", trainer="still", steps=20, progress=False, save=path, plugins=[PLUGIN])
        return store.load(path, Host.start([PLUGIN]))

    return make


def test_a_prediction_for_each_sequence(net):
    """More sequences than a batch: the output at the last step of each, in the target's own unit."""
    stored = net(X.sum(axis=(1, 2)))
    lengths = RANDOM.integers(1, 6, len(X))
    (output,) = stored.encoding.outputs
    pieces = [*predicted(stored, sequences_of([x[:length] for x, length in zip(X, lengths, strict=True)]))]
    tables = [as_table(stored, one) for one in pieces]
    table = {name: np.concatenate([one[name] for one in tables]) for name in ("sequence", "y")}
    for place in (0, 255, 256, 299):
        scaled = (X[place, : lengths[place]] - stored.encoding.means) / np.array(stored.encoding.scales)
        wanted = stored.network(scaled[None].astype(np.float32))[0, -1, 0] * output.scale + output.mean
        assert table["y"][place] == pytest.approx(wanted, rel=1e-5)
    assert table["sequence"].tolist() == [*range(1, 301)]


def test_probabilities_for_each_step(net):
    """A line for each step that is not padding, with a label and the probability of each."""
    stored = net(np.where(X[..., 0] > 3, "up", "down"))
    (piece,) = predicted(stored, sequences_of([X[0], X[1, :2]]))
    table = as_table(stored, piece)
    assert table["sequence"] == [1, 1, 1, 1, 1, 2, 2]
    assert table["step"] == [1, 2, 3, 4, 5, 1, 2]
    assert [*table] == ["sequence", "step", "y", "p(down)", "p(up)"]
    scaled = ((X[1, :2] - stored.encoding.means) / np.array(stored.encoding.scales)).astype(np.float32)
    wanted = 1 / (1 + np.exp(-stored.network(scaled[None])[0, :, 0].astype(float)))
    assert table["p(up)"][5:] == pytest.approx(wanted)
    assert table["y"][5:] == ["up" if p > 0.5 else "down" for p in wanted]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"y": np.ones(3)}, "has no array X."),
        ({"X": X, "X_test": X}, "has an array X_test."),
        ({"X": np.ones((3, 4, 1))}, "The sequences have 1 features, and the network was trained on 2."),
        ({"X": np.full((3, 4, 2), np.nan)}, "X is nan in sequence 1, step 1, feature 1."),
        ({"X": np.full((3, 4, 2), 1e300)}, "X is too large in sequence 1, step 1, feature 1."),
        ({"X": X, "lengths": np.full(300, 9)}, "the length of sequence 1 is 9."),
    ],
)
def test_files_that_do_not_fit(net, tmp_path, arrays, message):
    """One sentence, with the array or the place."""
    path = str(tmp_path / "new.npz")
    np.savez(path, **arrays)
    with pytest.raises(DataError, match=re.escape(message)):
        [*predicted(net(X.sum(axis=(1, 2))), sequences_of(path))]
