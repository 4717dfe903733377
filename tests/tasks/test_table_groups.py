"""A table of several series: what one network learns of all of them, each in its own unit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.errors import DataError, UsageError
from seqtasks.tasks.table import Table

RNG = np.random.default_rng(0)
SIZES = {"north 1": 40, "east, 2": 30, "2": 55}
SCALES = {"north 1": 1.0, "east, 2": 1e3, "2": 1e6}


def series(rows, scale, seed=0):
    """A walk around a level, and a price that moves it."""
    rng = np.random.default_rng(seed)
    price = rng.normal(5, 1, rows)
    return scale * (20 + np.cumsum(rng.normal(size=rows)) - price), scale * price


def panel(sizes=None, scales=None, start="2020-01-01"):
    """Rows in the order of the groups, each from the same day on."""
    frames = []
    for seed, (label, rows) in enumerate((sizes or SIZES).items()):
        sales, price = series(rows, (scales or SCALES)[label], seed)
        day = pd.date_range(start, periods=rows, freq="D")
        frames.append(pd.DataFrame({"store": label, "date": day, "sales": sales, "price": price}))
    return pd.concat(frames, ignore_index=True)


FRAME = panel()


def task(frame=FRAME, **wishes):
    return Table.of(frame, "sales", **{"group": "store", "reference": "last", "period": 7, **wishes})


def chunks(one):
    return one.test(0), one.sample(3, 60, 12), one.stream(0, 3).take(300)


def assert_equal(found, expected):
    for one, other in zip(found, expected, strict=True):
        for name in ("inputs", "targets", "weights", "starts"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@settings(max_examples=40)
@given(
    st.lists(st.integers(8, 40), min_size=1, max_size=4),
    st.sampled_from(["1", "2", "1-2"]),
    st.sampled_from(["mean", "last", "seasonal", "seasonal-change"]),
    st.sampled_from([0.25, 0.5]),
)
def test_targets_in_the_unit_of_each_group_are_its_later_values(sizes, ahead, reference, share):
    """Output times scale plus mean plus reference is what the group has later, and its last rows are tested."""
    labels = [f"g{n}" for n in range(len(sizes))]
    frame = panel(dict(zip(labels, sizes, strict=True)), dict(zip(labels, 10.0 ** np.arange(len(sizes)), strict=True)))
    one = task(frame, ahead=ahead, reference=reference, period=2, test_share=share, inputs=("price",))
    test, encoding = one.test(0), one.encoding
    assert [group.label for group in encoding.groups] == labels
    last = one.target_delay
    for lane, (group, rows) in enumerate(zip(encoding.groups, sizes, strict=True)):
        own = frame.sales[frame.store == group.label].to_numpy()
        steps = rows - last
        assert test.starts[lane].nonzero()[0].tolist() == [test.steps - steps]
        training = rows - max(1, round(share * rows))
        for n, output in enumerate(encoding.outputs):
            at = np.arange(steps)
            known = 0.0 if output.reference is None else own[np.maximum(at - output.reference, 0)]
            if output.change:
                known = known + own[at] - own[np.maximum(at - output.earlier_rows, 0)]
            got = test.targets[lane, -steps:, n] * group.output_scales[n] + group.output_means[n] + known
            np.testing.assert_allclose(got, own[at + output.ahead], rtol=1e-5, atol=1e-4 * group.output_scales[n])
        nearest = encoding.outputs[0].ahead
        counted = test.weights[lane]
        assert not counted[: test.steps - steps].any()
        np.testing.assert_array_equal(counted[-steps:], np.arange(steps) + nearest >= training)


def test_the_order_of_rows_in_the_file_does_not_matter():
    """Interleaved by time, or shuffled: times and labels say where a row belongs."""
    for other in (FRAME.sort_values("date"), FRAME.sample(frac=1, random_state=1), FRAME.iloc[::-1]):
        assert_equal(chunks(task(other, ahead="1-2")), chunks(task(ahead="1-2")))
        assert task(other).encoding == task().encoding


def test_without_times_rows_are_in_the_order_of_the_file():
    """Within each group, however groups are interleaved."""
    ranked = FRAME.assign(rank=FRAME.groupby("store").cumcount()).sort_values("rank", kind="stable")
    together, apart = (frame[["store", "sales", "price"]] for frame in (FRAME, ranked))
    assert_equal(chunks(task(apart)), chunks(task(together)))


@pytest.mark.parametrize("reference", ["auto", "mean", "last", "seasonal", "seasonal-change"])
def test_the_size_of_a_group_does_not_matter(reference):
    """A network sees the same, and is asked for the same, if a group is counted in thousands."""
    small, mixed = (task(panel(scales=scales), reference=reference) for scales in (dict.fromkeys(SIZES, 1.0), SCALES))
    for one, other in zip(chunks(mixed), chunks(small), strict=True):
        np.testing.assert_allclose(one.inputs, other.inputs, rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(one.targets, other.targets, rtol=1e-3, atol=1e-4)
    assert mixed.yardsticks().baselines == pytest.approx(small.yardsticks().baselines)


def test_one_group_alone_is_a_table_of_one_series():
    """The same steps, the same scales, and the same yardsticks, apart from rounding."""
    frame = FRAME[FRAME.store == "2"]
    one = task(frame, ahead="1-2", calendar=("weekday",))
    other = Table.of(
        frame.drop(columns="store"), "sales", ahead="1-2", calendar=("weekday",), reference="last", period=7
    )
    for a, b in zip(chunks(one), chunks(other), strict=True):
        np.testing.assert_allclose(a.inputs, b.inputs, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(a.targets, b.targets, rtol=1e-4, atol=1e-5)
        np.testing.assert_array_equal(a.weights, b.weights)
        np.testing.assert_array_equal(a.starts, b.starts)
    assert one.yardsticks().baselines == pytest.approx(other.yardsticks().baselines)
    assert one.encoding.groups[0].scales == pytest.approx(other.encoding.scales)


def numbered(sizes):
    """Each input says which group and which row it is of; each target is the row's number."""
    labels = [f"g{n}" for n in range(len(sizes))]
    place = np.concatenate([np.arange(rows) for rows in sizes])
    return pd.DataFrame(
        {
            "store": np.repeat(labels, sizes),
            "sales": place % 7.0 + place,
            "code": np.repeat(np.arange(len(sizes)), sizes),
        }
    ).assign(place=np.where(place % 2, 1.0, 0.0))


