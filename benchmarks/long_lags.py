"""How long a lag can be learned from one stream? Every figure of docs/explanation/long-lags.md.

    python benchmarks/long_lags.py > docs/explanation/long-lags-rows.md

Twenty seeds, 0 to 19, learn side by side in one program, one stream each, an update at every step. ``--seeds 0:2
--steps 1000`` tries it out, ``--only law`` prints one of the tables.
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from population import Population

from seqtasks.running.result import SOLVED
from seqtasks.running.share import wilson

WINDOW: Final = 500  # steps over which a loss while learning is averaged
UNSOLVED: Final = math.inf
HEAD: Final = ("task", "model, then trainer", "after", "solved", "solved while learning at step", "skill", "worst")


@dataclass(frozen=True)
class Row:
    """One network, trained in one way.

    Args:
        task: The task's spec.
        model: The model's.
        trainer: The trainer's.
        steps: After how many steps of each seed frozen weights are judged.
        most: The maximum number of seeds, because ridge trains one after another.
    """

    task: str
    model: str
    trainer: str
    steps: int
    most: int = 20


@dataclass(frozen=True)
class Found:
    """What the seeds of a row came to.

    Args:
        skills: Of frozen weights on fresh data, from the initial state, one per seed.
        first: The step at which the mean loss of the last 500 steps was first that of a solution, one per seed; none
            where targets are random, because the mean of so few losses says little.
    """

    skills: NDArray[np.float64]
    first: NDArray[np.float64]

    @property
    def solved(self) -> int:
        """How many seeds have solved the task."""
        return int((self.skills >= SOLVED).sum())


DIAGONAL: Final = "diagonal"
LAGS: Final = (
    Row("delay:lag=32", "rtu", DIAGONAL, 20_000),
    Row("delay:lag=64", "rtu", DIAGONAL, 20_000),
    Row("delay:lag=128", "rtu:units=128", DIAGONAL, 30_000),
    Row("echo:lags=8,16", "rtu", DIAGONAL, 60_000),
    Row("delay:lag=16,symbols=8", "rtu:units=128", DIAGONAL, 60_000),
)
CELLS: Final = tuple(
    Row("delay:lag=32", model, trainer, 20_000)
    for model, trainer in (
        ("rtu:angles=random", DIAGONAL),
        ("rtu:angles=random,r_min=0.0,r_max=0.999", DIAGONAL),
        ("lru:units=64", DIAGONAL),
        ("lru:units=64,r_min=0.9,r_max=0.99", "diagonal:optimizer.learning_rate=0.0003"),
        ("indrnn:units=128", DIAGONAL),
        ("elstm:units=64", DIAGONAL),
    )
)
CONTROLS: Final = (
    Row("delay:lag=32", "rtu", "online:window=1", 20_000),
    Row("delay:lag=32", "rtu", "ridge", 20_000),
    Row("delay:lag=32", "rtu:units=20", "ridge", 20_000, most=5),
    Row("delay:lag=32", "rtu:units=20", DIAGONAL, 40_000),
    Row("delay:lag=32", "esn:units=128,spectral_radius=0.99,bias=0.0", "ridge", 20_000, most=5),
)
LAW: Final = tuple(
    Row(f"delay:lag={lag}", f"rtu:units={units}", f"diagonal:optimizer.learning_rate={rate}", 12_000)
    for units, lags, rates in (
        (64, (8, 32, 64), (0.003,)),
        (64, (32,), (0.001,)),
        (32, (8, 32), (0.003,)),
        (128, (32, 128), (0.003,)),
    )
    for lag in lags
    for rate in rates
)


def learned(row: Row, seeds: range) -> Found:
    """Train the seeds of a row side by side."""
    if row.trainer == "ridge" and len(seeds) > 1:  # it trains one network at a time
        each = [learned(row, range(seed, seed + 1)) for seed in seeds[: row.most]]
        return Found(np.concatenate([one.skills for one in each]), np.concatenate([one.first for one in each]))
    population = Population(row.task, row.model, seeds)
    population.use(row.trainer)
    losses = population.learn(row.steps)
    sticks = population.task.yardsticks()
    whole = losses[:, : losses.shape[1] // WINDOW * WINDOW].reshape(len(seeds), -1, WINDOW).mean(axis=2)
    enough = whole <= sticks.chance - SOLVED * (sticks.chance - sticks.optimum)
    first = np.where(enough.any(axis=1), WINDOW * (enough.argmax(axis=1) + 1.0), UNSOLVED)
    first = first if sticks.optimum == 0 else np.zeros(0)
    return Found(np.array([sticks.skill(loss) for loss in population.losses()]), first)


def show(row: Row, found: Found) -> None:
    """One line of a table."""
    count = len(found.skills)
    low, high = wilson(found.solved, count)
    print(
        f"| `{row.task}` | `{row.model}`<br>`{row.trainer}` | {row.steps:,} | {found.solved}/{count} "
        f"[{low:.2f}, {high:.2f}] | {spread(found.first)} | {np.median(found.skills):.3f} | {found.skills.min():.3f} |",
        flush=True,
    )


def spread(first: NDArray[np.float64]) -> str:
    """The median, and the step by which 90 % of the seeds have solved the task."""
    if not first.size:
        return "-"
    median, most = (float(np.quantile(first, share, method="inverted_cdf")) for share in (0.5, 0.9))
    return ", ".join("never" if math.isinf(each) else f"{each:,.0f}" for each in (median, most))


def table(rows: tuple[Row, ...], seeds: range, limit: float) -> None:
    """Print a table of rows in Markdown."""
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
    for row in rows:
        short = replace(row, steps=int(min(row.steps, limit)))
        show(short, learned(short, seeds))
    print()


def law(rows: tuple[Row, ...], seeds: range, limit: float) -> None:
    """Print the steps to a solution by lag, units and learning rate, and the exponents of a power law through them."""
    print("| units | lag | learning rate | solved while learning at step |\n|---|---|---|---|")
    points, steps = [], []
    for row in rows:
        lag, units, rate = (float(part.rpartition("=")[2]) for part in (row.task, row.model, row.trainer))
        found = learned(replace(row, steps=int(min(row.steps, limit))), seeds)
        print(f"| {units:.0f} | {lag:.0f} | {rate:g} | {spread(found.first)} |", flush=True)
        if np.isfinite(found.first).all():
            points.append([1.0, math.log(lag), math.log(units), math.log(rate)])
            steps.append(np.log(found.first))
    print("\n| exponent of | estimate | 95 % interval |\n|---|---|---|")
    for name, (low, mid, high) in zip(("lag", "units", "learning rate"), exponents(points, steps), strict=True):
        print(f"| {name} | {mid:.2f} | {low:.2f} to {high:.2f} |", flush=True)


def exponents(points: list[list[float]], steps: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Low, estimate and high of each exponent: least squares on the median seed, with seeds drawn anew 2000 times."""
    inputs, values = np.array(points), np.stack(steps, axis=1)  # (N, 4), (seeds, N)
    random = np.random.default_rng(0)
    drawn = [np.median(values[random.integers(len(values), size=len(values))], axis=0) for _ in range(2000)]
    fitted = [np.linalg.lstsq(inputs, each, rcond=None)[0][1:] for each in [np.median(values, axis=0), *drawn]]
    low, high = np.quantile(fitted[1:], [0.025, 0.975], axis=0)
    return np.stack([low, fitted[0], high], axis=1)


TABLES: Final[dict[str, tuple[Callable[[tuple[Row, ...], range, float], None], tuple[Row, ...]]]] = {
    "lags": (table, LAGS),
    "cells": (table, CELLS),
    "controls": (table, CONTROLS),
    "law": (law, LAW),
}


def main() -> None:
    """Print the tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="0:20", help="FIRST:END")
    parser.add_argument("--steps", type=int, default=math.inf, help="no row more than that")
    parser.add_argument("--only", choices=TABLES, help="one table")
    wanted = parser.parse_args()
    first, end = map(int, wanted.seeds.split(":"))
    for name, (printed, rows) in TABLES.items():
        if wanted.only in (None, name):
            printed(rows, range(first, end), wanted.steps)


if __name__ == "__main__":
    main()
