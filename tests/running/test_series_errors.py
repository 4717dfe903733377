"""The errors in each series of a table that has several, and what a report says of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from seqtasks.core.task import Encoding
from seqtasks.running.result import Result
from seqtasks.running.series_errors import median_errors, series_errors
from seqtasks.tasks.table import Table

RNG = np.random.default_rng(0)
SIZES = {"A": 40, "B": 30}


@pytest.fixture(scope="module")
def frame():
    parts = [
        pd.DataFrame({"shop": label, "sold": 10.0**n * RNG.normal(5, 1, rows).cumsum(), "paid": RNG.normal(size=rows)})
        for n, (label, rows) in enumerate(SIZES.items())
    ]
    return pd.concat(parts, ignore_index=True)


def errors(task, outputs):
    return series_errors(task.encoding, task.test(0), outputs, task.baseline_outputs)


@pytest.mark.parametrize("ahead", ["1", "2-3"])
def test_errors_are_those_of_forecasts_in_the_unit_of_each_series(frame, ahead):
    """A network whose outputs are 0 forecasts the reference, plus the mean deviation from it if it is significant."""
    task = Table.of(frame, ["sold", "paid"], group="shop", ahead=ahead, reference="last")
    found = errors(task, np.zeros_like(task.test(0).targets))
    assert [(one["column"], one["group"]) for one in found] == [
        (column, label) for label in SIZES for column in ("sold", "paid")
    ]
    first, last = int(ahead[0]), int(ahead[-1])
    for one in found:
        own = frame[one["column"]][frame["shop"] == one["group"]].to_numpy()
        training = len(own) - round(0.2 * len(own))
        steps = np.arange(training - first, len(own) - last)
        deviations, values, unit = [], [], next(each for each in task.encoding.groups if each.label == one["group"])
        means = [
            mean
            for mean, output in zip(unit.output_means, task.encoding.outputs, strict=True)
            if output.column == one["column"]
        ]
        for h, mean in zip(range(first, last + 1), means, strict=True):
            drift = (own[h:training] - own[: training - h]).mean()
            assert mean in (0, pytest.approx(drift))
            deviations.append(own[steps + h] - own[steps] - mean)
            values.append(own[steps + h] - own[steps])
        assert one["rmse"] == pytest.approx(np.sqrt(np.mean(np.square(deviations))), rel=1e-4)
        assert one["baselines"]["persistence"] == pytest.approx(np.sqrt(np.mean(np.square(values))), rel=1e-4)


def test_a_table_of_one_series_and_other_tasks_have_none(frame):
    """Their loss has one unit."""
    one = Table.of(frame[["sold"]], "sold")
    assert errors(one, np.zeros_like(one.test(0).targets)) is None
    labels = Table.of(frame.assign(high=frame.paid > 0), "high", group="shop")
    assert errors(labels, np.zeros_like(labels.test(0).targets)) is None
    assert not Encoding.plain(one.shapes).groups


def test_groups_that_no_step_tests_are_left_out(frame):
    """A test part shorter than the span of the horizons has no step that counts."""
    task = Table.of(frame, "sold", group="shop", ahead="1-7", reference="last")
    found = errors(task, np.zeros_like(task.test(0).targets))
    assert [one["group"] for one in found] == ["A"]


def test_medians_are_those_of_each_series():
    """Of the networks that are judged; an error that is not finite is greater than any."""
    each = [[{"column": "x", "rmse": rmse, "baselines": {"mean": 1.0}}] for rmse in (1.0, None, 3.0)]
    assert median_errors([*each, None]) == [{"column": "x", "rmse": 3.0, "baselines": {"mean": 1.0}}]
    assert median_errors([None, None]) is None


RECORD = {
    **dict.fromkeys(("task", "model", "trainer"), "any"),
    **{"seed": 0, "status": "done", "steps": 10, "updates": 10, "parameters": 3, "solved": None},
    **{"loss": 0.1, "loss_error": 0.01, "chance": 0.2, "memoryless": None, "optimum": None, "skill": 0.5},
    **{"own_unit": None, "steps_per_second": 1.0, "seconds": {}, "versions": {}, "history": {"step": [], "loss": []}},
}
SERIES = [
    {"column": "sold", "group": f"g{n}", "rmse": n + 0.5, "baselines": {"mean": 9.0, "last": 3.0}} for n in range(8)
]
INTERVAL = {"level": 0.9, "margins": [1.0, 2000.0], "coverage": [0.85, 0.95]}


def test_a_report_has_a_line_for_each_of_the_first_series():
    """With its best baseline, how many of all are better than theirs, and no margins in mixed units."""
    result = Result(**RECORD, baselines={"mean": 0.1875}, series=SERIES, interval=INTERVAL)
    lines = [line.strip() for line in repr(result).splitlines()]
    place = lines.index("0.5 root mean squared error in sold of g0; last 3")
    assert lines[place + 5 : place + 8] == [
        "5.5 root mean squared error in sold of g5; last 3",
        "less than every forecast without a network in 3 of 8 series",
        "the 90% interval holds 0.85 to 0.95 of the test part",
    ]
    assert Result.from_json(result.to_json()) == result
    assert "series" not in replace(result, series=None).record()


def test_targets_without_groups_and_errors_without_a_number_are_printed():
    """A network that diverged on one of them is not better there."""
    two = [{"column": name, "rmse": None if name == "b" else 1.0, "baselines": {"mean": 2.0}} for name in "ab"]
    text = repr(Result(**RECORD, series=two))
    assert "1 root mean squared error in a; mean 2" in text
    assert "undefined root mean squared error in b; mean 2" in text
    assert "less than every forecast without a network in 1 of 2 series" in text
