"""The functions of a cell, compiled for all units of a layer.

Axis letters: H units, G sums, K arrays of a state, Q own weights.
"""

from functools import cache
from typing import Any, NamedTuple

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from seqtasks_native.cell import AbstractNativeCell
from seqtasks_native.compiled import INNER
from seqtasks_native.elementary import EXACT


class UnitFunctions(NamedTuple):
    """What the rules call, compiled. Each argument but ``units``, H, is a matrix and the number of a row in it.

    Attributes:
        step: ``step(u, row, s, row, p, c, new, row, units)`` fills in the new state (K H).
        slopes: ``slopes(u, row, s, row, p, c, by_sums, by_state, by_own, row, units)`` fills in the derivatives of the
            new state by the sums (K G H), by the state (K K H) and by the own weights (K Q H).
    """

    step: Any
    slopes: Any


@cache
def unit_functions(cell: type[AbstractNativeCell]) -> UnitFunctions:
    """The functions of a cell for sums (G H), a state (K H), own weights (Q H) and constants (C)."""
    one_step, one_slopes = njit(**EXACT)(cell.step), njit(**EXACT)(cell.slopes)
    sums, arrays, own, constants = map(_gather, (cell.sums, cell.arrays, cell.own, len(cell.constants)))

    @njit(**INNER)
    def step(u, u_row, s, s_row, p, c, new, row, units):  # type: ignore[no-untyped-def]
        fixed = constants(c, 0, 0, 1)
        for i in range(units):
            after = one_step(sums(u, u_row, i, units), arrays(s, s_row, i, units), own(p, 0, i, units), fixed)
            scatter(new, row, i, units, after)

    @njit(**INNER)
    def slopes(u, u_row, s, s_row, p, c, by_sums, by_state, by_own, row, units):  # type: ignore[no-untyped-def]
        fixed = constants(c, 0, 0, 1)
        for i in range(units):
            d, j, e = one_slopes(sums(u, u_row, i, units), arrays(s, s_row, i, units), own(p, 0, i, units), fixed)
            scatter(by_sums, row, i, units, d)
            scatter(by_state, row, i, units, j)
            scatter(by_own, row, i, units, e)

    return UnitFunctions(step, slopes)


@cache
def _gather(count: int) -> Any:
    """A compiled function: ``count`` numbers of a row, from place i on and ``units`` apart, as a tuple."""

    @intrinsic
    def gather(typing_context: Any, array: Any, row: Any, i: Any, units: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            places = [_pointer(context, builder, signature, arguments, n) for n in range(count)]
            return context.make_tuple(builder, signature.return_type, [builder.load(place) for place in places])

        return types.UniTuple(array.dtype, count)(array, row, i, units), generate

    return gather


@intrinsic
def scatter(typing_context: Any, array: Any, row: Any, i: Any, units: Any, numbers: Any) -> Any:
    """Write a tuple into a row, from place i on and ``units`` apart, in the precision of the array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        for n, given in enumerate(signature.args[-1]):
            number = builder.extract_value(arguments[-1], n)
            number = context.cast(builder, number, given, signature.args[0].dtype)
            builder.store(number, _pointer(context, builder, signature, arguments, n))
        return context.get_dummy_value()

    return types.void(array, row, i, units, numbers), generate


def _pointer(context: Any, builder: Any, signature: Any, arguments: Any, n: int) -> ir.Value:
    """Where the n-th of such numbers is."""
    kind, (array, row, i, units) = signature.args[0], arguments[:4]
    whole = context.make_array(kind)(context, builder, array)
    column = builder.add(i, builder.mul(context.get_constant(types.intp, n), units))
    return cgutils.get_item_pointer(context, builder, kind, whole, [row, column], wraparound=False)
