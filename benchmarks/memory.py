"""Memory of a long run: the peak resident size after 10 million online steps against that after 1 million."""

import resource

from measure import Record

from seqtasks.catalogue.host import Host
from seqtasks.running.execution import Judged, Progress, execute
from seqtasks.running.request import RunRequest

EARLY, LATE = 1_000_000, 10_000_000
REQUIRED = 1.05
TRAINER = "online:window=1,clip=none"  # the fastest: what a run keeps does not depend on it


def peak():
    """The largest resident size of this process so far in MiB (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    record = Record(__doc__)
    request = RunRequest.of(host := Host.start(), "prev-bit", "gru:units=16", TRAINER, steps=LATE)
    early = None
    for event in execute(request, host=host):
        if early is None and isinstance(event, Progress) and event.step >= EARLY:
            early = peak()
            print(f"{early:.0f} MiB after {event.step:,} steps", flush=True)
        if isinstance(event, Judged):
            result = event.run.result
    late = peak()
    verdict = "met" if late / early <= REQUIRED else "MISSED"
    print(f"{result.steps_per_second:,.0f} steps/s over {result.steps:,} steps")
    print(f"{late:.0f} MiB after {LATE:,} steps: ratio {late / early:.3f}, required <= {REQUIRED}: {verdict}")
    record.add("peak resident size, MiB", "seqtasks", early=early, late=late, ratio=late / early, required=REQUIRED)


if __name__ == "__main__":
    main()
