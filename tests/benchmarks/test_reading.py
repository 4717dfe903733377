"""A suite is checked as a whole: each mistake with its place, all at once."""

import pytest

from seqtasks.benchmarks.benchmark import Benchmark
from seqtasks.benchmarks.plan import Plan
from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError

BUILT_IN = ["intuition", "horizon", "cells", "streams"]


@pytest.fixture
def planned(host, tmp_path):
    """The plan of a suite file."""

    def planned(text, **options):
        file = tmp_path / "suite.toml"
        file.write_text(text)
        benchmark = Benchmark.of(host, file, **options)
        return Plan.of(host, benchmark.suite)

    return planned


def raised(work):
    with pytest.raises(UsageError) as caught:
        work()
    return caught.value


def specs(plan):
    return [(*case.request.specs, case.request.steps, len(case.seeds)) for case in plan.cases]


def test_lists_expand_to_a_grid(planned):
    """Every combination of tasks, models, trainers and budgets; a setting that takes a list keeps it."""
    plan = planned("""
tasks = ["delay:lag=[1,2]", "echo:lags=[3,8]"]
models = "gru:units=[4,8]"
trainers = ["online:window=[1,4],optimizer.learning_rate=[0.01,0.001]"]
steps = [100, 200]
seeds = [7, 9]
""")
    found = specs(plan)
    assert len(found) == len(set(found)) == 3 * 2 * 4 * 2
    assert plan.size == 2 * len(found)
    assert {task for task, *_ in found} == {"delay", "delay:lag=2", "echo"}  # 1, and 3 and 8, are the defaults
    assert {trainer for _, _, trainer, *_ in found} == {
        f"online:optimizer.learning_rate={rate},window={window}" for rate in (0.01, 0.001) for window in (1, 4)
    }
    assert [request.seed for request in next(plan.cases).requests] == [7, 9]


def test_neither_order_nor_spelling_changes_the_keys(planned):
    """Defaults written out, permuted lists, and repeated entries ask for the same runs."""

    def keys(plan):
        return {request.key() for case in plan.cases for request in case.requests}

    short = planned(
        'tasks = ["delay:lag=[2,1]"]\nmodels = ["gru", "lstm"]\ntrainers = ["online"]\nsteps = 5\nseeds = 2'
    )
    long = planned(
        'seeds = [1, 0]\ntrainers = "online:lanes=1"\nmodels = ["lstm", "gru:units=16,layers=1", "gru"]\n'
        'tasks = ["delay:lag=1,p=0.25", "delay:lag=2"]\nsteps = [5]'
    )
    assert keys(short) == keys(long)
    assert len(keys(short)) == 8 == short.size == long.size


def test_the_trainer_of_a_task_is_the_default(planned):
    """As in a run without --trainer."""
    assert specs(planned('tasks = "prev-bit"\nmodels = "gru"')) == [("prev-bit", "gru", "online", None, 10)]


def test_grids_have_their_own_values(planned):
    """And take the others from the suite; the values of the quick version come before both."""
    text = """
models = ["gru"]
steps = 100
[[grid]]
tasks = ["prev-bit"]
trainers = ["online:window=1"]
[[grid]]
tasks = ["delay:lag=3"]
steps = 200
[quick]
steps = 7
seeds = 1
"""
    assert specs(planned(text)) == [
        ("prev-bit", "gru", "online:window=1", 100, 10),
        ("delay:lag=3", "gru", "online", 200, 10),
    ]
    assert [(steps, seeds) for *_, steps, seeds in specs(planned(text, quick=True))] == [(7, 1), (7, 1)]


def test_controls_keep_their_models_and_trainers(planned):
    """Neither the suite, nor its quick version, nor the command replaces them; all else is as in a grid."""
    text = """
tasks = ["prev-bit"]
models = ["gru"]
trainers = ["online"]
seeds = 3
steps = 100
[[control]]
models = ["esn"]
trainers = ["ridge"]
[[control]]
models = ["esn"]
tasks = ["delay:lag=3"]
seeds = 2
[quick]
models = ["lstm"]
trainers = ["rtrl"]
steps = 7
"""
    assert specs(planned(text, models=["lru"])) == [
        ("prev-bit", "gru", "online", 100, 3),
        ("prev-bit", "lru", "online", 100, 3),
        ("prev-bit", "esn", "ridge", 100, 3),
        ("delay:lag=3", "esn", "online", 100, 2),  # no trainer: that of the task
    ]
    assert specs(planned(text, quick=True, seeds=5)) == [
        ("prev-bit", "lstm", "rtrl", 7, 5),
        ("prev-bit", "esn", "ridge", 7, 5),
        ("delay:lag=3", "esn", "online", 7, 5),
    ]


def test_models_and_seeds_of_the_command(planned):
    """They are added to the models, and replace the seeds."""
    text = 'tasks = "prev-bit"\nmodels = ["gru"]\nseeds = 3\n[quick]\nseeds = 2'
    found = specs(planned(text, models=["lstm:units=[2,3]"], seeds=4))
    assert [(model, seeds) for _, model, _, _, seeds in found] == [("gru", 4), ("lstm:units=2", 4), ("lstm:units=3", 4)]
    assert {seeds for *_, seeds in specs(planned(text, quick=True))} == {2}
    assert {seeds for *_, seeds in specs(planned(text, quick=True, seeds=1))} == {1}


