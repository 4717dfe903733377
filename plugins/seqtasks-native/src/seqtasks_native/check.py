"""The check of a cell: its slopes against finite differences, in plain Python."""

from functools import cache
from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import UsageError
from seqtasks_native.cell import AbstractNativeCell, Numbers

POINTS: Final = 5
WIDTH: Final = 1e-5
TOLERANCE: Final = 1e-6

Slopes = list[NDArray[np.float64]]


def check_slopes(cell: type[AbstractNativeCell], constants: Numbers) -> None:
    """Compare the slopes of a cell with finite differences at a few random points.

    Raises:
        UsageError: If ``step`` or ``slopes`` raises, returns another number of numbers, or the slopes are others.

    Example:
        >>> from seqtasks_native.cells.simple_rnn import SimpleRNNCell
        >>> check_slopes(SimpleRNNCell, ())
    """
    random = Random(0)
    for _ in range(POINTS):
        point = [tuple(random.uniform(-1, 1) for _ in range(n)) for n in (cell.sums, cell.arrays, cell.own)]
        for by, given, wanted in zip(
            ("a sum", "the state", "an own weight"),
            _given(cell, point, constants),
            _differences(cell, point, constants),
            strict=True,
        ):
            if not np.allclose(given, wanted, rtol=TOLERANCE, atol=TOLERANCE):
                place = np.unravel_index(np.argmax(np.abs(given - wanted)), given.shape)
                raise UsageError(
                    f"The slope of {cell.__name__} by {by} is {given[place]:.6g}, but by finite differences it is "
                    f"{wanted[place]:.6g}: of number {place[0]} of the new state by number {place[1]}.",
                    f"Correct {cell.__name__}.slopes, or step.",
                )


@cache
def masks(cell: type[AbstractNativeCell], constants: Numbers) -> NDArray[np.float64]:
    """(K, G + Q): 1 where a sum or an own weight changes an array of the state within one step, else 0."""
    random, found = Random(1), np.zeros((cell.arrays, cell.sums + cell.own), np.bool_)
    for _ in range(POINTS):
        point = [tuple(random.uniform(-1, 1) for _ in range(n)) for n in (cell.sums, cell.arrays, cell.own)]
        by_sums, _, by_own = _given(cell, point, constants)
        found |= np.concatenate([by_sums, by_own], axis=1) != 0
    return found.astype(np.float64)


def _given(cell: type[AbstractNativeCell], point: list[Numbers], constants: Numbers) -> Slopes:
    """The slopes as the cell computes them: (K, G), (K, K) and (K, Q)."""
    widths = (cell.sums, cell.arrays, cell.own)
    try:
        u, s, p = point
        found = cell.slopes(u, s, p, constants)
        return [np.array(one, float).reshape(cell.arrays, width) for one, width in zip(found, widths, strict=True)]
    except Exception as error:
        raise UsageError(
            f"The slopes of {cell.__name__} cannot be computed: {error}.",
            f"Return K G, K K and K Q numbers from {cell.__name__}.slopes: K is {cell.arrays}, G is {cell.sums}, "
            f"Q is {cell.own}.",
        ) from error


def _differences(cell: type[AbstractNativeCell], point: list[Numbers], constants: Numbers) -> Slopes:
    """The slopes by differences of :meth:`AbstractNativeCell.step` to both sides."""

    def after(changed: list[Numbers]) -> NDArray[np.float64]:
        try:
            u, s, p = changed
            return np.array(cell.step(u, s, p, constants), float).reshape(cell.arrays)
        except Exception as error:
            raise UsageError(
                f"The step of {cell.__name__} cannot be computed: {error}.",
                f"Return {cell.arrays} numbers from {cell.__name__}.step.",
            ) from error

    found = []
    for which, numbers in enumerate(point):
        columns = np.zeros((cell.arrays, len(numbers)))
        for place in range(len(numbers)):
            sides = []
            for change in (WIDTH, -WIDTH):
                moved = tuple(number + change * (n == place) for n, number in enumerate(numbers))
                sides.append(after([*point[:which], moved, *point[which + 1 :]]))
            columns[:, place] = (sides[0] - sides[1]) / (2 * WIDTH)
        found.append(columns)
    return found
