"""The question and its answer, row by row: every figure of docs/explanation/the-question.md.

    python tests/benchmarks/question.py > docs/explanation/question-rows.md

Each table is a section of that file. Names of sections as arguments print those alone. The seeds are 0 to 19, or 0 to 9 for the answer's rows. The script takes about half an hour on one core.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from population import Population
from why_it_falls_apart import Partly

import seqtasks
from seqtasks.core.task import Yardsticks
from seqtasks.running.result import SOLVED
from seqtasks.running.share import wilson

SEEDS = range(20)
ANSWER_SEEDS = range(10)
EARLY, LATE = 20_000, 300_000
LAST = 2_000
KERAS = "recurrent_initializer=orthogonal"
WINDOW_1, WINDOW_2 = "online:window=1", "online:window=2"
ADAM, DEFAULT = "optimizer=adam", ""
OPTIMIZERS = {
    "adam:learning_rate=0.0001": f"{ADAM},optimizer.learning_rate=0.0001",
    "adam:learning_rate=0.003": f"{ADAM},optimizer.learning_rate=0.003",
    "adam:learning_rate=0.003,amsgrad=true": f"{ADAM},optimizer.learning_rate=0.003,optimizer.amsgrad=true",
    "adam:learning_rate=0.01": f"{ADAM},optimizer.learning_rate=0.01",
    "sgd:learning_rate=0.1": "optimizer=sgd,optimizer.learning_rate=0.1",
}
SKILL = "skill, median (least to greatest)"
FIGURES = (f"{SKILL}, 20,000 steps", "solved", f"{SKILL}, 300,000 steps", "solved", "skill in the stream, median")


def gru(readout: str) -> str:
    """The question's network, with its readout said and Keras's own first weights."""
    return f"gru:readout={readout},{KERAS}"


def trained(trainer: str, optimizer: str) -> str:
    """A trainer's spec with an optimizer's settings."""
    return f"{trainer}{',' if ':' in trainer else ':'}{optimizer}" if optimizer else trainer


@dataclass(frozen=True)
class Change:
    """A run that changes something that a spec cannot say.

    Args:
        name: What it is.
        model: The model to begin with.
        trainers: From which step on with which trainer.
        at: After how many steps the networks are evaluated.
    """

    name: str
    model: str | Partly
    trainers: Mapping[int, str]
    at: tuple[int, ...] = field(default=(EARLY, LATE))


SCRIPT, LONGER = trained(WINDOW_1, ADAM), trained(WINDOW_2, ADAM)
CHANGES = (
    Change("no readout, window 2, then window 1", gru("none"), {0: LONGER, 100_000: SCRIPT}, (100_000, 120_000, LATE)),
    Change("no readout, window 1, then window 2", gru("none"), {0: SCRIPT, 100_000: LONGER}, (100_000, 120_000, LATE)),
    Change("only the readout learns, Adam", Partly("readout"), {0: SCRIPT}),
    Change("only the readout learns, default", Partly("readout"), {0: WINDOW_1}),
)
CONTROLS = (
    ("same-bit", gru("none"), SCRIPT, (EARLY,)),
    ("delay:lag=3", gru("dense"), WINDOW_1, (EARLY, LATE)),
    ("delay:lag=3", gru("dense"), "online:window=4", (EARLY, LATE)),
)
ANSWER = "batch:optimizer=adam"
ANSWERS = (
    ("same-bit:p=0.5", f"gru:units=2,{KERAS}", (10, 50)),
    ("same-bit:p=0.5", f"gru:units=8,{KERAS}", (10,)),
    ("delay:lag=1,p=0.5", f"gru:units=2,{KERAS}", (10, 50)),
)


def main() -> None:
    """Print the tables in Markdown, each a section of its own."""
    sections = {
        "adam": lambda: grid(ADAM),
        "default": lambda: grid(DEFAULT),
        "optimizers": optimizers,
        "changes": changes,
        "controls": controls,
        "answers": answers,
    }
    for name in sys.argv[1:] or sections:
        print(f"--8<-- [start:{name}]", flush=True)
        sections[name]()
        print(f"--8<-- [end:{name}]\n", flush=True)


def grid(optimizer: str) -> None:
    """Each readout with each trainer, by one optimizer."""
    head("readout", "trainer", *FIGURES)
    for readout in ("none", "dense"):
        for trainer in (WINDOW_1, WINDOW_2, "rtrl"):
            row(f"`{readout}`", f"`{trainer}`", *figures(readout, trained(trainer, optimizer)))


def optimizers() -> None:
    """Each optimizer with each readout and each window."""
    head("optimizer", "readout", "trainer", *FIGURES)
    for name, optimizer in OPTIMIZERS.items():
        for readout in ("none", "dense"):
            for trainer in (WINDOW_1, WINDOW_2):
                row(f"`{name}`", f"`{readout}`", f"`{trainer}`", *figures(readout, trained(trainer, optimizer)))


def figures(readout: str, trainer: str) -> list[str]:
    """Skills and solved seeds early and late, and the skill over the last steps of the stream itself."""
    population, sticks = started("prev-bit", gru(readout), trainer)
    found: list[str] = []
    for steps in (EARLY, LATE):
        stream = population.learn(steps)[:, -LAST:].mean(axis=1)
        found += skills(sticks, population.losses())
    return [*found, f"{sticks.skill(float(np.median(stream))):.3f}"]


def started(task: str, model: str | Partly, trainer: str) -> tuple[Population, Yardsticks]:
    """Networks of all seeds with their trainer, and the task's yardsticks."""
    population = Population(task, model, SEEDS)
    population.use(trainer)
    return population, population.task.yardsticks()


