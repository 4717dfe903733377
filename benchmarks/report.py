"""How long a report of 100,000 runs takes, and how large its page is.

    python benchmarks/report.py

Five thousand configurations of twenty seeds, each run with a training curve of a thousand points. Required: at most
10 s, and a page of at most 5 MB. Then a hundred thousand configurations of one seed, whose page is as small.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from seqtasks.catalogue.host import Host
from seqtasks.running.request import RunRequest
from seqtasks.store.connection import transaction, writing

RUNS = 100_000
STEPS = list(range(20, 20_001, 20))
VERSIONS = {"python": "3.11.7", "seqtasks": "0.1.0", "tensorflow": "2.21.0", "keras": "3.15.1", "numpy": "2.4.6"}
RUN = (
    "key, status, task, model, trainer, seed, steps, parameters, loss, skill, solved, seconds, attempts, started, "
    "finished"
)


def fill(path: Path, runs: int, tasks: int, seeds: int) -> None:
    """Runs of some tasks, models and seeds, some of which solve their task."""
    host, rng = Host.start(environ={}), np.random.default_rng(0)
    request = RunRequest.of(host, "delay:lag=2", "gru:units=4", "online", steps=20_000)
    asked = json.loads(request.to_json())
    with closing(writing(path)) as connection, transaction(connection):
        for number in range(runs):
            configuration, seed = divmod(number, seeds)
            model, lag = divmod(configuration, tasks)
            skill = float(1 - rng.exponential(0.01) if rng.random() < 1 / (1 + lag / 20) else rng.beta(1, 4))
            curve = 0.1875 * (1 - skill * (1 - np.exp(-np.arange(1000) / 200))) + rng.normal(0, 0.005, 1000)
            values = {"seed": seed, "loss": 0.1875 * (1 - skill), "skill": skill, "solved": skill >= 0.95}
            record = values | {"chance": 0.1875, "memoryless": 0.1875, "optimum": 0.0, "versions": VERSIONS}
            key = f"{number:064x}"
            task = f"delay:lag={lag + 1}"
            connection.execute(
                f"INSERT INTO run ({RUN}) VALUES (?, 'done', ?, ?, 'online', ?, 20000, 900, ?, ?, ?, 2, 1, 0, 1)",
                [key, task, f"gru:units={model + 1}", seed, values["loss"], skill, int(skill >= 0.95)],
            )
            connection.execute(
                "INSERT INTO record (key, request, record, curve, versions) VALUES (?, ?, ?, ?, ?)",
                [
                    key,
                    json.dumps(asked | {"seed": seed, "task": f"{task},symbols=none,p=0.25,negate=true"}, indent=2),
                    json.dumps(record, indent=2),
                    json.dumps({"step": STEPS, "loss": curve.round(6).tolist()}),
                    json.dumps(VERSIONS),
                ],
            )


def measure(path: Path) -> None:
    """Run the command in a process of its own, the import of Python's modules included."""
    page = path.with_suffix(".html")
    command = [sys.executable, "-m", "seqtasks", "report", "--store", str(path), "-o", str(page)]
    before, used = time.perf_counter(), os.times()
    subprocess.run(command, check=True, capture_output=True)
    seconds, after = time.perf_counter() - before, os.times()
    processor = after.children_user + after.children_system - used.children_user - used.children_system
    print(f"{seconds:.1f} s, {processor:.1f} s of processor time, {page.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    """Fill two stores in a temporary folder, and write a report of each."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=RUNS)
    runs = options.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        for seeds in (20, 1):
            path = Path(folder) / f"{seeds}.sqlite"
            fill(path, runs, 100, seeds)
            print(
                f"{runs:,} runs, 100 tasks, {seeds} seeds, {path.stat().st_size / 2**20:,.0f} MiB: ", end="", flush=True
            )
            measure(path)


if __name__ == "__main__":
    main()