def test_a_ladder_of_tasks(planned):
    """With climb, the tasks of each model and trainer are one ladder."""
    plan = planned('climb = true\ntasks = ["delay:lag=[1,2,4]"]\nmodels = ["gru", "lstm"]')
    assert [[case.request.label("task") for case in ladder] for ladder in plan.ladders] == [
        ["delay", "delay:lag=2", "delay:lag=4"]
    ] * 2


def test_all_mistakes_at_once(planned):
    """In the order of the file, each with line, column, the nearest name and the allowed values."""
    error = raised(
        lambda: planned("""tasks = ["prev-bitt", "delay:lag=[2,-3]"]
model = ["gru"]
models = ["gruu",
   "lstm:units=[]", 7]
seeds = "many"
steps = [100, 0]
climb = "yes"
""")
    )
    lines = error.message.splitlines()
    assert lines[0].endswith("suite.toml has 9 mistakes:")
    places = [line.strip().partition(":")[0] for line in lines[1:]]
    assert places == [
        "line 1, column 10",
        "line 1, column 23",
        "line 2, column 1",
        "line 3, column 11",
        "line 4, column 4",
        "line 4, column 21",
        "line 5, column 9",
        "line 6, column 15",
        "line 7, column 9",
    ]
    for number, words in enumerate(
        (
            ["'prev-bitt'", "Did you mean prev-bit?"],
            ["lag=-3", "at least 0"],
            ["'model'", "Did you mean models?"],
            ["'gruu'", "Did you mean gru?"],
            ["units", "empty"],
            ["object of int", "no key"],
            ["'many'"],
            ["'0'", "from 1"],
            ["'yes'", "true or false"],
        ),
        start=1,
    ):
        assert [word for word in words if word not in lines[number]] == []
    assert "Nothing was run" in error.hint


def test_a_single_mistake_is_a_sentence(planned):
    """With the hint of the mistake itself."""
    error = raised(lambda: planned('tasks = "prev-bit"\nmodels = ["gruu"]'))
    assert error.message.endswith("suite.toml, line 2, column 11: There is no model named 'gruu'.")
    assert "Did you mean gru?" in error.hint


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["There are no tasks", "There are no models"]),
        ('tasks = []\nmodels = "gru"', ["line 1", "The list of tasks is empty"]),
        ('tasks = "prev-bit"\nmodels = "gru"\nseeds = []', ["line 3", "The list of seeds is empty"]),
        ('tasks = "prev-bit"\nmodels = "gru"\nseeds = [-1]', ["line 3, column 10", "'-1'"]),
        ('tasks = "prev-bit"\nmodels = "gru"\nseeds = true', ["line 3", "'True'"]),
        ('tasks = "prev-bit"\nmodels = "gru"\nsteps = 5\nepochs = 2', ["line 4", "both set the budget"]),
        ('tasks = "prev-bit"\nmodels = "gru"\ndtype = "float8"', ["line 3", "float8"]),
        ('tasks = "prev-bit"\nmodels = "gru"\ngrid = 3', ["line 3", "not an array of tables"]),
        ('tasks = "prev-bit"\nmodels = "gru"\ncontrol = 3', ["line 3", "control is not an array of tables"]),
        ('tasks = "prev-bit"\nmodels = "gru"\n[[control]]\nseeds = 3', ["line 3", "There are no models"]),
        ('tasks = "prev-bit"\nmodels = "gru"\nquick = 3', ["line 3", "not a table"]),
        ('tasks = "prev-bit"\nmodels = "gru:units=8"\nparameters = 100', ["line 2", "both set its size"]),
        (
            'tasks = "prev-bit"\nmodels = "gru"\n[quick]\nseed = 3',
            ["line 4, column 1", "'seed'", "Did you mean seeds?"],
        ),
        ("tasks = [}", ["is not TOML", "line 1, column 10"]),
    ],
)
def test_mistakes(planned, text, words):
    """Each names its place and value."""
    error = raised(lambda: planned(text))
    assert [word for word in words if word not in f"{error.message} {error.hint}"] == []
    assert error.hint


def test_a_file_that_is_not_there_or_not_text(host, tmp_path):
    """The sentence names the file."""
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    for name, words in (("nowhere.toml", "No such file"), ("binary.toml", "UTF-8")):
        assert words in raised(lambda name=name: Benchmark.of(host, tmp_path / name)).message


def test_an_unknown_suite(host):
    """The nearest name first, then all names."""
    error = raised(lambda: Benchmark.of(host, "horizo"))
    assert "'horizo'" in error.message
    assert "Did you mean horizon? The suites are cells, horizon, intuition, streams" in error.hint


def test_an_object_in_a_mapping(host):
    """A model of the user's own class has no key: the hint says what to do."""
    error = raised(lambda: Benchmark.of(host, {"tasks": ["prev-bit"], "models": [object()]}))
    assert "models[0]: The model is an object of object, so that its runs have no key" in error.message
    assert "plugin" in error.hint


