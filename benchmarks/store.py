"""How long it takes to list and to filter a store of 100,000 runs.

Prints the seconds of each, the import of Python's modules apart.
"""

import json
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from seqtasks.store.connection import transaction, writing
from seqtasks.store.query import Selection, stored_runs

RUNS = 100_000
CURVE = json.dumps({"step": list(range(0, 20_000, 20)), "loss": [0.123456789 + n for n in range(1000)]})


def fill(path: Path, runs: int) -> None:
    """Runs of ten tasks, ten models and twenty seeds, each with a training curve of a thousand points."""
    with closing(writing(path)) as connection, transaction(connection):
        for n in range(runs):
            key = f"{n:064x}"
            connection.execute(
                "INSERT INTO run (key, status, task, model, trainer, seed, steps, parameters, loss, skill, solved, "
                "attempts, started) VALUES (?, 'done', ?, ?, 'online', ?, 20000, 929, 0.1, 0.9, 0, 1, 0)",
                [key, f"delay:lag={n % 10}", f"gru:units={n // 10 % 10 + 1}", n // 100],
            )
            connection.execute(
                "INSERT INTO record (key, request, record, curve, versions) VALUES (?, '{}', '{}', ?, '{}')",
                [key, CURVE],
            )


def main(runs: int) -> None:
    """Fill a store in a temporary folder, and read it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "runs.sqlite"
        fill(path, runs)
        print(f"{runs:,} runs, {path.stat().st_size / 2**20:,.0f} MiB")
        selections = {"list": Selection(), "filter": Selection(task="delay:lag=3", model="gru", status="done")}
        for name, selection in selections.items():
            before = time.perf_counter()
            found = stored_runs(path, selection)
            print(f"{name:<7} {time.perf_counter() - before:.2f} s, {len(found):,} runs")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
