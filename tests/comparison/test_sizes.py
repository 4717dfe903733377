"""Models that a budget of weights sizes for each task."""

from support.made_up_runs import runs

from seqtasks.comparison.sizes import without_task_sizes


def named(*groups):
    return [run.method.model for run in without_task_sizes([run for group in groups for run in group])]


def test_two_budgets_on_two_tasks():
    """Each budget is one method, even where its units are the default, which is not displayed."""
    assert named(
        runs("gru", "a", [0.5], parameters=929),
        runs("gru:units=15", "b", [0.5], parameters=990),
        runs("gru:units=56,readout=none", "a", [0.5], parameters=9900),
        runs("gru:units=57", "a", [0.5], parameters=9905),
        runs("gru:units=56", "b", [0.5], parameters=9990),
    ) == [
        *["gru (at most 990 weights)"] * 2,
        "gru:units=56,readout=none",
        *["gru (at most 9,990 weights)"] * 2,
    ]


def test_sizes_on_the_same_task_are_compared():
    """Two sizes of about the same number of weights on one task stay two methods."""
    sizes = ("gru:units=16", "gru:units=17")
    groups = [runs(size, task, [0.5], parameters=900 + 10 * n) for task in "ab" for n, size in enumerate(sizes)]
    assert named(*groups) == [*sizes, *sizes]


def test_other_budgets_and_trainers_stay_apart():
    """Neither another trainer nor far more weights are the same method."""
    groups = [
        runs("gru:units=16", "a", [0.5], parameters=900),
        runs("gru:units=17", "b", [0.5], parameters=950, trainer="rtrl"),
        runs("gru:units=32", "b", [0.5], parameters=3000),
    ]
    assert named(*groups) == ["gru:units=16", "gru:units=17", "gru:units=32"]


def test_one_size_keeps_its_name():
    """A model with the same units on all tasks is what it was; runs without weights, too."""
    assert named(runs("gru:units=16", "a", [0.5]), runs("gru:units=16", "b", [0.5])) == ["gru:units=16"] * 2
    failed = runs("gru:units=9", "b", [None], parameters=None, status="failed")
    assert named(runs("gru:units=16", "a", [0.5]), failed) == ["gru:units=16", "gru:units=9"]
