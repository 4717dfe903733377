"""Checks of the form of a task's data: shapes, types, ranges, episodes and weights.

Axis letters: B lanes, T steps, I inputs, O outputs.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.checks.check import CheckFailure, expect
from seqtasks.core.task import AbstractTask, Chunk, Encoding

LANES, STEPS = 3, 50
FIRST_COUNTED = 10_000  # a task of unknown depth needs a positive weight within these steps


def form(task: AbstractTask) -> None:
    """Inputs, targets, weights and starts have the declared shapes and types, in empty chunks as well."""
    shapes = task.shapes
    inputs = (1, np.int32) if shapes.symbols else (shapes.inputs, np.float32)
    targets = (1, np.int32) if shapes.kind == "class" else (shapes.outputs, np.float32)
    stream = task.stream(0, LANES)
    for steps in (0, STEPS):
        chunk = stream.take(steps)
        _is(chunk.inputs, (LANES, steps, inputs[0]), inputs[1], "inputs", f"{shapes}")
        _is(chunk.targets, (LANES, steps, targets[0]), targets[1], "targets", f"{shapes}")
        _is(chunk.weights, (LANES, steps), np.float32, "weights", "every task")
        _is(chunk.starts, (LANES, steps), np.bool_, "starts", "every task")


def _is(array: NDArray[Any], shape: tuple[int, ...], dtype: Any, what: str, wanted_by: str) -> None:
    found = f"{getattr(array, 'dtype', type(array).__name__)} {getattr(array, 'shape', '')}"
    expect(
        isinstance(array, np.ndarray) and array.shape == shape and array.dtype == dtype,
        f"{what} of {shape[1]} steps of {shape[0]} lanes are {found}; {wanted_by} requires {np.dtype(dtype)} {shape}.",
        f"Return {what} of this shape and type, or declare other shapes.",
    )


def ranges(task: AbstractTask) -> None:
    """Inputs and targets are finite, symbols and classes are in their range, and binary targets are in [0, 1]."""
    shapes, chunk = task.shapes, _some(task)
    if shapes.symbols:
        _between(chunk.inputs, 0, shapes.inputs - 1, "inputs", "symbols")
    else:
        _finite(chunk.inputs, "inputs")
    if shapes.kind == "class":
        _between(chunk.targets, 0, shapes.outputs - 1, "targets", "classes")
    else:
        _finite(chunk.targets, "targets")
    if shapes.kind == "binary":
        _between(chunk.targets, 0, 1, "targets", "bits")


def _finite(array: NDArray[Any], what: str) -> None:
    bad = np.argwhere(~np.isfinite(array))
    if bad.size:
        place = tuple(int(i) for i in bad[0])
        raise CheckFailure(
            f"{what}[{', '.join(map(str, place))}] is {array[place]}.",
            "Return finite numbers for every step. Steps of weight 0 need them too, because 0 times NaN is NaN.",
        )


def _between(array: NDArray[Any], low: int, high: int, what: str, name: str) -> None:
    _finite(array, what)
    expect(
        array.min() >= low and array.max() <= high,
        f"{what} range from {array.min()} to {array.max()}; {name} are {low} to {high}.",
        "Keep the values in this range, or declare other shapes.",
    )


def episodes(task: AbstractTask) -> None:
    """The first step of every lane starts an episode, weights are finite and at least 0, and some are positive."""
    chunk = _some(task)
    expect(
        chunk.starts[:, 0].all(),
        f"The first step starts an episode in {int(chunk.starts[:, 0].sum())} of {chunk.lanes} lanes.",
        "Set starts[:, 0] in the first chunk of a stream, because a stream begins with an episode.",
    )
    _finite(chunk.weights, "weights")
    expect(
        chunk.weights.min() >= 0,
        f"A weight is {chunk.weights.min():g}.",
        "Use weight 0 for a step to ignore. Training would maximize the loss of a step of negative weight.",
    )
    expect(
        chunk.weights.any(),
        f"None of the first {chunk.steps:,} steps has a positive weight.",
        "Set the weight of steps to evaluate to 1. A target that depends on d steps has weight 1 from step d - 1 on.",
    )


def sequences(task: AbstractTask) -> None:
    """Sampled sequences have the requested number and length, start an episode, and depend only on the seed."""
    length = min(8, task.objective.sequence_length or 8)  # fixed sequences may be shorter
    one, other = (task.sample(3, 4, length) for _ in range(2))
    expect(
        one.weights.shape == (4, length),
        f"sample(seed, 4, {length}) has {one.lanes} sequences of {one.steps} steps.",
        "Return the first steps of a stream that has one lane for each sequence.",
    )
    expect(
        one.starts[:, 0].all(),
        f"{int((~one.starts[:, 0]).sum())} of 4 sequences do not begin with an episode.",
        "Set starts[:, 0].",
    )
    expect(
        all(np.array_equal(a, b) for a, b in zip(parts(one), parts(other), strict=True)),
        "Two calls of sample with the same seed return different sequences.",
        "Draw everything from the seed.",
    )


def encoding(task: AbstractTask) -> None:
    """The encoding has one column, mean and scale per input and one label per class, and no scale is 0."""
    shapes, found = task.shapes, task.encoding
    plain = Encoding.plain(shapes)
    for name in ("columns", "means", "scales", "outputs", "classes"):
        count, wanted = len(getattr(found, name)), len(getattr(plain, name))
        expect(
            count == wanted,
            f"encoding.{name} has {count} items, but {shapes} requires {wanted}.",
            "Remove encoding, or return a column for each input, an Output for each target, a label for each class.",
        )
    scales = (*found.scales, *(one.scale for one in found.outputs))
    numbers = (*found.means, *scales, *(one.mean for one in found.outputs))
    expect(
        all(map(math.isfinite, numbers)) and all(scales),
        f"encoding contains {', '.join(f'{n:g}' for n in numbers)}.",
        "Use finite means and scales, and no scale of 0.",
    )


def parts(chunk: Chunk) -> tuple[NDArray[Any], ...]:
    """The arrays of a chunk."""
    return chunk.inputs, chunk.targets, chunk.weights, chunk.starts


def _some(task: AbstractTask) -> Chunk:
    """A chunk that is long enough to contain steps of positive weight."""
    return task.stream(0, LANES).take(FIRST_COUNTED if task.depth is None else 2 * task.depth + 1000)
