"""How many seeds have solved a task after so many steps, and do they stay so?

    python tests/benchmarks/share_solved.py prev-bit gru online --at 20000,200000 --seeds 0:20

Prints, for each count of steps, how many seeds are solved, with the Wilson interval of that share, and the losses.
"""

import argparse
import math

import numpy as np

from seqtasks.catalogue.host import Host
from seqtasks.core.evaluation import evaluate
from seqtasks.running.result import SOLVED

CHUNK = 20_000


def losses(host: Host, task: str, model: str, trainer: str, seed: int, at: list[int]) -> list[float]:
    """The loss on fresh data after each count of steps."""
    made = [
        host.make(shelf, host.spec(shelf, text))
        for shelf, text in (("tasks", task), ("models", model), ("trainers", trainer))
    ]
    the_task, the_model, the_trainer = made
    network = the_model.build(the_task.shapes, seed)
    learner = the_trainer.learner(network, the_task, seed)
    found, fed = [], 0
    feed = the_trainer.feed(the_task, network, seed, at[-1], None)
    for target in at:
        while fed < target and (chunk := feed.take(min(CHUNK, target - fed))) is not None:
            fed += learner.learn(chunk).size
            feed.learned(learner)
        found.append(evaluate(network, the_task.test(seed)).loss)
    return found


def wilson(solved: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    z, p = 1.96, solved / of
    middle, half = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return max(0.0, (middle - half) / (1 + z * z / of)), min(1.0, (middle + half) / (1 + z * z / of))


def report(task: str, model: str, trainer: str, at: list[int], seeds: range) -> list[int]:
    """Print a row for each count of steps; how many seeds are solved at each."""
    host = Host.start()
    table = np.array([losses(host, task, model, trainer, seed, at) for seed in seeds])
    sticks = host.make("tasks", host.spec("tasks", task)).yardsticks()
    counts = []
    for steps, column in zip(at, table.T, strict=True):
        solved = sum(math.isfinite(loss) and sticks.skill(loss) >= SOLVED for loss in column)
        low, high = wilson(solved, len(seeds))
        print(
            f"{task:12} {model:22} {trainer:50} {steps:>8} steps: "
            f"{solved:>2}/{len(seeds)} solved [{low:.2f}, {high:.2f}]"
            f"  loss median {np.median(column):.5f}, {column.min():.5f} to {column.max():.5f}",
            flush=True,
        )
        counts.append(solved)
    return counts


def main() -> None:
    """Read the command line and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task")
    parser.add_argument("model")
    parser.add_argument("trainer", nargs="+")
    parser.add_argument("--at", default="20000,200000")
    parser.add_argument("--seeds", default="0:20", help="FIRST:END")
    wanted = parser.parse_args()
    first, end = map(int, wanted.seeds.split(":"))
    for trainer in wanted.trainer:
        report(wanted.task, wanted.model, trainer, [int(n) for n in wanted.at.split(",")], range(first, end))


if __name__ == "__main__":
    main()
