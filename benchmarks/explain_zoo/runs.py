"""Runs of seqtasks whose task, model or trainer is at fault."""

from typing import Any

from explain_zoo.case import Case, Run, Setting

KERAS = "recurrent_initializer=orthogonal"


def _run(task: str, healthy: dict[str, Any], faulty: dict[str, Any], healthy_task: str | None = None) -> Any:
    """A run, and its twin with other arguments; ``{cell}`` and ``{units}`` are those of the variant."""

    def program(setting: Setting, is_faulty: bool) -> Run:
        arguments = {**healthy, **faulty} if is_faulty else healthy
        words = {"cell": setting.cell, "units": setting.size.units}
        filled = {key: each.format(**words) if isinstance(each, str) else each for key, each in arguments.items()}
        chosen = task if is_faulty or healthy_task is None else healthy_task
        return Run(chosen, {**filled, "seed": setting.seed})

    return program


MODEL, BARE = "{cell}:units={units}", "{cell}:units={units},readout=none," + KERAS
SCRIPT = "online:optimizer=adam"
BOTH = ("gru", "simple-rnn")
CASES = (
    Case(
        "the question",
        ("truncated-gradient", "missing-readout"),
        _run(
            "prev-bit",
            {"model": MODEL, "trainer": "online:window=2", "steps": 6000},
            {"model": BARE, "trainer": "online:window=1,optimizer=adam"},
        ),
        reports=("ai.stackexchange#33995",),
    ),
    Case(
        "a window of one step",
        ("truncated-gradient",),
        _run(
            "delay:lag=4",
            {"model": MODEL, "trainer": "online:window=5", "steps": 12000},
            {"trainer": "online:window=1"},
        ),
        reports=("keras#12325",),
    ),
    Case(
        "the answer's data",
        ("no-memory-needed",),
        _run("same-bit", {"model": MODEL, "trainer": "online", "steps": 6000}, {}, healthy_task="prev-bit"),
        deceptive=True,
        reports=("ai.stackexchange#33995",),
    ),
    Case(
        "a rate of 1e-6",
        ("learning-rate-low",),
        _run("prev-bit", {"model": MODEL, "trainer": "online", "steps": 6000}, {"learning_rate": 1e-6}),
        reports=("keras#1285",),
    ),
    Case(
        "a rate of 1",
        ("learning-rate-high",),
        _run("prev-bit", {"model": MODEL, "trainer": "online", "steps": 6000}, {"learning_rate": 1.0}),
        reports=("keras#5264",),
    ),
    Case(
        "two hundred steps",
        ("too-few-updates",),
        _run("delay:lag=2", {"model": MODEL, "trainer": "online", "steps": 12000}, {"steps": 200}),
    ),
    Case(
        "one unit for eight symbols",
        ("too-few-units",),
        _run(
            "delay:lag=2,symbols=8", {"model": MODEL, "trainer": "online", "steps": 20000}, {"model": "{cell}:units=1"}
        ),
        BOTH,
    ),
)
