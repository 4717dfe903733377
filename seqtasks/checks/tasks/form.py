"""What a task's data look like: shapes, types, ranges, episodes, weights.

Axis letters: B lanes, T steps, I inputs, O outputs.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.checks.check import CheckFailure, expect
from seqtasks.core.task import AbstractTask, Chunk, Encoding

LANES, STEPS = 3, 50
FIRST_COUNTED = 10_000  # steps within which a task of unknown depth has to count one


def form(task: AbstractTask) -> None:
    """Inputs, targets, weights and starts have the shapes and types that the task declares, in empty chunks, too."""
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
        f"{what} of {shape[1]} steps of {shape[0]} lanes are {found}; {wanted_by} means {np.dtype(dtype)} {shape}.",
        f"Make the {what} so, or declare other shapes.",
    )


def ranges(task: AbstractTask) -> None:
    """Inputs and targets are finite, symbols and classes within those declared, binary targets between 0 and 1."""
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
            "Give every step finite numbers, those that do not count included: 0 times not-a-number is not-a-number.",
        )


def _between(array: NDArray[Any], low: int, high: int, what: str, name: str) -> None:
    _finite(array, what)
    expect(
        array.min() >= low and array.max() <= high,
        f"{what} range from {array.min()} to {array.max()}; {name} are {low} to {high}.",
        "Correct them, or declare other shapes.",
    )


def episodes(task: AbstractTask) -> None:
    """The first step of every lane starts an episode; weights are finite and not negative; some step counts."""
    chunk = _some(task)
    expect(
        chunk.starts[:, 0].all(),
        f"The first step starts an episode in {int(chunk.starts[:, 0].sum())} of {chunk.lanes} lanes.",
        "Set starts[:, 0] in the first chunk of a stream: a stream begins with an episode.",
    )
    _finite(chunk.weights, "weights")
    expect(
        chunk.weights.min() >= 0,
        f"A weight is {chunk.weights.min():g}.",
        "Use 0 for a step that does not count; a negative weight would make the loss large on purpose.",
    )
    expect(
        chunk.weights.any(),
        f"None of the first {chunk.steps:,} steps counts.",
        "Give the steps that are to be judged the weight 1; targets that need d steps count from step d - 1 on.",
    )


def sequences(task: AbstractTask) -> None:
    """Independent sequences are as many and as long as asked for, begin with an episode, and follow their seed."""
    length = 8
    one, other = (task.sample(3, 4, length) for _ in range(2))
    expect(
        one.weights.shape == (4, length),
        f"sample(seed, 4, {length}) has {one.lanes} sequences of {one.steps} steps.",
        "Return the first steps of a stream with as many lanes as there are sequences.",
    )
    expect(
        one.starts[:, 0].all(),
        f"{int((~one.starts[:, 0]).sum())} of 4 sequences do not begin with an episode.",
        "Set starts[:, 0].",
    )
    expect(
        all(np.array_equal(a, b) for a, b in zip(parts(one), parts(other), strict=True)),
        "sample with the same seed gives other sequences.",
        "Draw everything from the seed.",
    )


def encoding(task: AbstractTask) -> None:
    """Columns, means and scales are as many as inputs, no scale is 0, and classes have as many labels as there are."""
    shapes, found = task.shapes, task.encoding
    plain = Encoding.plain(shapes)
    for name in ("columns", "means", "scales", "outputs", "classes"):
        count, wanted = len(getattr(found, name)), len(getattr(plain, name))
        expect(
            count == wanted,
            f"encoding.{name} has {count} items, and {shapes} means {wanted}.",
            "Leave encoding out, or give a column for each input, an Output for each target and the classes' labels.",
        )
    scales = (*found.scales, *(one.scale for one in found.outputs))
    numbers = (*found.means, *scales, *(one.mean for one in found.outputs))
    expect(
        all(map(math.isfinite, numbers)) and all(scales),
        f"encoding holds {', '.join(f'{n:g}' for n in numbers)}.",
        "Means and scales are finite, and no scale is 0.",
    )


def parts(chunk: Chunk) -> tuple[NDArray[Any], ...]:
    """Everything in a chunk."""
    return chunk.inputs, chunk.targets, chunk.weights, chunk.starts


def _some(task: AbstractTask) -> Chunk:
    """Enough steps that some should count."""
    return task.stream(0, LANES).take(FIRST_COUNTED if task.depth is None else 2 * task.depth + 1000)
