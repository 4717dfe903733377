"""The functions that cells are written with: plain Python, and compiled forms that LLVM turns into vector instructions.

    e^x = 2^n e^r,    n = round(x / log 2),    r = x - n log 2,    |r| <= log(2) / 2

The compiled forms have no branch and no call, so that a loop over units becomes one over vectors of units. They keep
the precision of their argument, where a number written into a formula, such as the 1 of 1 - z, is a float64 and makes
the whole formula one. Their error is at most a few units in the last place (tests/test_elementary.py).
"""

import math
from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic, overload

# an inlined formula keeps its own rounding: no rewriting by associativity, which would undo the two parts of log 2
EXACT: Final = {"fastmath": {"contract"}, "forceinline": True, "error_model": "numpy"}


def exp(x: float) -> float:
    """e^x; infinite above the greatest number of the precision."""
    return math.exp(x)


def tanh(x: float) -> float:
    """The hyperbolic tangent."""
    return math.tanh(x)


def sigmoid(x: float) -> float:
    """1 / (1 + e^-x).

    Example:
        >>> sigmoid(0.0)
        0.5
    """
    return 0.5 + 0.5 * math.tanh(0.5 * x)


def sin(x: float) -> float:
    """The sine, for |x| up to 10 000."""
    return math.sin(x)


def cos(x: float) -> float:
    """The cosine, for |x| up to 10 000."""
    return math.cos(x)


def relu(x: float) -> float:
    """The greater of x and 0."""
    return max(x, 0.0)


def complement(x: float) -> float:
    """1 - x.

    Example:
        >>> complement(0.25)
        0.75
    """
    return 1.0 - x


def sigmoid_slope(y: float) -> float:
    """The derivative of :func:`sigmoid` where its value is y: y (1 - y)."""
    return y - y * y


def tanh_slope(y: float) -> float:
    """The derivative of :func:`tanh` where its value is y: 1 - y^2."""
    return 1.0 - y * y


def relu_slope(y: float) -> float:
    """The derivative of :func:`relu` where its value is y: 1 above 0, else 0."""
    return 1.0 if y > 0 else 0.0


@intrinsic
def power_of_two(typing_context: Any, rounded: Any) -> Any:
    """2^n, of n + 1.5 2^m, where m is the number of bits of the mantissa: n stands in the lowest bits."""
    size, mantissa, bias = (32, 23, 127) if rounded == types.float32 else (64, 52, 1023)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        integer = ir.IntType(size)
        exponent = builder.shl(builder.bitcast(arguments[0], integer), ir.Constant(integer, mantissa))
        bits = builder.add(exponent, ir.Constant(integer, bias << mantissa))
        return builder.bitcast(bits, context.get_value_type(signature.return_type))

    return rounded(rounded), generate


@intrinsic
def lowest_bits(typing_context: Any, rounded: Any) -> Any:
    """The bits of n + 1.5 2^m: the lowest are those of n."""
    integer = types.int32 if rounded == types.float32 else types.int64

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(signature.return_type))

    return integer(rounded), generate


def _exponential(real: Any) -> Any:
    """2^n and e^r - 1 of x = n log 2 + r, compiled for one precision."""
    wide = real is np.float64
    mantissa, exponent, split = (52, 1023, 20) if wide else (23, 127, 12)
    per_log2, magic = real(1 / math.log(2)), real(1.5 * 2.0**mantissa)
    high = real(round(math.log(2) * 2.0**split) / 2.0**split)  # n times it is exact
    low = real(math.log(2) - float(high))
    greatest, least = real((exponent + 0.5) * math.log(2)), real(-(exponent - 1.5) * math.log(2))
    c2, c3, c4, c5, c6, c7 = (real(1 / math.factorial(n)) for n in range(2, 8))
    c8, c9, c10, c11, c12, c13 = (real(1 / math.factorial(n)) for n in range(8, 14))

    @njit(**EXACT)
    def parts(x):  # type: ignore[no-untyped-def]
        x = greatest if x > greatest else x
        x = least if x < least else x
        rounded = x * per_log2 + magic
        n = rounded - magic
        r = (x - n * high) - n * low
        tail = c7
        if wide:
            tail = c7 + r * (c8 + r * (c9 + r * (c10 + r * (c11 + r * (c12 + r * c13)))))
        return power_of_two(rounded), r + r * r * (c2 + r * (c3 + r * (c4 + r * (c5 + r * (c6 + r * tail)))))

    return parts


