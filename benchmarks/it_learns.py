"""Does exact credit learn a memory? Every figure of docs/explanation/it-learns.md.

    python benchmarks/it_learns.py > docs/explanation/it-learns-rows.md

Twenty seeds, 0 to 19, learn side by side in one program. ``--seeds 0:2 --steps 1000`` tries it out.
"""

import argparse
import math
from dataclasses import dataclass

import numpy as np
from share_solved import judged

from seqtasks.catalogue.host import Host
from seqtasks.core.task import Yardsticks
from seqtasks.running.result import SOLVED
from seqtasks.running.share import wilson

GRU = "gru:recurrent_initializer=orthogonal"  # Keras's own initial weights
ECHO_MODEL, ECHO_TRAINER = "simple-rnn", "rtrl:lanes=2,optimizer.learning_rate=0.002"
COLUMNS = ("row", "task", "model, then trainer", "after", "solved", "loss, median", "worst", "seconds")


@dataclass(frozen=True)
class Row:
    """One network, trained in one way, looked at after some steps.

    Args:
        what: What it shows.
        task: The task's spec.
        model: The model's.
        trainer: The trainer's.
        at: After how many steps of each seed.
        within: How near to the optimum a solved one's loss is; None for a skill of 0.95.
    """

    what: str
    task: str
    model: str
    trainer: str
    at: tuple[int, ...]
    within: float | None = None

    def solved(self, loss: float, sticks: Yardsticks) -> bool:
        """Whether that loss is a solution."""
        if not math.isfinite(loss):
            return False
        return sticks.skill(loss) >= SOLVED if self.within is None else loss - sticks.optimum <= self.within


ROWS = (
    Row("the previous bit", "prev-bit", GRU, "rtrl", (5_000, 100_000)),
    Row("three steps ago", "delay:lag=3", GRU, "rtrl", (10_000,)),
    Row("the same, the gradient cut after one step", "delay:lag=3", GRU, "online:window=1", (10_000,)),
    Row("five steps ago", "delay:lag=5", GRU, "rtrl", (40_000,)),
    Row("ten steps ago", "delay:lag=10", "lru", "diagonal:optimizer.learning_rate=0.001", (100_000,)),
    Row(
        "twenty steps ago",
        "delay:lag=20",
        "lru:units=64,r_min=0.9,r_max=0.99",
        "diagonal:optimizer.learning_rate=0.0003",
        (300_000,),
    ),
    Row("two echoes", "echo", ECHO_MODEL, ECHO_TRAINER, (200_000,), within=0.01),
    Row("two steps ago, units that only fade", "delay:lag=2", "mingru", "diagonal", (100_000,)),
    Row("two steps ago, units that rotate", "delay:lag=2", "lru", "diagonal", (100_000,)),
)


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="0:20", help="FIRST:END")
    parser.add_argument("--steps", type=int, default=math.inf, help="no row more than that")
    wanted = parser.parse_args()
    first, end = map(int, wanted.seeds.split(":"))
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    host = Host.start()
    for row in ROWS:
        at = sorted({min(steps, wanted.steps) for steps in row.at})
        sticks = host.make("tasks", host.spec("tasks", row.task)).yardsticks()
        found = judged(host, row.task, row.model, row.trainer, range(first, end), at)
        for steps, (losses, seconds) in zip(at, found, strict=True):
            show(row, sticks, steps, losses, seconds)


def show(row: Row, sticks: Yardsticks, steps: int, losses: np.ndarray, seconds: float) -> None:
    """One line of the table."""
    solved = sum(row.solved(loss, sticks) for loss in losses)
    low, high = wilson(solved, len(losses))
    print(
        f"| {row.what} | `{row.task}` | `{row.model}`<br>`{row.trainer}` | {steps:,} steps "
        f"| {solved}/{len(losses)} [{low:.2f}, {high:.2f}] | {np.median(losses):.4f} | {losses.max():.4f} "
        f"| {seconds:,.0f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
