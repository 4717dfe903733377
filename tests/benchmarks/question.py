"""The question and its answer, row by row: every figure of docs/explanation/the-question.md.

    python tests/benchmarks/question.py > docs/explanation/question-rows.md

Seeds are 0 to 19, or 0 to 9 for the answer's rows; about five minutes on two cores.
"""

from dataclasses import dataclass

import numpy as np
from share_solved import judged

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.running.result import SOLVED
from seqtasks.running.share import wilson

SCRIPT = "online:window=1,optimizer=adam,clip=none"
ANSWER = "batch:optimizer=adam,clip=none"


@dataclass(frozen=True)
class Row:
    """One network, trained in one way, looked at after some steps."""

    what: str
    task: str
    model: str
    trainer: str
    at: tuple[int, ...]


STREAMS = (
    Row("the question's script", "prev-bit", "gru:readout=none", SCRIPT, (20_000, 60_000)),
    Row("its control switch: the present bit", "same-bit", "gru:readout=none", SCRIPT, (20_000,)),
    Row("the script with a readout", "prev-bit", "gru", SCRIPT, (2_000, 20_000, 100_000, 300_000)),
    Row(
        "and ten times its learning rate",
        "prev-bit",
        "gru",
        f"{SCRIPT},optimizer.learning_rate=0.01",
        (2_000, 20_000, 100_000, 300_000),
    ),
    Row("seqtasks' defaults, window 1", "prev-bit", "gru", "online:window=1", (2_000, 20_000, 100_000, 300_000)),
    Row("seqtasks' defaults", "prev-bit", "gru", "online", (2_000, 20_000, 100_000, 300_000)),
)
LONGER = (Row("the same defaults, lag 3", "delay:lag=3", "gru", "online", (20_000, 200_000)),)
SETS = (
    Row("the answer's network on the answer's data", "same-bit:p=0.5", "gru:units=2", ANSWER, (10, 50)),
    Row("the answer's with 8 units", "same-bit:p=0.5", "gru:units=8", ANSWER, (10,)),
    Row("the answer's network on the true delay", "delay:lag=1,p=0.5", "gru:units=2", ANSWER, (10, 50)),
)


def main() -> None:
    """Print the table in Markdown."""
    print("| row | task | model | trainer | after | loss, median (least to greatest) | chance | memoryless | solved |")
    print("|---|---|---|---|---|---|---|---|---|")
    host = Host.start()
    for row in (*STREAMS, *LONGER):
        found = judged(host, row.task, row.model, row.trainer, range(20), list(row.at))
        for steps, (losses, _) in zip(row.at, found, strict=True):
            show(host, row, f"{steps:,} steps", losses)
    for row in SETS:
        found = [
            seqtasks.run(row.task, model=row.model, trainer=row.trainer, epochs=row.at[-1], seed=s) for s in range(10)
        ]
        for epochs in row.at:
            show(host, row, f"{epochs} epochs", np.array([r.history["validation"]["loss"][epochs - 1] for r in found]))


def show(host: Host, row: Row, after: str, found: np.ndarray) -> None:
    """One line of the table."""
    sticks = host.make("tasks", host.spec("tasks", row.task)).yardsticks()
    solved = sum(sticks.skill(loss) >= SOLVED for loss in found)
    low, high = wilson(solved, len(found))
    print(
        f"| {row.what} | `{row.task}` | `{row.model}` | `{row.trainer}` | {after} "
        f"| {np.median(found):.4f} ({found.min():.4f} to {found.max():.4f}) | {sticks.chance:.4f} "
        f"| {sticks.memoryless:.4f} | {solved}/{len(found)} [{low:.2f}, {high:.2f}] |",
        flush=True,
    )


if __name__ == "__main__":
    main()