def _circle(real: Any) -> Any:
    """The sine and the cosine of x = n pi / 2 + r, |r| <= pi / 4, and n, compiled for one precision."""
    wide = real is np.float64
    magic, digits = real(1.5 * 2.0 ** (52 if wide else 23)), 30 if wide else 10
    first = real(round(math.pi / 2 * 2.0**digits) / 2.0**digits)  # n times it is exact, and so with the second
    second = real(round((math.pi / 2 - float(first)) * 2.0 ** (2 * digits)) / 2.0 ** (2 * digits))
    third = real((math.pi / 2 - float(first) - float(second)) + 6.123233995736766e-17)  # and pi / 2 beyond float64
    per = real(2 / math.pi)
    s3, s5, s7, s9, s11, s13, s15, s17 = (real((-1) ** k / math.factorial(2 * k + 1)) for k in range(1, 9))
    c0, c2, c4, c6, c8, c10, c12, c14, c16 = (real((-1) ** k / math.factorial(2 * k)) for k in range(9))

    @njit(**EXACT)
    def parts(x):  # type: ignore[no-untyped-def]
        rounded = x * per + magic
        n = rounded - magic
        r = ((x - n * first) - n * second) - n * third
        q = r * r
        sine_tail, cosine_tail = s9, c10
        if wide:
            sine_tail = s9 + q * (s11 + q * (s13 + q * (s15 + q * s17)))
            cosine_tail = c10 + q * (c12 + q * (c14 + q * c16))
        s = r + r * q * (s3 + q * (s5 + q * (s7 + q * sine_tail)))
        c = c0 + q * (c2 + q * (c4 + q * (c6 + q * (c8 + q * cosine_tail))))
        return s, c, lowest_bits(rounded)

    return parts


_REAL: Final = {types.float32: np.float32, types.float64: np.float64}
_PARTS: Final = {types.float32: _exponential(np.float32), types.float64: _exponential(np.float64)}
_CIRCLE: Final = {types.float32: _circle(np.float32), types.float64: _circle(np.float64)}


@overload(exp, jit_options=EXACT)
def _exp(x: Any) -> Any:
    parts = _PARTS[x]

    def compiled(x: Any) -> Any:
        scale, rest = parts(x)
        return scale * rest + scale

    return compiled


@overload(tanh, jit_options=EXACT)
def _tanh(x: Any) -> Any:
    parts, real = _PARTS[x], _REAL[x]
    one, two = real(1), real(2)

    def compiled(x: Any) -> Any:
        scale, rest = parts(x + x)
        minus_one = scale * rest + (scale - one)  # e^2x - 1
        return minus_one / (minus_one + two)

    return compiled


@overload(sigmoid, jit_options=EXACT)
def _sigmoid(x: Any) -> Any:
    parts, real = _PARTS[x], _REAL[x]
    one = real(1)

    def compiled(x: Any) -> Any:
        scale, rest = parts(-x)
        return one / (scale * rest + scale + one)

    return compiled


@overload(sin, jit_options=EXACT)
def _sin(x: Any) -> Any:
    parts = _CIRCLE[x]

    def compiled(x: Any) -> Any:
        s, c, n = parts(x)
        y = c if n & 1 else s
        return -y if n & 2 else y

    return compiled


@overload(cos, jit_options=EXACT)
def _cos(x: Any) -> Any:
    parts = _CIRCLE[x]

    def compiled(x: Any) -> Any:
        s, c, n = parts(x)
        y = s if n & 1 else c
        return -y if (n + 1) & 2 else y

    return compiled


@overload(relu, jit_options=EXACT)
def _relu(x: Any) -> Any:
    zero = _REAL[x](0)

    def compiled(x: Any) -> Any:
        return zero if x < zero else x  # keeps nan, so that a network that diverges shows it

    return compiled


@overload(complement, jit_options=EXACT)
def _complement(x: Any) -> Any:
    one = _REAL[x](1)

    def compiled(x: Any) -> Any:
        return one - x

    return compiled


@overload(sigmoid_slope, jit_options=EXACT)
def _sigmoid_slope(y: Any) -> Any:

    def compiled(y: Any) -> Any:
        return y - y * y

    return compiled


@overload(tanh_slope, jit_options=EXACT)
def _tanh_slope(y: Any) -> Any:
    one = _REAL[y](1)

    def compiled(y: Any) -> Any:
        return one - y * y

    return compiled


@overload(relu_slope, jit_options=EXACT)
def _relu_slope(y: Any) -> Any:
    zero, one = _REAL[y](0), _REAL[y](1)

    def compiled(y: Any) -> Any:
        return one if y > zero else zero

    return compiled