@settings(max_examples=40)
@given(st.lists(st.integers(6, 60), min_size=2, max_size=5), st.integers(0, 99), st.integers(1, 9), st.integers(0, 3))
def test_no_window_holds_rows_of_two_groups(sizes, seed, length, extra):
    """One group in each row of a sample, one start, and after the end of a short group nothing that counts."""
    frame = numbered(sizes)
    one = task(frame, inputs=("code",), period=None)
    longest = max(sizes) - max(1, round(0.2 * max(sizes))) - 1
    length = min(length * (1 + extra), longest)
    found = one.sample(seed, 37, length)
    codes = found.inputs[..., 0]
    assert (codes == codes[:, :1]).all()
    np.testing.assert_array_equal(found.starts, np.broadcast_to(np.arange(length) == 0, found.starts.shape))
    training = {rows: rows - max(1, round(0.2 * rows)) - 1 for rows in sizes}
    least = min(training.values())
    lengths = found.weights.sum(axis=1)
    assert set(lengths.tolist()) <= {float(min(length, steps)) for steps in training.values()}
    assert (np.diff(found.weights, axis=1) <= 0).all()
    assert lengths.min() >= min(length, least)


def test_each_step_of_the_training_part_is_drawn_alike():
    """Steps of a group that fits into a window, and inner steps of a long one, within sampling error."""
    sizes = [12, 400]
    one = task(numbered(sizes), inputs=("code",), period=None)
    found = one.sample(0, 4000, 20)
    short = found.inputs[:, 0, 0] == found.inputs[:, 0, 0].min()
    views = found.weights.sum() / (sum(sizes) * 0.8)
    assert short.sum() * 1.0 == pytest.approx(4000 * 20 / (20 + 319), abs=1)
    assert short.sum() / views == pytest.approx(1, rel=0.1)