def changes() -> None:
    """Runs that change their trainer, or train a part only."""
    head("run", "after", SKILL, "solved")
    for change in CHANGES:
        population, sticks = started("prev-bit", change.model, change.trainers[0])
        for steps in sorted({*change.at, *change.trainers} - {0}):
            population.learn(steps)
            if steps in change.at:
                row(change.name, f"{steps:,}", *skills(sticks, population.losses()))
            if steps in change.trainers:
                population.use(change.trainers[steps])


def controls() -> None:
    """The present bit, which needs no memory, and a longer delay."""
    head("task", "model", "trainer", "after", SKILL, "solved")
    for task, model, trainer, at in CONTROLS:
        population, sticks = started(task, model, trainer)
        for steps in at:
            population.learn(steps)
            row(f"`{task}`", f"`{model}`", f"`{trainer}`", f"{steps:,}", *skills(sticks, population.losses()))


def answers() -> None:
    """The answer's networks, on its data and on a true delay."""
    head("task", "model", "epochs", "loss, median (least to greatest)", "memoryless", "solved")
    for task, model, at in ANSWERS:
        runs = [seqtasks.run(task, model=model, trainer=ANSWER, epochs=at[-1], seed=seed) for seed in ANSWER_SEEDS]
        sticks = seqtasks.task(task).yardsticks()
        for epochs in at:
            found = np.array([run.history["validation"]["loss"][epochs - 1] for run in runs])
            row(f"`{task}`", f"`{model}`", epochs, spread(found, 4), f"{sticks.memoryless:.4f}", share(sticks, found))


def skills(sticks: Yardsticks, losses: NDArray[Any]) -> tuple[str, str]:
    """The spread of skills, and how many are solved."""
    return spread(np.array([sticks.skill(loss) for loss in losses]), 3), share(sticks, losses)


def spread(values: NDArray[Any], digits: int) -> str:
    """The median, the least and the greatest."""
    return f"{np.median(values):.{digits}f} ({values.min():.{digits}f} to {values.max():.{digits}f})"


def share(sticks: Yardsticks, losses: NDArray[Any]) -> str:
    """How many losses are those of solved networks, and the 95 % interval of that share."""
    solved = sum(bool(sticks.skill(loss) >= SOLVED) for loss in losses)
    low, high = wilson(solved, len(losses))
    return f"{solved}/{len(losses)} [{low:.2f}, {high:.2f}]"


def head(*columns: str) -> None:
    """The head of a table."""
    row(*columns)
    print(f"|{'---|' * len(columns)}", flush=True)


def row(*cells: object) -> None:
    """One line of a table."""
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


if __name__ == "__main__":
    main()
