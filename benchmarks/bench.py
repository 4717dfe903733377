"""What a benchmark adds to its runs, and how much faster two workers are than one, on the quick version of horizon.

Prints both: the time between the runs of one worker as a share of the time of the runs themselves, and the ratio of
the whole times. The workers start anew for each, so that each imports TensorFlow and compiles its programs.
"""

import tempfile
import time
from pathlib import Path

from seqtasks.benchmarks.benchmark import Benchmark, opened, schedule
from seqtasks.catalogue.host import Host
from seqtasks.store.query import StoredRun, stored_runs
from seqtasks.store.run_store import RunStore

SUITE = "horizon"


def timed(workers: int, store: Path) -> tuple[float, list[StoredRun]]:
    """The seconds of the whole benchmark, and its runs."""
    benchmark = Benchmark.of(Host.start(environ={}), SUITE, quick=True)
    before = time.perf_counter()
    with opened(workers, None) as processes, RunStore(store) as opened_store:
        plan, _ = benchmark.plan(processes)
        for _ in schedule(plan, opened_store, processes):
            pass
        elapsed = time.perf_counter() - before
    return elapsed, stored_runs(store)


def added(runs: list[StoredRun]) -> float:
    """The time of one worker outside of its runs, from the start of the first to the end of the last, as a share."""
    span = max(run.finished or 0.0 for run in runs) - min(run.started for run in runs)
    own = sum(run.seconds or 0.0 for run in runs)
    return span / own - 1


def main() -> None:
    """Run the suite with one worker and with two."""
    with tempfile.TemporaryDirectory() as folder:
        one, runs = timed(1, Path(folder) / "one.sqlite")
        two, _ = timed(2, Path(folder) / "two.sqlite")
    print(f"{len(runs)} runs: {one:.1f} s with one worker, {two:.1f} s with two")
    print(f"added to the runs: {100 * added(runs):.1f} % (at most 5 %)")
    print(f"two workers against one: {one / two:.2f} (at least 1.7)")


if __name__ == "__main__":
    main()