def test_the_last_windows_are_the_latest_of_each_group():
    """So that a validation set has some of every group that is longer than a window."""
    frame = FRAME.assign(code=FRAME.store.map({"2": 0.0, "east, 2": 1.0, "north 1": 2.0}))
    frame["place"] = frame.groupby("store").cumcount() / 100
    one = task(frame, inputs=("code", "place"))
    found = one.sample(0, 200, 8)
    code, place = (found.inputs[:, 0, n] * one.encoding.scales[n] + one.encoding.means[n] for n in (0, 1))
    through = []
    for n, group in enumerate(one.encoding.groups):
        own = np.isclose(code, n, atol=1e-3)
        steps = round(0.8 * SIZES[group.label]) - 1
        first = (place[own] * group.scales[1] + group.means[1]) * 100
        through += [*zip(np.flatnonzero(own), first / (steps - 8 + 1), strict=True)]
        assert own[160:].any()
    shares = np.array([share for _, share in sorted(through)])
    assert len(shares) == 200
    assert (np.diff(shares) > -1e-3).all()


def test_a_stream_resets_the_state_at_each_group():
    """A lane passes over the training parts one after another, and an episode begins at each."""
    found = task(ahead=2).stream(0, 1).take(2 * 96)
    steps = [rows - max(1, round(0.2 * rows)) - 2 for rows in (55, 30, 40)]
    firsts = np.cumsum([0, *steps])
    assert sum(steps) == 94
    assert found.starts[0].nonzero()[0].tolist() == [0, *firsts[1:3], *(94 + firsts[:3]), 188]
    np.testing.assert_array_equal(found.inputs[0, :90], found.inputs[0, 94:184])


def test_baselines_look_at_rows_of_the_same_group():
    """The mean, persistence and seasonal persistence of each group, in the scale of its deviations, over all rows."""
    one = task(ahead=2, inputs=("price",))
    expected = {"mean": [], "persistence": [], "seasonal persistence": []}
    for group in one.encoding.groups:
        own = FRAME.sales[FRAME.store == group.label].to_numpy()
        training = len(own) - round(0.2 * len(own))
        test = np.arange(training, len(own))
        forecasts = {
            "mean": np.full(len(test), own[:training].mean()),
            "persistence": own[test - 2],
            "seasonal persistence": own[test - 7],
        }
        for name, forecast in forecasts.items():
            expected[name].extend(((own[test] - forecast) / group.output_scales[0]) ** 2)
    assert one.yardsticks().baselines == pytest.approx({name: np.mean(each) for name, each in expected.items()})


def test_scales_are_those_of_the_training_part_shrunk_by_three_deviations():
    """(n s^2 + 3 r^2 l^2) / (n + 3) with the deviations from the last value, and r their usual size for the level."""
    one = task(inputs=("price",), ahead=1)
    spread, level, n = [], [], []
    for group in one.encoding.groups:
        own = FRAME.sales[FRAME.store == group.label].to_numpy()
        own = own[: len(own) - round(0.2 * len(own))]
        spread.append(np.diff(own).std())
        level.append(own.std())
        n.append(len(own) - 1)
    spread, level, n = map(np.array, (spread, level, n))
    usual = np.median(spread / level)
    expected = np.sqrt((n * spread**2 + 3 * (usual * level) ** 2) / (n + 3))
    assert [group.output_scales[0] for group in one.encoding.groups] == pytest.approx(expected)


def test_columns_that_differ_in_unit_are_standardised_by_group_and_others_not():
    """A price varies in each group; the size of a store tells groups apart; yes and no mean the same everywhere."""
    frame = FRAME.assign(
        size=FRAME.store.map({"north 1": 10.0, "east, 2": 20.0, "2": 60.0}), open=RNG.integers(0, 2, 125)
    )
    encoding = task(frame, inputs=("price", "size", "open", "store"), calendar=("weekday",)).encoding
    assert encoding.columns == (
        *("price", "size", "open", "store=2", "store=east, 2", "store=north 1", "sin(weekday)", "cos(weekday)"),
    )
    assert (encoding.means[0], encoding.scales[0]) == (0.0, 1.0)
    for place in range(1, 8):
        assert {group.means[place] for group in encoding.groups} == {encoding.means[place]}
        assert {group.scales[place] for group in encoding.groups} == {encoding.scales[place]}
    assert [group.scales[0] for group in encoding.groups] == pytest.approx([1e6, 1e3, 1.0], rel=0.4)


def test_the_label_is_an_input_only_if_it_is_named():
    """Numbers that are labels are no numbers then, and the bound of categories holds."""
    frame = FRAME.assign(store=FRAME.store.map({"north 1": 1, "east, 2": 2, "2": 10}))
    assert set(task(frame).encoding.columns) == {"sales", "price"}
    assert task(frame, inputs=("store",)).encoding.columns == ("store=1", "store=10", "store=2")
    assert [group.label for group in task(frame).encoding.groups] == ["1", "2", "10"]
    with pytest.raises(DataError, match="column store cannot be an input: it has 3 labels, such as"):
        task(frame, inputs=("store",), categories=2).test(0)


