"""How long a table takes to be read, cleaned and split, compared with pandas.read_csv, and in how much memory.

Three figures: a task of one million rows of ten columns, next to ``pandas.read_csv`` of the same file, in turn; the
peak of the memory, next to the frame's; and the rows a second that ``seqtasks predict`` reads, without the network.

    python benchmarks/table_reading.py [ROWS]
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from seqtasks.core.recipe import Recipe
from seqtasks.tables.live import Cleaner, rows_of
from seqtasks.tasks.table import Table

REPEATS = 5
PEAK = """
import re
from pathlib import Path
from seqtasks.tasks.table import Table
def high(): return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
before = high()
{code}
print(high() - before)
"""


def written(folder, rows, kind):
    """A file of ten columns: numbers alone, or with a time and a text among them."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"c{i}": rng.normal(size=rows).round(3) for i in range(10)})
    if kind == "mixed":
        frame["c0"] = pd.date_range("2000-01-01", periods=rows, freq="min").astype(str)
        frame["c1"] = rng.choice(["north", "south", "east"], rows)
        frame.loc[rng.choice(rows, rows // 100, replace=False), "c2"] = None
    path = str(folder / f"{kind}.csv")
    frame.to_csv(path, index=False)
    return path


def task(path):
    """Read, clean and split."""
    return Table(path, "c9", missing="forward")._data


def seconds(function, path):
    """Of one call."""
    start = time.perf_counter()
    function(path)
    return time.perf_counter() - start


def peak(code):
    """The memory in MB that a fresh process takes for the code."""
    done = subprocess.run([sys.executable, "-c", PEAK.format(code=code)], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1024


def streamed(path):
    """Rows a second through the reader and the cleaner of predict."""
    trained = Table(path, "c9", missing="forward").encoding
    start, rows = time.perf_counter(), 0
    recipe = trained.recipe or Recipe()
    for piece in Cleaner(recipe, trained.columns, print).clean(rows_of(path, recipe)):
        for name in trained.columns:
            piece.numbers(name)
        rows += piece.rows
    return rows / (time.perf_counter() - start)


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"{rows:,} rows of 10 columns, medians of {REPEATS}")
    print("| columns | read_csv | task | ratio | frame | peak of the task | ratio | predict reads, rows/s |")
    print("|---------|----------|------|-------|-------|------------------|-------|-----------------------|")
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("numbers", "mixed"):
            path = written(Path(folder), rows, kind)
            pairs = [(seconds(pd.read_csv, path), seconds(task, path)) for _ in range(REPEATS)]
            plain, ours = (statistics.median(each) for each in zip(*pairs, strict=True))
            frame = pd.read_csv(path).memory_usage(deep=True).sum() / 2**20
            took = peak(f"Table({path!r}, 'c9', missing='forward')._data")
            rate = streamed(path)
            print(
                f"| {kind} | {plain:.2f} s | {ours:.2f} s | {ours / plain:.2f} | {frame:.0f} MB | {took:.0f} MB "
                f"| {took / frame:.1f} | {rate:,.0f} |"
            )


if __name__ == "__main__":
    main()
