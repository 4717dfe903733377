"""``seqtasks predict --learn``, and the same from Python."""

import io
import shutil
import warnings

import pandas as pd
import pytest

from seqtasks import predict, run
from seqtasks.catalogue.host import Host
from seqtasks.files import store
from tests.support.hourly import HOURS, TRAINED, frame

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The file of a network of two units, next to the file of its rows."""
    path = tmp_path_factory.mktemp("learning") / "a.net"
    frame().to_csv(path.with_suffix(".csv"))
    task = f"table:path={path.with_suffix('.csv')},target=y,reference=mean,inputs=z"
    with warnings.catch_warnings(action="ignore"):  # of chance, and of the choice of inputs
        run(task, model="gru:units=2", trainer="batch", epochs=1, progress=False, save=str(path))
    return path


def test_the_command_saves_what_python_returns(seqtasks, trained, tmp_path):
    """The same forecasts, and files that go on alike: one in its own place, one in another."""
    own, other = tmp_path / "own.net", tmp_path / "other.net"
    shutil.copy(trained, own)
    done = seqtasks("predict", str(own), str(trained.with_suffix(".csv")), "--learn")
    assert done.code == 0
    assert done.err.startswith(
        f"Predicted 24 rows before learning, and saved the network in {own}. Of the 23 rows since "
    )
    rows = frame().reset_index()
    found = predict(trained, rows, learn=True, save=str(other))
    printed = pd.read_csv(io.StringIO(done.out), parse_dates=["time"])
    pd.testing.assert_frame_equal(printed, found, check_exact=False, rtol=1e-6, check_dtype=False)
    assert found["time"].tolist() == [*(HOURS[TRAINED:] + pd.Timedelta("1h"))]
    assert store.load(trained, Host.start()).learning is None
    hour = pd.Timedelta("1h")
    later = rows.tail(3).assign(time=[HOURS[-1] + n * hour for n in (1, 2, 3)])
    after = [predict(one, later, learn=True, last=True) for one in (own, other)]
    pd.testing.assert_frame_equal(*after)
    assert after[0]["time"].tolist() == [HOURS[-1] + 4 * hour]


@pytest.mark.parametrize(
    ("words", "rows", "message"),
    [
        (["--save", "x.net"], "", "Nothing is saved in x.net, because a network that does not learn does not change."),
        (["--learn"], "time,z\n2024-01-05,1\n", "has no column y, which the network was trained on."),
        (["--learn"], "time,y,z\n2024-01-05,oops,1\n", 'column y, row 1 is "oops", not a finite number.'),
        (["--learn"], "time,y,z\n2024-01-05,1,1\n2024-01-05,1,1\n", "row 2 is 2024-01-05, the time of the row before."),
        (["--learn"], "time,y,z\n2024-01-05,1,1\n2024-01-06,1,x\n", 'column z, row 2 is "x", not a finite number.'),
    ],
)
def test_nothing_is_saved_where_a_row_is_wrong(seqtasks, trained, tmp_path, words, rows, message):
    """The network's file stays as it is, to the byte."""
    before = trained.read_bytes()
    (tmp_path / "new.csv").write_text(rows)
    done = seqtasks("predict", str(trained), str(tmp_path / "new.csv"), *words)
    assert done.code in (1, 2)
    assert message in done.err
    assert trained.read_bytes() == before