def test_missing_values_are_filled_from_the_own_group():
    """The last known value, or before the first one the mean of the group's training part."""
    frame = FRAME.copy()
    frame.loc[[0, 1, 45], "price"] = np.nan
    one = task(frame, missing="forward", inputs=("price",))
    north, east, two = (one.encoding.groups[n] for n in (2, 1, 0))
    own = frame.price[frame.store == "north 1"].to_numpy()
    mean = np.nanmean(own[:32])
    assert north.recipe.fills == (("price", pytest.approx(mean)), ("sales", pytest.approx(FRAME.sales[:32].mean())))
    lane = one.test(0).inputs[2, :, 0][-39:]
    assert lane[:2] == pytest.approx((mean - north.means[0]) / north.scales[0], abs=1e-6)
    lane = one.test(0).inputs[1, :, 0][-29:]
    assert lane[5] == lane[4] == pytest.approx((frame.price[44] - east.means[0]) / east.scales[0], rel=1e-5)
    assert two.label == "2"


def test_known_columns_are_those_of_later_rows_of_the_group():
    """The last step of a group does not see the first rows of the next one."""
    found = task(known=("price",), inputs=("price",), ahead=2)
    test = found.test(0)
    for lane, group in enumerate(found.encoding.groups):
        own = FRAME.price[FRAME.store == group.label].to_numpy()[2:]
        expected = (own - group.means[0]) / group.scales[0]
        np.testing.assert_allclose(test.inputs[lane, -len(own) :, 0], expected, rtol=1e-4, atol=1e-4)


def test_labels_can_be_the_target():
    """Their classes and frequencies are those of all groups."""
    sky = np.array(["dry", "wet"])[(np.arange(125) % 3 == 0).astype(int)]
    one = Table.of(FRAME.assign(sky=sky), "sky", group="store")
    assert one.encoding.classes == ("dry", "wet")
    assert one.encoding.groups[0].output_scales == (1.0,)
    assert one.test(0).lanes == 3


def test_duplicated_times_are_judged_within_a_group():
    """Two stores have the same days; one store has not."""
    assert task().test(0).lanes == 3
    twice = pd.concat([FRAME, FRAME.iloc[[44]]])
    with pytest.raises(DataError) as caught:
        task(twice).test(0)
    assert caught.value.message.endswith(
        'column date has the same time in rows 45 and 126 (2020-01-05T00:00:00.000000000 of store "east, 2").'
    )
    with pytest.raises(DataError) as caught:
        task(group="").test(0)
    assert (
        caught.value.message.endswith("rows 3 and 43 and 73 (2020-01-03).") or "pairs of rows" in caught.value.message
    )
    assert "group= names the column of their labels" in caught.value.hint


def test_gaps_are_those_of_a_group():
    """The jump from the end of one group to the start of the next is none."""
    assert [note for note in task().notes if "gap" in note] == []
    [note] = [note for note in task(FRAME.drop(index=[44, 45])).notes if "gap" in note]
    assert 'with 1 gap; the longest, after 2020-01-04 00:00:00 of store "east, 2", is 3 days.' in note


def test_each_group_has_a_usual_distance_of_its_own():
    """Days, weeks and months in one table are regular; a gap is longer than the distance of its group."""
    each = {"days": ("D", 60), "weeks": ("7D", 40), "months": ("MS", 30)}
    frames = [
        pd.DataFrame(
            {"g": label, "at": pd.date_range("2020-01-01", periods=rows, freq=freq), "y": RNG.normal(size=rows)}
        )
        for label, (freq, rows) in each.items()
    ]
    frame = pd.concat(frames, ignore_index=True)
    one = Table.of(frame, "y", group="g", calendar=("month",))
    steps = {group.label: (group.recipe.step, group.recipe.unit) for group in one.encoding.groups}
    assert steps == {"days": (86400.0, "second"), "weeks": (7 * 86400.0, "second"), "months": (1.0, "month")}
    assert [group.recipe.day for group in one.encoding.groups] == [0, 1, 0]
    assert one.encoding.recipe.regular
    [parts] = one.notes  # none is of distances
    assert parts.startswith('Column at: the training part of g "months" ends at 2021-12-01 00:00:00, after')
    assert (one.overview().time.apart, one.overview().time.gaps) == ("1 day or 1 month or 7 days", 0)
    frame = frame.drop(index=[70, 71]).reset_index(drop=True)
    _, note = Table.of(frame, "y", group="g", calendar=("month",)).notes
    assert note.startswith(
        "Column at: rows are at the usual distance of their g, with 1 gap; the longest, after 2020-03-04 00:00:00 of g "
        '"weeks", is 21 days.'
    )


