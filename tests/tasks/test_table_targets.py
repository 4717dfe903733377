"""Several targets of one table, each with its own reference, mean and scale."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.errors import DataError, UsageError
from seqtasks.tasks.table import Table

ROWS = 120
RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "time": pd.date_range("2024-01-01", periods=ROWS, freq="h"),
        "load": 1e6 * (5 + np.tile(RNG.normal(size=8), 15) + RNG.normal(0, 0.1, ROWS)),
        "wind": np.cumsum(RNG.normal(size=ROWS)),
        "noise": RNG.normal(3, 0.5, ROWS),
        "other": RNG.normal(size=ROWS),
    }
)
TARGETS = ("load", "wind", "noise")


def task(target=TARGETS, frame=FRAME, **wishes):
    return Table.of(frame, target, **wishes)


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from(TARGETS), min_size=2, max_size=3, unique=True),
    st.sampled_from(["0", "1", "3", "1-2", "2-4"]),
    st.sampled_from(["auto", "mean", "last", "seasonal"]),
)
def test_each_target_is_what_it_is_alone(names, ahead, reference):
    """Its targets, outputs, period and baselines; the inputs hold the changes of each."""
    wishes = {"ahead": ahead, "reference": reference}
    joint, alone = task(names, **wishes), [task(name, **wishes) for name in names]
    for chunk, each in (
        (joint.test(0), [one.test(0) for one in alone]),
        (joint.sample(1, 9, 8), [one.sample(1, 9, 8) for one in alone]),
    ):
        np.testing.assert_array_equal(chunk.targets, np.concatenate([one.targets for one in each], axis=2))
        assert all((chunk.weights == one.weights).all() for one in each)
    assert joint.encoding.outputs == tuple(output for one in alone for output in one.encoding.outputs)
    assert joint.encoding.targets == tuple(names)
    expected = [one.yardsticks().baselines for one in alone]
    every = {name for one in expected for name in one}
    means = {name: np.mean([one.get(name, one.get("persistence")) for one in expected]) for name in every}
    best = np.mean([min(one.values()) for one in expected])
    if best < min(means.values()):
        means["the best of each target"] = best
    assert joint.yardsticks().baselines == pytest.approx(means)
    assert joint.yardsticks().chance == pytest.approx(best)
    assert joint.shapes.outputs == sum(one.shapes.outputs for one in alone)


def test_the_changes_of_every_target_are_inputs():
    """Those of each over a row and over its own period."""
    encoding = task(ahead=1).encoding
    seen = [*zip(encoding.columns, encoding.lags, strict=True)]
    assert [lag for name, lag in seen if name == "load"] == [0, 1, 8]
    assert 1 in [lag for name, lag in seen if name == "wind"]
    assert [one.reference for one in encoding.outputs] == [7, 0, None]


def test_one_name_is_a_list_of_one():
    """However it is written."""
    assert task("load").encoding == task(["load"]).encoding == task(("load",)).encoding
    assert task("load") == task(["load"])


def test_a_step_counts_if_all_targets_are_known():
    """A value that is missing in one of them is filled, and its step does not count."""
    frame = FRAME.copy()
    frame.loc[[60, 110], "wind"] = np.nan
    frame.loc[112, "load"] = np.nan
    counted = task(["load", "wind"], frame, missing="forward").test(0).weights[0]
    assert np.flatnonzero(counted).tolist() == [row - 1 for row in range(96, 120) if row not in (110, 112)]


def test_groups_have_a_unit_for_each_target():
    """The scales of a group are those of the table that has it alone, drawn to the usual size."""
    frame = pd.concat(
        [FRAME.assign(site="A"), FRAME.assign(site="B", load=FRAME.load / 1e3, wind=FRAME.wind * 1e4)],
        ignore_index=True,
    )
    one = task(["load", "wind"], frame, group="site", ahead="1-2")
    first, second = one.encoding.groups
    assert len(first.output_scales) == 4
    assert np.array(second.output_scales) / np.array(first.output_scales) == pytest.approx([1e-3, 1e-3, 1e4, 1e4])
    test = one.test(0)
    assert test.targets.shape == (2, 118, 4)
    np.testing.assert_allclose(test.targets[0], test.targets[1], rtol=1e-3, atol=1e-3)


def test_the_overview_describes_each_target():
    """Its period and its reference; the fields of one target stay those of the first."""
    found = task().overview()
    assert [one.name for one in found.targets] == list(TARGETS)
    assert [one.period for one in found.targets] == [8, None, None]
    assert [one.references for one in found.targets] == [("seasonal persistence",), ("persistence",), ("mean",)]
    assert (found.period, found.references, found.series.name) == (8, ("seasonal persistence",), "load")
    assert [one.uses for one in found.columns] == [("time",), *[("target", "input")] * 3, ("input",)]
    assert [one["name"] for one in found.record()["targets"]] == list(TARGETS)


@pytest.mark.parametrize(
    ("target", "wishes", "message", "hint"),
    [
        (("load", "load"), {}, "target names column load twice.", "Name each column once."),
        ((), {}, "target names no column.", "Name the column to predict, or several."),
        (
            ("load", "wind"),
            {"kind": "class"},
            "kind=class is for one target, and target names load, wind.",
            "Leave kind out, or choose one target.",
        ),
        (
            ("load", "wind"),
            {"ahead": 0, "inputs": ("noise", "wind")},
            "With ahead=0 the target wind cannot be an input: the network would read the answer.",
            "Choose ahead=1 or more, or other inputs.",
        ),
        (
            ("load", "wind"),
            {"known": ("wind",)},
            "The target wind cannot be known in advance.",
            "Leave it out of known.",
        ),
        (
            ("load", "wind"),
            {"group": "wind"},
            "Column wind is the target and the group.",
            "Name the column whose labels tell the series apart.",
        ),
    ],
)
def test_targets_that_contradict_other_settings(target, wishes, message, hint):
    """Each in one sentence, with what to do."""
    with pytest.raises(UsageError) as caught:
        task(target, **wishes).test(0)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_labels_among_several_targets_are_refused():
    """They have another loss; 0 and 1 are numbers if kind says so."""
    frame = FRAME.assign(sky=np.where(FRAME.noise > 3, "dry", "wet"), rain=(FRAME.noise > 3).astype(int))
    for name in ("sky", "rain"):
        with pytest.raises(UsageError) as caught:
            task(["load", name], frame).test(0)
        assert caught.value.message.endswith(
            f"target {name} is a column of labels, and several targets must all be numbers."
        )
        assert "kind=real takes two numbers" in caught.value.hint
    assert task(["load", "rain"], frame, kind="real").shapes.outputs == 2


def test_an_unknown_and_an_empty_target_are_named():
    """Whichever of them it is."""
    with pytest.raises(UsageError, match="has no column wnd"):
        task(["load", "wnd"]).test(0)
    with pytest.raises(DataError, match="column wind is empty in every row"):
        task(["load", "wind"], FRAME.assign(wind=np.nan), missing="forward").test(0)
    apart = FRAME.assign(
        wind=np.where(np.arange(ROWS) % 2, FRAME.wind, np.nan), load=np.where(np.arange(ROWS) % 2, np.nan, FRAME.load)
    )
    with pytest.raises(
        DataError, match="columns load and wind have no row with known values to forecast in the training part"
    ):
        task(["load", "wind"], apart, missing="forward").test(0)
