"""Memory of a long run: the peak resident size after 10 million online steps against that after 1 million."""

import resource

from measure import Record

from seqtasks.catalogue.host import Host
from seqtasks.running.experiment import Experiment

EARLY, LATE = 1_000_000, 10_000_000
REQUIRED = 1.05
TRAINER = "online:window=1,clip=none"  # the fastest: what a run keeps does not depend on it


def peak():
    """The largest resident size of this process so far in MiB (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    record = Record(__doc__)
    experiment = Experiment(Host.start(), "prev-bit", "gru:units=16", TRAINER, steps=LATE)
    session = experiment.start()
    early = None
    for progress in session.train():
        if early is None and progress.step >= EARLY:
            early = peak()
            print(f"{early:.0f} MiB after {progress.step:,} steps", flush=True)
    late = peak()
    verdict = "met" if late / early <= REQUIRED else "MISSED"
    print(f"{session.steps / session.seconds['train']:,.0f} steps/s over {session.steps:,} steps")
    print(f"{late:.0f} MiB after {LATE:,} steps: ratio {late / early:.3f}, required <= {REQUIRED}: {verdict}")
    record.add("peak resident size, MiB", "seqtasks", early=early, late=late, ratio=late / early, required=REQUIRED)


if __name__ == "__main__":
    main()