def test_a_few_rows_have_the_usual_distance_of_all():
    """Two rows that are far apart are no rhythm of their own."""
    short = pd.DataFrame(
        {"store": "short", "date": ["2020-01-01", "2020-01-09", "2020-01-10"], "sales": [1.0, 2.0, 4.0]}
    )
    frame = pd.concat([FRAME, short.assign(date=pd.to_datetime(short.date), price=[1.0, 2.0, 3.0])], ignore_index=True)
    one = task(frame)
    assert {group.recipe.step for group in one.encoding.groups} == {86400.0}
    assert one.overview().time.gaps == 1


def with_groups(**rows):
    """The frame and further groups, each of some sales."""
    more = [
        pd.DataFrame(
            {"store": label, "date": pd.date_range("2020-01-01", periods=len(sales)), "sales": sales, "price": 1.0}
        )
        for label, sales in rows.items()
    ]
    return pd.concat([FRAME, *more], ignore_index=True)


def test_groups_that_cannot_be_learned_are_left_out_and_counted():
    """Too few rows for a training target and a test part, or a target that does not vary; the others are as without."""
    frame = with_groups(one=[1.0], two=[1.0, 2.0], flat=[5.0] * 30)
    found = task(frame)
    assert [group.label for group in found.encoding.groups] == ["2", "east, 2", "north 1"]
    assert_equal(chunks(found), chunks(task()))
    assert [note.split(": ", 1)[1] for note in found.notes if "left out" in note] == [
        '2 of the 6 groups of column store are left out, the first "one": they have too few rows for a training '
        "target 1 ahead and a test part.",
        '1 of the 6 groups of column store is left out, "flat": it has no two values of sales to learn from.',
    ]


UNTESTED = (
    "groups of column store are trained on but not tested, because their",
    "groups of column store is trained on but not tested, because its",
)


@pytest.mark.parametrize(
    ("sizes", "ahead", "share", "start"),
    [
        ((200, 60, 60, 60), "1-24", 0.2, f"3 of the 4 {UNTESTED[0]}"),
        ((200, 115), "1-24", 0.2, f"1 of the 2 {UNTESTED[1]}"),
        ((200, 120), "1-24", 0.2, None),
        ((200, 60), "1-24", 0.4, None),
        ((200, 60), "24", 0.2, None),
    ],
)
def test_groups_whose_test_part_is_shorter_than_the_horizons_are_counted(sizes, ahead, share, start):
    """The note counts the groups of which no step of the test has a weight; it is not there if every one has."""
    labels = [str(n) for n in range(len(sizes))]
    frame = panel(dict(zip(labels, sizes, strict=True)), dict.fromkeys(labels, 1.0))
    found = task(frame, ahead=ahead, test_share=share)
    untested = int((found.test(0).weights.sum(axis=1) == 0).sum())
    notes = [note for note in found.notes if "not tested" in note]
    assert untested == (int(start[0]) if start else 0)
    end = "test part has fewer than 24 rows; choose a larger test_share."
    assert notes == ([f"{start} {end}"] if start else [])


def shifted(days):
    """Two groups of 50 rows, of which the second is some days later than the first."""
    early, late = panel({"2": 50}), panel({"north 1": 50}, start=pd.Timestamp("2020-01-01") + pd.Timedelta(days=days))
    return pd.concat([late, early], ignore_index=True)


