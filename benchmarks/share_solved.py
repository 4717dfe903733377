"""How many seeds have solved a task after so many steps, and do they stay so?

    python benchmarks/share_solved.py prev-bit gru online --at 20000,200000 --seeds 0:20

Prints, for each count of steps, how many seeds are solved, with the Wilson interval of that share, and the losses.
"""

import argparse
import math
import time
from collections.abc import Iterator, Sequence

import numpy as np

from seqtasks.catalogue.host import Host
from seqtasks.core.loss import evaluate
from seqtasks.feeds.side_by_side import SideBySide
from seqtasks.running.result import SOLVED
from seqtasks.running.share import wilson

CHUNK = 20_000


def losses(host: Host, task: str, model: str, trainer: str, seed: int, at: list[int]) -> list[float]:
    """The loss on fresh data of one seed after each count of steps."""
    return [float(found[0]) for found, _ in judged(host, task, model, trainer, [seed], at)]


def judged(
    host: Host, task: str, model: str, trainer: str, seeds: Sequence[int], at: Sequence[int]
) -> Iterator[tuple[np.ndarray, float]]:
    """After each count of steps the losses on fresh data of seeds that learn side by side, and the seconds of training.

    The seconds are of all seeds together, from the first step on; compilation and judging are left out.
    """
    made = [
        host.make(shelf, host.spec(shelf, text))
        for shelf, text in (("tasks", task), ("models", model), ("trainers", trainer))
    ]
    the_task, the_model, the_trainer = made
    networks = [the_model.build(the_task.shapes, seed) for seed in seeds]
    if len(seeds) == 1:  # a plugin's trainer may know nothing else
        learner = the_trainer.learner(networks[0], the_task.objective, seeds[0])
    else:
        learner = the_trainer.replicas(networks, the_task.objective, seeds)
    feed = SideBySide(
        [the_trainer.feed(the_task, network, seed, at[-1], None) for network, seed in zip(networks, seeds, strict=True)]
    )
    fed, seconds = 0, 0.0
    for target in at:
        while fed < target and (chunk := feed.take(min(CHUNK, target - fed))) is not None:
            if not fed:
                learner.compile(chunk)
            before = time.perf_counter()
            fed += learner.learn(chunk).size // len(seeds)
            seconds += time.perf_counter() - before
            feed.learned()
        found = [evaluate(network, the_task.test(seed)).loss for network, seed in zip(networks, seeds, strict=True)]
        yield np.array(found), seconds


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
