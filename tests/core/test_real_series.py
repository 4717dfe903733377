"""The real series that come with seqtasks."""

import pandas as pd
import pytest

from seqtasks.core.real_series import REAL_SERIES, located
from seqtasks.errors import UsageError
from seqtasks.running.data_file import data_digest
from seqtasks.tasks.table import Table


@pytest.mark.parametrize(
    ("name", "rows", "first", "last", "missing"),
    [
        ("co2", 2284, 316.1, 371.5, 59),
        ("elnino", 732, 23.11, 22.07, 0),
        ("nile", 100, 1120, 740, 0),
        ("sunspots", 309, 5, 2.9, 0),
    ],
)
def test_series_are_as_published(name, rows, first, last, missing):
    """Their length, their ends, and their gaps; times are in order and without a repetition."""
    frame = pd.read_csv(located(f"seqtasks:{name}"))
    values = frame.iloc[:, 1]
    assert (len(frame), values.iloc[0], values.iloc[-1], values.isna().sum()) == (rows, first, last, missing)
    assert frame.iloc[:, 0].is_monotonic_increasing
    assert frame.iloc[:, 0].is_unique
    assert name in REAL_SERIES


def test_a_table_reads_a_series_by_its_name():
    """And its content is part of the key, as for a file of the user."""
    task = Table("seqtasks:nile", ("flow",), inputs=("flow",))
    assert task.yardsticks().baselines.keys() == {"mean", "persistence"}  # it has no period
    assert len(data_digest({"path": "seqtasks:nile"})) == 64


def test_an_unknown_series():
    """The hint names all; a digest leaves the error to the task."""
    with pytest.raises(UsageError, match="no series named 'nil'") as caught:
        located("seqtasks:nil")
    assert all(name in caught.value.hint for name in REAL_SERIES)
    assert data_digest({"path": "seqtasks:nil"}) == ""