def test_a_suite_without_a_quick_version(planned):
    """It says so."""
    error = raised(lambda: planned('tasks = "prev-bit"\nmodels = "gru"', quick=True))
    assert "no quick version" in error.message
    assert "[quick]" in error.hint


def test_ten_million_runs_need_a_yes(host, path):
    """The sentence says how many there are, and how long they take; nothing is expanded before."""
    benchmark = Benchmark.of(host, {"tasks": ["prev-bit"], "models": ["gru"], "seeds": 10**7})
    error = raised(lambda: benchmark.check_size(path, 2, yes=False))
    assert "10,000,000 runs, which take about 115.7 days with 2 workers at 2.0 s a run" in error.message
    assert "--yes" in error.hint
    benchmark.check_size(path, 2, yes=True)
    assert not path.exists()


def test_the_quick_version_says_what_it_leaves_out(host):
    """Tasks, trainers, seeds and steps of the suite."""
    notes = Benchmark.of(host, "intuition", quick=True).notes
    assert notes[0].startswith("Quick: ")
    assert "Left out: the tasks delay:lag=5." in notes
    assert any(note.startswith("Left out: the trainers online:") for note in notes)
    assert "Reduced: 6 of 20 seeds." in notes
    assert "Reduced: steps 20,000 in place of 20,000, 200,000." in notes


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize("quick", [False, True])
def test_built_in_suites_are_right(host, name, quick):
    """They are checked as a file is, and their parts fit together."""
    benchmark = Benchmark.of(host, name, quick=quick)
    plan = Plan.of(host, benchmark.suite)
    assert plan.size == benchmark.suite.size > 0


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize("quick", [False, True])
def test_a_reservoir_is_the_control_of_built_in_suites(host, name, quick):
    """On every task with real targets and on no other, at a parameter budget, with the readout by ridge regression."""
    plan = Plan.of(host, Benchmark.of(host, name, quick=quick, models=["lru"]).suite)
    controls = [case for case in plan.cases if case.request.label("model").startswith("esn")]
    assert {case.request.specs[1:] for case in controls} == {("esn", "ridge")}
    assert all(case.parameters for case in controls)
    tasks = {case.request.task for case in plan.cases}
    real = {task for task in tasks if host.make("tasks", host.spec("tasks", task)).shapes.kind == "real"}
    assert {case.request.task for case in controls} == real
    if name == "cells" and not quick:
        assert any(task.startswith("echo") for task in tasks - real)


def test_a_suite_of_a_plugin(write, path):
    """A function of the host, found by its name."""
    file = write(
        "suites.py",
        """
from seqtasks import Entry, hookimpl

def small(host):
    return {"tasks": ["prev-bit"], "models": ["gru"], "seeds": 1}

@hookimpl
def seqtasks_suites():
    yield Entry("small", "One run.", f"{__name__}:small")
""",
    )
    host = Host.start([file], {})
    assert host.plugins[-1].problems == ()
    assert Benchmark.of(host, "small").suite.size == 1


def test_metrics_hold_for_every_run(planned):
    """Those of the suite, unless a grid has its own; they are part of the key."""
    text = """
tasks = ["delay:lag=2"]
models = ["gru"]
seeds = 1
{}
[[grid]]
[[grid]]
models = ["lstm"]
metrics = "neg_max_error"
"""
    plan = planned(text.format('metrics = ["r2", "neg_max_error"]'))
    found = {case.request.label("model"): case.request for case in plan.cases}
    assert {model: request.metrics for model, request in found.items()} == {
        "gru": ("r2", "neg_max_error"),
        "lstm": ("neg_max_error",),
    }
    without = {case.request.label("model"): case.request for case in planned(text.format("")).cases}
    assert without["gru"].key() != found["gru"].key()
    assert without["lstm"].key() == found["lstm"].key()


def test_metrics_that_do_not_exist_or_do_not_fit(planned):
    """Both are reported before anything runs, the first with its place."""
    text = 'tasks = ["delay:lag=2"]\nmodels = ["gru"]\nmetrics = ["r2", {}]\n'
    error = raised(lambda: planned(text.format('"f1_makro"')))
    assert error.message.endswith("line 3, column 18: scikit-learn has no scorer 'f1_makro'.")
    assert error.hint.startswith("Did you mean f1_macro?")
    error = raised(lambda: planned(text.format("3")))
    assert error.message.endswith("line 3, column 18: metrics is '3'.")
    error = raised(lambda: planned(text.format('"f1_macro"')))
    assert "f1_macro" in error.message


def test_a_ranking_that_does_not_exist(planned):
    """It is reported with its place and both names."""
    error = raised(lambda: planned('tasks = ["delay"]\nmodels = ["gru"]\nrank_by = "prequentiel"\n'))
    assert error.message.endswith("line 3, column 11: Methods are not ranked by 'prequentiel'.")
    assert error.hint == "Did you mean prequential? They are ranked by skill or prequential."
