"""What a report states."""

from dataclasses import replace

import pytest
from support.made_up_results import fill, horizon_results, request, result

from seqtasks.catalogue.required import RequiredPlugin
from seqtasks.errors import DataError
from seqtasks.reports.commands import commands
from seqtasks.reports.content import content, lag_of, versions
from seqtasks.reports.source import ResultSource, StoreSource


def test_leaderboard_horizons_and_results(found):
    """The first is lru, its horizon is 4, and it has a row for each of the four lags."""
    assert [found.names[each.method] for each in found.standings] == ["lru", "gru"]
    assert [(found.names[each.method], each.horizon.lag) for each in found.memories] == [("lru", 4), ("gru", 1)]
    assert found.memories[1].verdict == "lru remembers further than gru: 20 of 20 against 0 of 20 seeds at lag 4."
    assert [row.configuration.task for row in found.rows if row.name == "lru"] == found.tasks
    assert found.runs == 160


def test_tasks_in_order_of_their_lags(found):
    """Lag 16 comes after 8, not after 1; a default that is not displayed has its place, too."""
    assert found.tasks == ["delay", "delay:lag=2", "delay:lag=4", "delay:lag=8"]


def test_yardsticks(found):
    """Those of the record; None for a task that is not there."""
    assert [found.yardstick("delay", name) for name in ("chance", "optimum")] == [0.1875, 0.0]
    assert found.yardstick("echo", "chance") is None


@pytest.mark.parametrize(
    ("task", "recorded", "family"),
    [
        ("delay:lag=3", "delay:lag=3,symbols=none", ("delay", 3)),
        ("delay", "delay:lag=1,symbols=none", ("delay", 1)),
        ("delay:lag=3,symbols=4", "delay:lag=3,symbols=4", ("delay:symbols=4", 3)),
        ("mine:depth=2,lag=10", "mine:depth=2,lag=10", ("mine:depth=2", 10)),
        ("echo:lags=3,8", "echo:lags=3,8", None),
        ("mine:lag=far", "mine:lag=far", None),
        ("prev-bit", "prev-bit", None),
    ],
)
def test_lags(task, recorded, family):
    """The setting lag, an integer, and the spec without it."""
    assert lag_of(task, recorded) == family


def test_notes(tmp_path):
    """Failed and diverged runs, few seeds and unranked methods are each stated."""
    pairs = horizon_results(seeds=3, lags=(1, 2))
    diverged = request("delay:lag=1", "lru", 3)
    pairs.append((diverged, result(diverged, -2000.0, status="diverged")))
    asked = request("delay:lag=1", "lstm")
    pairs.append((asked, result(asked, 0.5)))
    path = fill(tmp_path / "runs.sqlite", pairs, [(request("delay:lag=2", "lstm"), "No memory.")])
    assert content(StoreSource(path)).notes == [
        "1 run failed or hung, and is not compared.",
        "1 run diverged, and is compared with a skill of -1.",
        "5 of 6 configurations have fewer than 10 seeds: their intervals are less certain than they state.",
        "1 method without a result on some tasks is not ranked.",
    ]


def test_runs_of_other_versions(tmp_path):
    """5 seeds of the new version are compared, and 15 of the old one, or of other data, are counted in a note."""

    def made(seeds, skill, version, **others):
        asked = [replace(request("delay", "gru", seed), **others) for seed in seeds]
        return [(each, result(each, skill, versions={"seqtasks": version})) for each in asked]

    plugins = [(RequiredPlugin("mine", version),) for version in ("1", "2")]
    for number, (old, new) in enumerate(
        [
            (made(range(5, 20), 0.1, "0.1.0"), made(range(5), 0.9, "0.2.0")),
            (made(range(5, 20), 0.1, "0.1.0", data="a"), made(range(5), 0.9, "0.1.0", data="b")),
            (made(range(5, 20), 0.1, "0.1.0", plugins=plugins[0]), made(range(5), 0.9, "0.1.0", plugins=plugins[1])),
        ]
    ):
        for source in (ResultSource([*old, *new]), StoreSource(fill(tmp_path / f"{number}.sqlite", [*old, *new]))):
            stated = content(source)
            (row,) = stated.rows
            assert row.configuration.scores == dict.fromkeys(range(5), 0.9)
            assert stated.runs == 5
            assert stated.notes[0] == (
                "15 runs of other versions of seqtasks, of plugins, or of the data are left out: each configuration "
                "has the runs of the version that ran last."
            )


def test_two_runs_of_a_seed():
    """The later one counts, and a note counts the other."""
    asked = request("delay", "gru")
    stated = content(ResultSource([(asked, result(asked, skill)) for skill in (0.1, 0.9)]))
    assert stated.rows[0].configuration.scores == {0: 0.9}
    assert (stated.runs, stated.notes[0]) == (1, "1 run is replaced by later ones of the same seed.")


def test_nothing_has_ended(tmp_path):
    """An empty store is an error that names it, and says what to do."""
    with pytest.raises(DataError) as raised:
        content(StoreSource(fill(tmp_path / "runs.sqlite", [])))
    assert raised.value.message == "No run of runs.sqlite has ended."
    assert "seqtasks bench" in raised.value.hint


def test_only_failures(tmp_path):
    """A store of failed runs has rows, and no leaderboard."""
    path = fill(tmp_path / "runs.sqlite", [], [(request("delay", "gru"), "No memory.")])
    stated = content(StoreSource(path))
    assert (stated.standings, [row.verdict for row in stated.rows]) == ([], ["No run of it has a result."])


def test_versions_of_several_runs():
    """Several versions of a library are all named."""
    pairs = [
        (asked, result(asked, 0.5, versions={"keras": version}))
        for asked, version in ((request("delay", "gru"), "3.13"), (request("prev-bit", "gru"), "3.15"))
    ]
    assert versions(content(ResultSource(pairs)).facts.values()) == {"keras": "3.13, 3.15"}


def test_a_chosen_setting():
    """The value that is better on the first seeds is reported on the others, and stated in its row."""
    pairs = [
        (asked, result(asked, (0.9 if units == 8 else 0.3) + 0.001 * seed))
        for units in (8, 9)
        for seed in range(12)
        for asked in [request("delay", f"gru:units={units}", seed)]
    ]
    stated = content(ResultSource(pairs), "units")
    (row,) = stated.rows
    assert (row.name, row.chosen) == ("gru (units chosen)", "gru:units=8, online")
    assert sorted(row.configuration.scores) == [6, 7, 8, 9, 10, 11]
    assert stated.notes[0] == (
        "units is chosen for each method on each task, by the highest median skill on the first half of the seeds. The "
        "other half, 6 seeds, is compared."
    )
    (command,) = commands(stated)
    assert "--model gru:units=8 --trainer online --steps 500 --seed 6   # seeds 6 to 11" in command
