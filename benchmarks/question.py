"""The question and its answer, row by row: every figure of docs/explanation/the-question.md.

    python benchmarks/question.py > docs/explanation/question-rows.md

Each table is a section of that file; names of sections as arguments print those alone. The seeds are 0 to 19, or 0 to 9
for the answer's rows. The script takes about half an hour on one core.
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
    "sgd:learning_rate=0.1": "optimizer=sgd,optimizer.learning_rate=0.1",
}
FIGURES = ("skill at 20,000", "solved", "skill at 300,000", "solved", "skill in the stream")


def gru(readout: str) -> str:
    """The question's network with an explicit readout and Keras's own initial weights."""
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
    ("same-bit", "none", SCRIPT),
    ("delay:lag=3", "dense", WINDOW_1),
    ("delay:lag=3", "dense", "online:window=4"),
    ("delay:lag=3", "none", "online:window=4"),
)
TRACES = ("delay:lag=1", "delay:lag=2", "delay:lag=3", "delay:lag=5")
PROBES = (
    ("none", SCRIPT, (0, EARLY, LATE)),
    ("none", WINDOW_1, (EARLY, LATE)),
    ("none", LONGER, (EARLY, LATE)),
    ("dense", SCRIPT, (EARLY, LATE)),
)
ANSWER = "batch:optimizer=adam,clip=none"
ANSWERS = (
    ("same-bit:p=0.5", "gru:units=2", (10, 50)),
    ("same-bit:p=0.5", "gru:units=8", (10,)),
    ("delay:lag=1,p=0.5", "gru:units=2", (10, 50)),
)


def main() -> None:
    """Print the tables in Markdown, each a section of its own. Skills and losses are medians (least to greatest)."""
    sections = {
        "adam": lambda: grid(ADAM),
        "default": lambda: grid(DEFAULT),
        "optimizers": optimizers,
        "traces": traces,
        "probes": probes,
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
    """Other optimizers for the network of the question."""
    head("optimizer", *FIGURES)
    for name, optimizer in OPTIMIZERS.items():
        row(f"`{name}`", *figures("none", trained(WINDOW_1, optimizer)))


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


def traces() -> None:
    """What the states of untrained networks hold of longer ago."""
    head("task", "skill of a fitted readout")
    for task in TRACES:
        population, sticks = started(task, gru("none"), WINDOW_1)
        row(f"`{task}`", skills(sticks, probed(population))[0])


def probes() -> None:
    """What the states of trained networks hold, whether or not the network shows it."""
    head("readout", "trainer", "after", "skill", "skill of a fitted readout")
    for readout, trainer, at in PROBES:
        population, sticks = started("prev-bit", gru(readout), trainer)
        for steps in at:
            population.learn(steps)
            found = [skills(sticks, losses)[0] for losses in (population.losses(), probed(population))]
            row(f"`{readout}`", f"`{trainer}`", f"{steps:,}", *found)


def probed(population: Population) -> NDArray[Any]:
    """Of each network the loss of least squares from states to targets, fitted to half of the fresh data."""
    task, bare = population.task, population.host.make("models", population.host.spec("models", gru("none")))
    past = task.depth - 1
    found = []
    for network, seed in zip(population.networks, population.seeds, strict=True):
        cell = bare.build(task.shapes, seed)
        cell.load(network.weights()[: len(cell.weights())])
        chunk = task.test(seed)
        states = np.asarray(cell(chunk.inputs), np.float64)[:, past:]
        states = np.concatenate([states, np.ones((*states.shape[:2], 1))], axis=2)
        (fit, fresh), (known, wanted) = (np.split(each, 2) for each in (states, chunk.targets[:, past:]))
        weights = np.linalg.lstsq(np.concatenate(fit), np.concatenate(known), rcond=None)[0]
        found.append(np.mean((fresh @ weights - wanted) ** 2))
    return np.array(found)


def changes() -> None:
    """Runs that change their trainer, or train a part only."""
    head("run", "after", "skill", "solved")
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
    head("task", "readout", "trainer", "skill at 20,000", "solved")
    for task, readout, trainer in CONTROLS:
        population, sticks = started(task, gru(readout), trainer)
        population.learn(EARLY)
        row(f"`{task}`", f"`{readout}`", f"`{trainer}`", *skills(sticks, population.losses()))


def answers() -> None:
    """The answer's networks, on its data and on a true delay."""
    head("task", "model", "epochs", "loss", "memoryless", "solved")
    for task, model, at in ANSWERS:
        asked = {"model": f"{model},{KERAS}", "trainer": ANSWER, "epochs": at[-1]}
        runs = [seqtasks.run(task, **asked, seed=seed) for seed in ANSWER_SEEDS]
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
