"""Many processes write one store, and some of them are killed: nothing is lost, and nothing is done twice."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from seqtasks.store.query import stored_results, stored_runs
from seqtasks.store.run_store import RunStore
from seqtasks.store.schema import VERSION, version_of

WORK = Path(__file__).parents[1] / "support" / "store_work.py"


def started(path, log, runs, seed):
    words = [sys.executable, WORK, path, log, runs, seed]
    return subprocess.Popen([str(word) for word in words], stderr=subprocess.PIPE, text=True)


def ended(process):
    """Its errors; a killed process has none."""
    _, errors = process.communicate(timeout=600)
    assert process.returncode == (-signal.SIGKILL if process.killed else 0), errors
    return errors


def check(path, log, runs):
    """Every run is stored once, with its own record, and none is running."""
    stored = stored_runs(path)
    assert Counter(run.status for run in stored) == {"done": runs}
    assert [run.seed for run in stored] == list(range(runs))
    assert [result.history["loss"][1] for _, result in stored_results(path)] == [0.1 + n for n in range(runs)]
    lines = Counter(log.read_text().split())
    assert max(lines.values()) == 1  # each line is an outcome that was stored
    assert set(map(int, lines)) <= set(range(runs))
    return lines


def test_eight_processes_write_one_store(path, tmp_path):
    """Each of 400 runs is stored by one of them."""
    log = tmp_path / "log"
    processes = [started(path, log, 400, seed) for seed in range(8)]
    for process in processes:
        process.killed = False
        assert ended(process) == ""
    assert len(check(path, log, 400)) == 400


@pytest.mark.slow
def test_processes_that_are_killed_at_random_lose_nothing(path, tmp_path):
    """2,000 runs, eight processes at a time, a random one killed every quarter of a second, a new one in its place."""
    log, chance = tmp_path / "log", random.Random(0)
    processes = {seed: started(path, log, 2000, seed) for seed in range(8)}
    over, kills = [], 0
    while len(over) < 8:
        time.sleep(0.25)
        for seed, process in list(processes.items()):
            if process.poll() is not None:
                process.killed = False
                over.append(processes.pop(seed))
        if processes and kills < 60:
            seed = chance.choice(sorted(processes))
            victim = processes.pop(seed)
            victim.send_signal(signal.SIGKILL)
            victim.killed = victim.wait() == -signal.SIGKILL
            kills += victim.killed
            assert ended(victim) == ""
            processes[seed] = started(path, log, 2000, seed + 8 * kills)
    assert [ended(process) for process in over] == [""] * 8
    assert kills > 8
    lines = check(path, log, 2000)
    assert 2000 - kills <= len(lines) <= 2000  # one killed between its transaction and its line in the log


class Slow(sqlite3.Connection):
    """Another process makes a store of the file after so many statements."""

    statements = after = 0

    def execute(self, *words):
        if self.statements == self.after:
            (path,) = (path for _, name, path in super().execute("PRAGMA database_list") if name == "main")
            RunStore(Path(path)).close()
        self.statements += 1
        return super().execute(*words)


@pytest.mark.parametrize("after", range(3))
def test_a_store_may_appear_while_its_version_is_read(tmp_path, after):
    """It is never taken for the database of another program."""
    path = tmp_path / "runs.sqlite"
    connection = sqlite3.connect(path, factory=Slow)
    connection.after = after
    assert version_of(connection, path) == VERSION
    connection.close()
