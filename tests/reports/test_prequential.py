"""Reports of runs with a prequential skill and with metrics."""

import csv
import io

import pytest
from support.made_up_results import fill, request, result

import seqtasks
from seqtasks.errors import DataError, UsageError
from seqtasks.reports.content import content
from seqtasks.reports.notebook import ComparedRuns
from seqtasks.reports.output import RANKING, STORE
from seqtasks.reports.page import page
from seqtasks.reports.source import ResultSource, StoreSource
from seqtasks.reports.tables import as_csv, as_markdown

SEEDS = 20


def made(model, seed, skill, prequential):
    asked = request("delay:lag=2", model, seed)
    learning = {"loss": 0.1, "loss_error": None, "skill": None if prequential is None else prequential + seed / 1000}
    metrics = {"r2": {"score": None if seed == 0 else skill + seed / 1000, "chance": 0.25}}
    return asked, result(asked, skill + seed / 1000, solved=None, prequential=learning, metrics=metrics)


@pytest.fixture(scope="module")
def pairs():
    """A gru is better frozen, lru as it learns on."""
    return [
        made(model, seed, skill, prequential)
        for model, skill, prequential in (("gru", 0.8, 0.5), ("lru", 0.6, 0.7))
        for seed in range(SEEDS)
    ]


def test_ranked_by_either_skill(pairs):
    """The order, the verdict, and the other skill beside it."""
    by_skill, by_prequential = (content(ResultSource(pairs), rank_by=name) for name in ("skill", "prequential"))
    for found, best, other, words in (
        (by_skill, "gru", "lru", "skill"),
        (by_prequential, "lru", "gru", "prequential skill"),
    ):
        assert [found.names[each.method] for each in found.standings] == [best, other]
        assert found.standings[0].verdict.startswith(f"{best} has a higher {words} than {other}: by ")
        assert found.rows[0].verdict.startswith(f"{best} has a higher {words} than {other}: by ")
        assert found.measure == words
    for place, standing in enumerate(by_skill.standings):
        assert standing.beside == by_prequential.standings[1 - place].skill
        assert standing.skill == by_prequential.standings[1 - place].beside


def test_a_network_that_diverges_as_it_learns_on(pairs):
    """It counts as -1 by the prequential skill, and as what it is by the other."""
    others = [pair for pair in pairs if (pair[1].seed, pair[0].label("model")) != (7, "lru")]
    found = content(ResultSource([*others, made("lru", 7, 0.6, None)]), rank_by="prequential")
    (lru,) = (row.configuration for row in found.rows if row.name == "lru")
    assert lru.scores[7] == -1.0
    assert lru.scores_by("skill")[7] == pytest.approx(0.607)


def test_a_store_and_its_results_agree(tmp_path, pairs):
    """The prequential skills and the metrics of a store are those of the results in memory."""
    path = fill(tmp_path / "runs.sqlite", pairs)

    def measured(source):
        return sorted((run.method, run.seed, run.prequential, run.metrics) for run in source.runs())

    assert measured(StoreSource(path)) == measured(ResultSource(pairs))
    assert measured(StoreSource(path))[1] == (("gru", "online", "500 steps"), 1, 0.501, (("r2", 0.801, 0.25),))


def test_replicas_have_their_own(pairs):
    """Each replica has the prequential skill of its own record, not the median."""
    asked, whole = pairs[0]
    each = {"status": "done", "loss": 0.1, "loss_error": None, "solved": None, "skill": 0.3}
    replicas = [each | {"seed": seed, "prequential": {"loss": 0.1, "skill": seed / 10}} for seed in range(2)]
    runs = ResultSource([(asked, result(asked, 0.3, replicas=replicas, prequential=whole.prequential))]).runs()
    assert [run.prequential for run in runs] == [0.0, 0.1]


def test_tables_and_page(pairs):
    """Both skills, the score of the metric, that of chance, and the number of seeds that have one."""
    found = content(ResultSource(pairs))
    row = next(csv.DictReader(io.StringIO(as_csv(found))))
    assert (row["model"], float(row["skill"]), float(row["prequential"])) == (
        "gru",
        *map(pytest.approx, (0.8095, 0.5095)),
    )
    assert (float(row["metrics.r2"]), row["metrics.r2_chance"], row["metrics.r2_seeds"]) == (
        pytest.approx(0.81),
        "0.25",
        "19",
    )
    assert "| rank | method | skill | prequential skill | solved |" in as_markdown(found)
    assert "| seeds | solved | skill | prequential skill | r2 |" in as_markdown(found)
    html = page(found, "A title", None)
    assert html.count('<button type="button">Prequential skill</button>') == 2
    assert "<small>chance 0.250</small> <small>19 seeds</small>" in html
    assert "Ranked by the interquartile mean of the prequential skill" in page(
        content(ResultSource(pairs), rank_by="prequential"), "A title", None
    )


def test_nothing_to_rank_by():
    """An unknown skill, and runs without a prequential one, are errors with a next step."""
    asked = request("delay:lag=2", "gru")
    source = ResultSource([(asked, result(asked, 0.5))])
    with pytest.raises(DataError, match="No run of results in memory has a prequential skill") as caught:
        content(source, rank_by="prequential")
    assert "Otherwise leave out --rank-by." in caught.value.hint
    with pytest.raises(UsageError, match="Methods are not ranked by 'loss'"):
        content(source, rank_by="loss")


def test_a_frame_keeps_the_ranking_of_its_suite(tmp_path, pairs):
    """The leaderboard of a notebook and the report of a frame rank by it; the frame has both columns."""
    path = fill(tmp_path / "runs.sqlite", pairs)
    frame = ComparedRuns(seqtasks.runs(path))
    frame.attrs |= {STORE: str(path), RANKING: "prequential"}
    assert "lru has a higher prequential skill than gru" in frame._repr_html_()
    table = seqtasks.report(frame, str(tmp_path / "a.csv")).read_text()
    assert "lru has a higher prequential skill than gru" in table
    assert (
        "gru has a higher skill than lru"
        in seqtasks.report(frame, str(tmp_path / "b.csv"), rank_by="skill").read_text()
    )
    gru = frame[frame["model"] == "gru"].set_index("seed")
    assert gru.loc[3, "prequential"] == pytest.approx(0.503)
    assert gru["metrics.r2"].isna().tolist() == [True, *[False] * (SEEDS - 1)]
