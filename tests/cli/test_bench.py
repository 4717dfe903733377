"""``seqtasks bench``: real processes, which are interrupted and killed."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from support.environment import environment

from seqtasks.store.query import stored_results, stored_runs

SUPPORT = Path(__file__).parents[1] / "support"
PLUGINS = [word for name in ("numpy", "trouble") for word in ("--plugin", str(SUPPORT / f"{name}_plugin.py"))]
SUITE = """
tasks = ["prev-bit", "delay:lag=[2,3]"]
models = ["elman:units=[3,4]"]
trainers = ["readout"]
steps = 300
seeds = 6
"""


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """A folder with a suite file, which is the current one."""
    (tmp_path / "suite.toml").write_text(SUITE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def started():
    """Starts the command in a process group of its own, as a shell does; what is left at the end is killed."""
    processes = []

    def started(*words):
        process = subprocess.Popen(
            [sys.executable, "-m", "seqtasks", "bench", *words, *PLUGINS, "--store", "runs.sqlite", "--workers", "2"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env=environment(),
        )
        processes.append(process)
        return process

    yield started
    for process in processes:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def ended(process):
    out, err = process.communicate(timeout=600)
    return process.returncode, out, err


def children(pid):
    """The worker processes of a benchmark."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdecimal() and f"\nPPid:\t{pid}\n" in (entry / "status").read_text():
                words = (entry / "cmdline").read_bytes()
                found += [int(entry.name)] if b"popen_loky" in words else []
    return found


def wait_for(condition):
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_suite_is_run_and_printed(workspace, started):
    """A line for each task and model on stdout, the counts on stderr; a second call runs nothing."""
    code, out, err = ended(started("suite.toml"))
    assert (code, err) == (0, "36 runs, of which 0 are stored in runs.sqlite.\n")
    head, *lines = out.splitlines()
    assert head.split()[:7] == ["task", "model", "trainer", "steps", "weights", "runs", "solved"]
    assert len(lines) == 6
    assert lines[0].split()[:6] == ["prev-bit", "elman", "readout", "300", "15", "6"]
    code, again, err = ended(started("suite.toml"))
    assert (code, again, err) == (0, out, "36 runs, of which 36 are stored in runs.sqlite.\n")


def test_json_holds_the_table_and_the_runs(workspace, started):
    """As plain values, of this suite alone."""
    ended(started("suite.toml", "--seeds", "2"))
    code, out, _ = ended(started("suite.toml", "--seeds", "1", "--json"))
    record = json.loads(out)
    assert (code, len(record["runs"]), record["horizons"]) == (0, 6, [])
    assert len(stored_runs("runs.sqlite")) == 12
    rows = {(row["task"], row["model"]): row for row in record["summary"]}
    for run in record["runs"]:
        row = rows[run["task"], run["model"]]
        assert (row["runs"], row["skill"], row["skill_interval"]) == (1, max(run["skill"], -1.0), None)
        assert (row["solved"], row["parameters"]) == (int(run["solved"]), run["parameters"])


def test_failed_runs_are_named_and_the_exit_code_is_1(workspace, started):
    """The message names the command that shows why."""
    (workspace / "bad.toml").write_text(
        'tasks = "prev-bit"\nmodels = "elman"\ntrainers = "trouble:log=log,fails=1"\nseeds = 3\nsteps = 100\n'
    )
    code, out, err = ended(started("bad.toml"))
    assert code == 1
    assert "1 failed. To see why: seqtasks runs --store runs.sqlite\n" in err
    assert "2 + 1 failed" in out


def test_mistakes_come_before_everything(workspace, started):
    """Nothing is written."""
    (workspace / "bad.toml").write_text('tasks = "prev-bitt"\nmodels = "gruu"\n')
    code, out, err = ended(started("bad.toml"))
    assert (code, out, err.count("Did you mean")) == (2, "", 2)
    code, _, err = ended(started("suite.toml", "--dask", "tcp://127.0.0.1:1"))
    assert (code, "--workers and --dask" in err) == (2, True)
    assert sorted(path.name for path in workspace.iterdir()) == ["bad.toml", "suite.toml"]


def test_ctrl_c_ends_at_once_and_says_how_to_go_on(workspace, started):
    """No worker is left, no row is running, and the same command does the rest, each run once."""
    (workspace / "slow.toml").write_text(
        'tasks = "prev-bit"\nmodels = "elman"\ntrainers = "trouble:log=log,pause=0.5"\nseeds = 8\nsteps = 100\n'
    )
    process = started("slow.toml")
    wait_for(lambda: "done" in {run.status for run in stored()})
    workers = children(process.pid)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: it reaches the workers, too
    before = time.monotonic()
    code, out, err = ended(process)
    assert (code, out, time.monotonic() - before < 30) == (130, "", True)
    found = stored_runs("runs.sqlite")
    assert {run.status for run in found} == {"done"}
    assert f"Interrupted: {len(found)} of 8 runs are stored in runs.sqlite.\n" in err
    assert "\nContinue with: seqtasks bench slow.toml" in err
    assert "Traceback" not in err
    assert len(workers) == 2
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    assert ended(started("slow.toml"))[0] == 0
    assert [(run.seed, run.status) for run in stored_runs("runs.sqlite")] == [(seed, "done") for seed in range(8)]


def test_workers_end_with_a_killed_benchmark(workspace, started):
    """They notice within seconds; the next benchmark does their runs."""
    (workspace / "slow.toml").write_text(
        'tasks = "prev-bit"\nmodels = "elman"\ntrainers = "trouble:log=log,hangs=1"\nseeds = 2\nsteps = 100\n'
    )
    process = started("slow.toml")
    wait_for(lambda: Path("log").exists() and "1" in Path("log").read_text().split())
    workers = children(process.pid)
    process.kill()
    process.wait()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    assert [run.status for run in stored_runs("runs.sqlite") if run.seed == 1] == ["abandoned"]


def kill(process, chance):
    """Kill the benchmark or one of its workers; returns whether it was the benchmark."""
    workers = children(process.pid)
    victim = chance.choice([process.pid, *workers])
    with suppress(ProcessLookupError):
        os.kill(victim, signal.SIGKILL)
    return victim == process.pid


@pytest.mark.slow
def test_a_benchmark_that_is_killed_25_times_gives_the_same_table(workspace, started):
    """To the bit: the table, and each record, the clock apart; no run is lost, and none is left running."""
    Path("suite.toml").write_text(SUITE.replace("seeds = 6", "seeds = 20").replace("steps = 300", "steps = 3000"))
    code, expected, _ = ended(started("suite.toml"))
    assert code == 0
    records = {request.key(): timeless(result) for request, result in stored_results("runs.sqlite")}
    Path("runs.sqlite").unlink()
    chance, kills = random.Random(0), 0
    process = started("suite.toml")
    while kills < 25:
        time.sleep(chance.uniform(0.2, 2.5))
        kills += 1
        if kill(process, chance) or process.poll() is not None:
            process.wait()
            process = started("suite.toml")
    process.communicate(timeout=600)
    code, out, err = ended(started("suite.toml"))
    assert (code, out) == (0, expected), err
    assert Counter(run.status for run in stored()) == {"done": 120}
    assert {request.key(): timeless(result) for request, result in stored_results("runs.sqlite")} == records


def stored():
    return stored_runs("runs.sqlite") if Path("runs.sqlite").exists() and Path("runs.sqlite").stat().st_size else []


def timeless(result):
    record = result.record()
    return {name: value for name, value in record.items() if name not in ("seconds", "steps_per_second")}
