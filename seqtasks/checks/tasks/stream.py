"""How a task's stream goes: by its seed, in pieces of any size, on from where it was, each lane for itself."""

from itertools import combinations
from typing import Any, Final

import numpy as np

from seqtasks.checks.check import DoesNotApply, expect
from seqtasks.checks.states import global_random_states, kept
from seqtasks.checks.tasks.form import parts
from seqtasks.core.task import AbstractTask, Chunk

NAMES = ("inputs", "targets", "weights", "starts")
CUTS = (1, 7, 0, 2, 23, 17)  # together 50 steps
LONG: Final = 2000
EVENTS: Final = 10  # changes of the input at the same steps, which no two lanes have in common by chance


def seeding(task: AbstractTask) -> None:
    """The same seed gives the same data and another seed others; global random states are neither used nor changed."""
    before = global_random_states()
    one = task.stream(3, 2).take(40)
    expect(
        global_random_states() == before,
        "A stream draws from Python's or NumPy's global random state.",
        "Draw from a generator of the stream's own: numpy.random.default_rng([seed, lane]).",
    )
    different = _difference(one, task.stream(3, 2).take(40))
    expect(not different, f"Two streams of seed 3 differ: {different}.", "Draw everything from the seed.")
    others = [(task.stream(seed, 2).take(LONG) for seed in (3, 4)), (task.sample(seed, 4, 8) for seed in (3, 4))]
    expect(
        any(_difference(*pair) for pair in others),
        "Seeds 3 and 4 give the same stream and the same sequences.",
        "Let what is drawn depend on the seed: each run has its own data.",
    )


def chunks(task: AbstractTask) -> None:
    """A stream taken in pieces of 1, 7, 0, 2, 23 and 17 steps is the stream of 50: nothing depends on what is to come.

    So no piece of the past can know of a later one either.
    """
    whole, stream, at = task.stream(1, 2).take(sum(CUTS)), task.stream(1, 2), 0
    for cut in CUTS:
        different = _difference(whole.between(at, at + cut), stream.take(cut))
        expect(
            not different,
            f"Steps {at} to {at + cut - 1}, taken for themselves, differ from those of one piece: {different}.",
            "Carry on from piece to piece what targets and episodes depend on, and draw a number for each step, not "
            "for each piece.",
        )
        at += cut


def resuming(task: AbstractTask) -> None:
    """A stream restored from a state, through a file as a checkpoint has it, goes on as the first did, to the bit."""
    stream = task.stream(1, 2)
    stream.take(13)
    state = stream.state()
    filed = kept(state)
    rest = stream.take(37)
    late = task.stream(1, 2)
    late.take(29)
    for where, other, given in (
        ("a new stream", task.stream(1, 2), filed),
        ("a stream that was further on", late, filed),
        ("the stream itself", stream, state),
    ):
        other.restore(given)
        different = _difference(rest, other.take(37))
        expect(
            not different,
            f"After restore, {where} goes on otherwise: {different}.",
            "Put everything the next step depends on into state(), as copies, and take all of it back in restore().",
        )


def lanes(task: AbstractTask) -> None:
    """Lane b is the same however many lanes there are, and no two lanes are the same."""
    five = task.stream(2, 5).take(60)
    for count in (1, 2):
        different = _difference(five.lanes_at(slice(0, count)), task.stream(2, count).take(60))
        expect(
            not different,
            f"The first of 5 lanes differ from those of a stream of {count}: {different}.",
            "Draw for each lane from a generator of its own: numpy.random.default_rng([seed, lane]).",
        )
    long = task.stream(2, 5).take(LONG)
    eventful = np.flatnonzero((np.diff(long.inputs, axis=1) != 0).any(axis=2).sum(axis=1) >= EVENTS)
    if not len(eventful):
        raise DoesNotApply(f"Inputs hardly change in {LONG} steps, and lanes may be the same by chance.")
    twins = [
        (int(a), int(b))
        for a, b in combinations(eventful, 2)
        if not _difference(long.lanes_at(slice(a, a + 1)), long.lanes_at(slice(b, b + 1)))
    ]
    expect(
        not twins,
        f"Lanes {' and '.join(map(str, twins[0])) if twins else ''} are the same.",
        "Draw for each lane from a generator of its own: several lanes of the same data teach no more than one.",
    )


def fresh_data(task: AbstractTask) -> None:
    """The data a network is judged on are the same for the same seed and count, and not those of training."""
    one = task.test(0)
    different = _difference(one, task.test(0))
    expect(not different, f"test(0) gives other data the second time: {different}.", "Draw everything from the seed.")
    expect(one.weights.any(), "No step of test(0) counts.", "Give steps that are to be judged the weight 1.")
    first = int(np.argmax((one.weights > 0).any(axis=0)))
    seen = task.stream(0, one.lanes).take(first + 200).between(first, first + 200)
    judged = one.between(first, first + 200)
    expect(
        judged.steps < seen.steps or _difference(judged, seen),
        "What counts in test(0) is what the stream of seed 0 has there.",
        "Leave test to AbstractTask, or derive its seed from the run's: what was learned by heart must not count.",
    )


def _difference(one: Chunk, other: Chunk) -> str:
    """Where two chunks differ first, or nothing."""
    for name, a, b in zip(NAMES, parts(one), parts(other), strict=True):
        if a.shape != b.shape:
            return f"{name} are {a.shape} and {b.shape}"
        places = np.argwhere(_unlike(a, b))
        if places.size:
            place = tuple(int(i) for i in places[0])
            return f"{name}[{', '.join(map(str, place))}] is {a[place]} and {b[place]}"
    return ""


def _unlike(a: Any, b: Any) -> Any:
    return (a != b) & ~(np.isnan(a) & np.isnan(b))