@pytest.mark.parametrize("days", [-2, -1, 0, 1, 2, 60])
def test_training_rows_later_than_the_test_of_another_group_are_noted(days):
    """A training part holds 40 days: one that begins a day later ends as the other test begins."""
    notes = [note for note in task(shifted(days)).notes if "shocks" in note]
    if abs(days) < 2:
        assert notes == []
        return
    late, early = ("north 1", "2") if days > 0 else ("2", "north 1")
    last, first = pd.Timestamp("2020-02-09"), pd.Timestamp("2020-02-10")
    last, first = (last + pd.Timedelta(days=max(days, 0)), first + pd.Timedelta(days=min(days, 0)))
    assert notes == [
        f'Column date: the training part of store "{late}" ends at {last}, after the test part of store "{early}" '
        f"begins, at {first}; common shocks of the test are partly learned, so the loss there may be lower than for "
        "rows that are later than all training rows."
    ]
    assert not any("shocks" in note for note in task(shifted(days), time="none", inputs=("sales",)).notes)


def test_three_rows_are_enough_for_a_group():
    """Two of them are for training; the scale is near the usual one for its level."""
    found = task(with_groups(short=[5.0, 6.0, 9.0]), inputs=("sales",))
    [short] = [group for group in found.encoding.groups if group.label == "short"]
    others = [group.output_scales[0] / group.scales[0] for group in found.encoding.groups if group is not short]
    assert short.output_means == (1.0,)
    assert short.output_scales[0] == pytest.approx(np.sqrt(3 / 4) * np.median(others) * 0.5, rel=0.2)


@pytest.mark.parametrize(
    ("frame", "wishes", "message", "hint"),
    [
        (
            FRAME.assign(store=np.arange(125)),
            {},
            "none of the 125 groups of column store has enough rows for a training target 1 ahead and a test part; the "
            'longest, "0", has 1 row.',
            "Choose a column whose labels repeat, or a smaller ahead or test_share.",
        ),
        (
            FRAME.assign(store=FRAME.store.where(FRAME.index != 7)),
            {},
            "column store, row 8 is empty, not a label.",
            "Fill it in or remove the row.",
        ),
        (
            FRAME.assign(sales=FRAME.store.map({"north 1": 1.0, "east, 2": 2.0, "2": 3.0})),
            {},
            "column sales does not vary in the training part of any group of column store.",
            "Choose a target that varies, or a smaller test_share.",
        ),
    ],
)
def test_columns_that_are_no_groups(frame, wishes, message, hint):
    """One sentence with the numbers, and what to do."""
    with pytest.raises(DataError) as caught:
        task(frame, **wishes).test(0)
    assert caught.value.message.split(": ", 1)[1] == message
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"group": "shop"}, "has no column shop."),
        ({"group": "sales"}, "Column sales is the target and the group."),
        ({"group": "date", "time": "date"}, "Column date is the time and the group."),
        (
            {"known": ("store",)},
            "Column store is the group, which is the same in all rows of a series, and it is in known.",
        ),
        ({"period": 60}, "the training part of"),
    ],
)
def test_settings_that_contradict_the_group(wishes, message):
    """Each is refused before anything is learned."""
    with pytest.raises(UsageError) as caught:
        task(**wishes).test(0)
    assert message in caught.value.message
    assert caught.value.hint


def test_many_labels_of_one_row_are_refused_soon():
    """Without a loop over groups that would take minutes."""
    frame = pd.DataFrame({"id": np.arange(200_000), "y": RNG.normal(size=200_000)})
    with pytest.raises(DataError, match="none of the 200,000 groups of column id has enough rows"):
        Table.of(frame, "y", group="id").test(0)


def test_the_overview_counts_groups():
    """Their labels, rows and training rows, and the latest row of the training part of any of them."""
    found = task().overview()
    assert (found.groups.column, found.groups.labels) == ("store", ("2", "east, 2", "north 1"))
    assert (found.groups.rows, found.groups.training) == ((55, 30, 40), (44, 24, 32))
    assert found.groups.lengths == (30, 40.0, 55)
    assert (found.training.rows, found.training.last, found.test.rows) == (100, "2020-02-13 00:00:00", 25)
    assert [one.uses for one in found.columns if one.name == "store"] == [("group",)]
    assert found.time.gaps == 0
    assert task().overview().record()["groups"]["rows"] == (55, 30, 40)


def test_sequences_are_as_long_as_the_longest_group_asks():
    """Half of its training part at most, and no longer window is drawn."""
    one = task(inputs=("price",), period=None)
    assert one.objective.sequence_length == 43 // 2
    with pytest.raises(
        UsageError, match=r"A sequence of 44 steps does not fit the rows of .* to train on, which are 43"
    ):
        one.sample(0, 5, 44)
