"""A process of one command: no collection meanwhile, and an end without tidying up."""

import gc
import subprocess
import sys

from seqtasks.cli.process import no_collection

SCRIPT = """
import sys
from seqtasks.cli.process import leave
import atexit
class Loud:
    def __del__(self): print("taken apart")
loud = Loud()
atexit.register(print, "exit handler")
sys.stdout.write("data\\n")
leave(7)
"""


def test_the_collector_is_off_meanwhile_and_on_again():
    """What was made meanwhile is frozen: no later collection goes through it."""
    before = gc.get_freeze_count()
    with no_collection():
        assert not gc.isenabled()
        kept = [[] for _ in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(kept)
    gc.unfreeze()


def test_leaving_runs_exit_handlers_and_writes_all_but_takes_nothing_apart():
    """The exit code is passed on, data is flushed to a pipe, exit handlers run, and objects are not finalized."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (7, "data\nexit handler\n", "")
