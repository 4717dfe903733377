"""Checks of a task's stream: seeds, chunks of any size, resuming, and independent lanes."""

from itertools import combinations
from typing import Any, Final

import numpy as np

from seqtasks.checks.check import DoesNotApply, expect
from seqtasks.checks.states import global_random_states, through_checkpoint
from seqtasks.checks.tasks.form import parts
from seqtasks.core.task import AbstractTask, Chunk

NAMES = ("inputs", "targets", "weights", "starts")
CUTS = (1, 7, 0, 2, 23, 17)  # 50 steps in total
LONG: Final = 2000
EVENTS: Final = 10  # changes of the input; two lanes with so many do not agree by chance


def seeding(task: AbstractTask) -> None:
    """Equal seeds give equal data, other seeds give other data, and global random states are not used or changed."""
    before = global_random_states()
    one = task.stream(3, 2).take(40)
    expect(
        global_random_states() == before,
        "A stream draws from the global random state of Python or NumPy.",
        "Use a generator for each stream: numpy.random.default_rng([seed, lane]).",
    )
    different = _difference(one, task.stream(3, 2).take(40))
    expect(not different, f"Two streams of seed 3 differ: {different}.", "Draw everything from the seed.")
    others = [(task.stream(seed, 2).take(LONG) for seed in (3, 4)), (task.sample(seed, 4, 8) for seed in (3, 4))]
    expect(
        any(_difference(*pair) for pair in others),
        "Seeds 3 and 4 give equal streams and equal sequences.",
        "Seed the random generator with the seed, so that each run has its own data.",
    )


def chunks(task: AbstractTask) -> None:
    """A stream taken in chunks of 1, 7, 0, 2, 23 and 17 steps equals the same 50 steps taken in one chunk.

    Therefore, data that a stream has returned cannot depend on later calls.
    """
    whole, stream, at = task.stream(1, 2).take(sum(CUTS)), task.stream(1, 2), 0
    for cut in CUTS:
        different = _difference(whole.between(at, at + cut), stream.take(cut))
        expect(
            not different,
            f"Steps {at} to {at + cut - 1}, taken in a separate chunk, differ from those of one chunk: {different}.",
            "Store everything that targets and episodes depend on between chunks, and draw random numbers for each "
            "step, not for each chunk.",
        )
        at += cut


def resuming(task: AbstractTask) -> None:
    """A stream that is restored from a state continues bit for bit, also if a checkpoint file held the state."""
    stream = task.stream(1, 2)
    stream.take(13)
    state = stream.state()
    filed = through_checkpoint(state)
    rest = stream.take(37)
    late = task.stream(1, 2)
    late.take(29)
    for where, other, restored in (
        ("a new stream", task.stream(1, 2), filed),
        ("a stream at a later step", late, filed),
        ("the same stream", stream, state),
    ):
        other.restore(restored)
        different = _difference(rest, other.take(37))
        expect(
            not different,
            f"After restore, {where} continues differently: {different}.",
            "Return copies of all data that the next step depends on from state(), and restore them in restore().",
        )


def lanes(task: AbstractTask) -> None:
    """Lane b does not depend on the number of lanes, and no two lanes are equal."""
    five = task.stream(2, 5).take(60)
    for count in (1, 2):
        different = _difference(five.lanes_at(slice(0, count)), task.stream(2, count).take(60))
        expect(
            not different,
            f"The first of 5 lanes differ from those of a stream of {count}: {different}.",
            "Use a generator for each lane: numpy.random.default_rng([seed, lane]).",
        )
    long = task.stream(2, 5).take(LONG)
    eventful = np.flatnonzero((np.diff(long.inputs, axis=1) != 0).any(axis=2).sum(axis=1) >= EVENTS)
    if not len(eventful):
        raise DoesNotApply(f"Inputs hardly change in {LONG} steps, so lanes may be equal by chance.")
    twins = [
        (int(a), int(b))
        for a, b in combinations(eventful, 2)
        if not _difference(long.lanes_at(slice(a, a + 1)), long.lanes_at(slice(b, b + 1)))
    ]
    expect(
        not twins,
        f"Lanes {' and '.join(map(str, twins[0])) if twins else ''} are equal.",
        "Use a generator for each lane, because equal lanes contain no additional data.",
    )


def fresh_data(task: AbstractTask) -> None:
    """Test data is equal for equal seeds, contains steps of positive weight, and differs from the training data."""
    one = task.test(0)
    different = _difference(one, task.test(0))
    expect(
        not different,
        f"A second call of test(0) returns different data: {different}.",
        "Draw everything from the seed.",
    )
    expect(one.weights.any(), "No step of test(0) has a positive weight.", "Set the weight of steps to evaluate to 1.")
    first = int(np.argmax((one.weights > 0).any(axis=0)))
    seen = task.stream(0, one.lanes).take(first + 200).between(first, first + 200)
    judged = one.between(first, first + 200)
    expect(
        judged.steps < seen.steps or _difference(judged, seen),
        "test(0) contains the training data of seed 0.",
        "Do not override AbstractTask.test, or derive another seed in it: Memorized data would improve the score.",
    )


def _difference(one: Chunk, other: Chunk) -> str:
    """The first difference between two chunks as text; empty if they are equal."""
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
