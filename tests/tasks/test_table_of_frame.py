"""A frame in memory is the same task as the file that it was written to."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest

import seqtasks
from seqtasks.errors import SeqtasksError, UsageError
from seqtasks.tasks.table import Table

FRAME = pd.DataFrame(
    {
        "load": np.sin(np.arange(50)) + np.arange(50) / 10,
        "wind": np.cos(np.arange(50)),
        "sky": ["dry", "wet"] * 25,
    },
    index=pd.date_range("2020-01-01", periods=50, freq="h", name="time"),
)
SETTINGS = {"ahead": 2, "calendar": ["hour"], "inputs": ["load", "sky"]}


def assert_same(one, other):
    for a, b in ((one.test(0), other.test(0)), (one.sample(1, 3, 5), other.sample(1, 3, 5))):
        for part in ("inputs", "targets", "weights", "starts"):
            np.testing.assert_array_equal(getattr(a, part), getattr(b, part))
    recipes = [replace(task.encoding.recipe, usual=".") for task in (one, other)]
    assert recipes[0] == recipes[1]
    assert replace(one.encoding, recipe=None) == replace(other.encoding, recipe=None)
    assert one.yardsticks() == other.yardsticks()


@pytest.mark.parametrize(
    "data",
    [
        FRAME,
        FRAME.reset_index(),
        pl.from_pandas(FRAME.reset_index()),
        {name: column.to_numpy() for name, column in FRAME.reset_index().items()},
    ],
    ids=["index", "column", "polars", "mapping"],
)
def test_a_frame_is_the_task_of_its_file(tmp_path, data):
    """Of pandas or polars, or a mapping of arrays."""
    FRAME.to_parquet(tmp_path / "f.parquet")
    assert_same(seqtasks.table(data, "load", **SETTINGS), seqtasks.table(tmp_path / "f.parquet", "load", **SETTINGS))


def test_a_series_is_a_table_of_one_column():
    """Named by its name."""
    task = seqtasks.table(FRAME["load"], target="load", reference="mean")
    assert task.encoding.columns == ("load",)
    assert task.encoding.recipe.time == "time"


def test_a_task_of_a_frame_pickles_and_is_known_by_its_contents():
    """Its name in records has the shape and a digest."""
    task = seqtasks.table(FRAME, "load")
    assert_same(task, pickle.loads(pickle.dumps(task)))
    assert task.path.startswith("frame-50x3-")
    assert task == seqtasks.table(FRAME.copy(), "load")
    assert task != seqtasks.table(FRAME.assign(wind=0), "load")


def test_what_is_no_frame_or_setting_is_refused():
    """Each in a sentence."""
    with pytest.raises(UsageError, match=r"(?m)^A table cannot be made of int\.$"):
        seqtasks.table(3, "load")
    with pytest.raises(UsageError, match=r"(?m)^table has no setting aheda\.$") as caught:
        seqtasks.table(FRAME, "load", aheda=3)
    assert caught.value.hint == "Did you mean ahead? seqtasks show table lists them."
    with pytest.raises(SeqtasksError, match="has no column lod"):
        _ = seqtasks.table(FRAME, "lod").shapes


def test_a_file_with_decimal_commas_is_the_same_task(tmp_path):
    """Compressed, with semicolons, as spreadsheets of half of the world write them."""
    FRAME.round(3).to_csv(tmp_path / "f.csv.gz", sep=";", decimal=",")
    assert_same(Table(str(tmp_path / "f.csv.gz"), "load"), Table.of(FRAME.round(3), "load"))
