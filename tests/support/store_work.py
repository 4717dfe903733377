"""A process that claims runs of a store in an order of its own until all have ended: PATH LOG RUNS SEED."""

import random
import sys
import time
from dataclasses import replace

from seqtasks.catalogue.host import Host
from seqtasks.running.request import RunRequest
from seqtasks.running.result import Result
from seqtasks.store.run_store import Outcome, RunStore


def outcome(request: RunRequest, skill: float = 0.5) -> Outcome:
    """A record whose curve tells the seed."""
    record = Result(
        task=request.task,
        model=request.model,
        trainer=request.trainer,
        seed=request.seed,
        status="done",
        steps=500,
        updates=499,
        parameters=265,
        loss=0.1875 * (1 - skill),
        loss_error=None,
        chance=0.1875,
        memoryless=0.1875,
        optimum=0.0,
        skill=skill,
        solved=skill >= 0.95,
        own_unit=None,
        steps_per_second=1000.0,
        seconds={"load": 1.0, "compile": 0.5, "train": 0.25, "evaluate": 0.25},
        history={"step": [250, 500], "loss": [0.2, 0.1 + request.seed]},
        versions={"python": "3.11", "seqtasks": "0.1.0"},
    )
    return Outcome("done", record)


def main(path: str, log: str, runs: int, seed: int) -> None:
    """Write a line for each outcome that this process has stored."""
    template = RunRequest.of(Host.start(environ={}), "prev-bit", "gru:units=8", "online", steps=500)
    left = [replace(template, seed=n) for n in range(runs)]
    random.Random(seed).shuffle(left)
    with RunStore(path) as store:
        while left:
            elsewhere = []
            for request in left:
                claim = store.claim(request)
                if claim == "elsewhere":
                    elsewhere.append(request)
                elif claim == "claimed" and store.finish(request, outcome(request)):
                    with open(log, "a") as file:
                        file.write(f"{request.seed}\n")
            left = elsewhere
            time.sleep(0.01)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
