"""How well a GRU learns the symbol of 15 steps ago, by how its weights start.

    python benchmarks/lag_symbols.py > docs/explanation/lag-symbols-rows.md

1 000 sequences of 100 symbols of 8 kinds, 51 units, mini-batches of 10, Adam 3e-3, 50 epochs, no clipping. The error is
the share of wrong symbols in 1 000 fresh sequences. ``--seeds 0:2 --epochs 2 --only PyTorch`` tries it out.

``--same`` prints instead how far the losses of the first updates differ between seqtasks and a PyTorch loop that start
from the same weights.
"""

import argparse
import importlib
import statistics
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import Any

import numpy as np
from lag_symbols_work import Start

KERAS = ",recurrent_initializer=orthogonal"
SMALL = ",readout_initializer=variance-scaling,readout_initializer.scale=0.333,readout_initializer.distribution=uniform"
UPDATES = 20  # whose losses are compared


@dataclass(frozen=True)
class Row:
    """A contender.

    Args:
        who: Its name.
        module: Where it is.
        function: What learns there.
        start: How its weights start.
    """

    who: str
    module: str
    function: str
    start: Any


OURS, FIT, LOOP = (
    ("lag_symbols_seqtasks", "learned"),
    ("lag_symbols_keras", "fitted"),
    ("lag_symbols_torch", "learned"),
)
ESTIMATOR = ("lag_symbols_seqtasks", "classified")
ALL, ALL_BUT_U = Start("torch", "torch", "torch", "torch"), Start("gates", "torch", "torch", "torch")
ROWS = (
    Row("SequenceClassifier, Keras's weights", *ESTIMATOR, KERAS),
    Row("SequenceClassifier, default: U gate by gate", *ESTIMATOR, ""),
    Row("SequenceClassifier, U gate by gate, V as PyTorch's", *ESTIMATOR, SMALL),
    Row("Keras fit, Keras's weights", *FIT, Start()),
    Row("Keras fit, U gate by gate", *FIT, Start("gates")),
    Row("PyTorch loop, Keras's weights but U gate by gate", *LOOP, Start("gates")),
    Row("PyTorch loop, PyTorch's weights but U gate by gate", *LOOP, ALL_BUT_U),
    Row("PyTorch loop, PyTorch's weights", *LOOP, ALL),
    Row("batch, Keras's weights", *OURS, Start()),
    Row("batch, U gate by gate", *OURS, Start("gates")),
    Row("batch, U gate by gate, W as PyTorch's", *OURS, Start("gates", kernel="torch")),
    Row("batch, U gate by gate, b as PyTorch's", *OURS, Start("gates", bias="torch")),
    Row("batch, U gate by gate, V as PyTorch's", *OURS, Start("gates", readout="torch")),
    Row("batch, V as PyTorch's", *OURS, Start(readout="torch")),
    Row("batch, PyTorch's weights but U gate by gate", *OURS, ALL_BUT_U),
    Row("batch, PyTorch's weights", *OURS, ALL),
)


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="0:10", help="FIRST:END")
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--only", default="", metavar="WORD", help="no rows but those named so")
    parser.add_argument("--same", action="store_true", help="compare first losses")
    wanted = parser.parse_args()
    seeds = range(*map(int, wanted.seeds.split(":")))
    if wanted.same:
        compare(seeds)
        return
    print("| who | seeds | error, median | least | greatest |\n|---|---|---|---|---|")
    for row in ROWS:
        if wanted.only in row.who:
            errors = [error for error, _ in learned(row, seeds, wanted.epochs)]
            median, least, greatest = (f"{f(errors):.4f}" for f in (statistics.median, min, max))
            print(f"| {row.who} | {len(errors)} | {median} | {least} | {greatest} |", flush=True)


def learned(row: Row, seeds: range, epochs: int) -> list[Any]:
    """The results of each seed, in its own process, because these libraries have conflicting native code."""
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:
        return list(apart.map(call, [(row, seed, epochs) for seed in seeds]))


def call(work: tuple[Row, int, int]) -> Any:
    """Learn one seed, where the libraries are to be loaded."""
    row, seed, epochs = work
    return getattr(importlib.import_module(row.module), row.function)(row.start, seed, epochs)


def compare(seeds: range) -> None:
    """Print the greatest relative difference between the losses of the first updates."""
    for start in (Start(), Start("gates"), ALL):
        rows = [
            Row("", module, "learned", replace(start, epsilon=1e-8))
            for module in ("lag_symbols_seqtasks", "lag_symbols_torch")
        ]
        ours, theirs = (np.array([losses[:UPDATES] for _, losses in learned(row, seeds, 1)]) for row in rows)
        print(f"{start}: {np.abs(ours / theirs - 1).max():.1e} in {UPDATES} updates", flush=True)


if __name__ == "__main__":
    main()
