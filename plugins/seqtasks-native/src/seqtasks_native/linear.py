"""Products of vectors and matrices, compiled: small ones, row after row, without a library's overhead for a call.

Every array is a matrix, and a vector is a row of one. Functions take the matrix and the number of the row: a slice
would cost more than a product of this size does. Four rows at a time, so that a result is read and written a quarter as
often.

A column is counted by unsigned integers. Numba lets a signed index count from the end, and a loop whose index is a sum
of signed numbers then does not become one of vector instructions.
"""

from numpy import uint64

from seqtasks_native.compiled import inner


@inner
def clear(out, row):  # type: ignore[no-untyped-def]
    """Zeros into a row."""
    for c in range(out.shape[1]):
        out[row, c] = 0


@inner
def copy(a, row, out, out_row):  # type: ignore[no-untyped-def]
    """A row of one matrix into a row, at least as long, of another."""
    for c in range(a.shape[1]):
        out[out_row, c] = a[row, c]


@inner
def add_product(a, row, w, first, count, out, out_row, column):  # type: ignore[no-untyped-def]
    """``out`` += a W: a vector of ``count`` numbers, and as many rows of W from ``first`` on, into columns of a row."""
    columns, column, whole = uint64(w.shape[1]), uint64(column), count - count % 4
    for f in range(0, whole, 4):
        a0, a1, a2, a3, r = a[row, f], a[row, f + 1], a[row, f + 2], a[row, f + 3], first + f
        for c in range(columns):
            out[out_row, column + c] += a0 * w[r, c] + a1 * w[r + 1, c] + a2 * w[r + 2, c] + a3 * w[r + 3, c]
    for f in range(whole, count):
        a0, r = a[row, f], first + f
        for c in range(columns):
            out[out_row, column + c] += a0 * w[r, c]


@inner
def add_transposed_product(w, count, d, row, column, out, out_row):  # type: ignore[no-untyped-def]
    """``out`` += W d: of the first ``count`` rows of W, and d from a column of a row on."""
    columns, column = uint64(w.shape[1]), uint64(column)
    for f in range(count):
        total = out[out_row, f]
        for c in range(columns):
            total += w[f, c] * d[row, column + c]
        out[out_row, f] = total


@inner
def add_outer(a, a_first, d, d_first, count, column, out, out_first, rows, columns):  # type: ignore[no-untyped-def]
    """``out`` += the sum of ``count`` outer products of rows of a and of d.

    Args:
        a: Its rows from ``a_first`` on are the vectors to the left.
        a_first: The first of them.
        d: Its rows from ``d_first`` on, and columns from ``column`` on, are those to the right.
        d_first: The first of them.
        count: How many there are.
        column: The first column of d.
        out: The result, ``rows`` x ``columns``, in as many rows as out has, or written out one after the other in one.
        out_first: Where the result begins in ``out`` as a vector.
        rows: As ``out`` says.
        columns: As ``out`` says.
    """
    width, column = uint64(columns), uint64(column)
    for f in range(rows):
        place, j = uint64(out_first + f * columns), 0
        while j + 4 <= count:
            r, s = a_first + j, d_first + j
            a0, a1, a2, a3 = a[r, f], a[r + 1, f], a[r + 2, f], a[r + 3, f]
            for c in range(width):
                near, far = d[s, column + c], d[s + 1, column + c]
                out[place + c] += a0 * near + a1 * far + a2 * d[s + 2, column + c] + a3 * d[s + 3, column + c]
            j += 4
        while j < count:
            a0, s = a[a_first + j, f], d_first + j
            for c in range(width):
                out[place + c] += a0 * d[s, column + c]
            j += 1


@inner
def add_square_product(left, left_row, right, right_row, size, first, last, out, out_row):  # type: ignore[no-untyped-def]
    """``out`` += A B, of A (size, size) and columns ``first`` <= c < ``last`` of B, in pieces of two rows by four."""
    pairs, whole, first, width = size - size % 2, size - size % 4, uint64(first), uint64(last - first)
    for n in range(0, pairs, 2):
        a, o = left_row + n, out_row + n
        for m in range(0, whole, 4):
            a0, a1, a2, a3 = left[a, m], left[a, m + 1], left[a, m + 2], left[a, m + 3]
            b0, b1, b2, b3 = left[a + 1, m], left[a + 1, m + 1], left[a + 1, m + 2], left[a + 1, m + 3]
            r = right_row + m
            for c in range(width):
                r0, r1, r2, r3 = (
                    right[r, first + c],
                    right[r + 1, first + c],
                    right[r + 2, first + c],
                    right[r + 3, first + c],
                )
                out[o, c] += a0 * r0 + a1 * r1 + a2 * r2 + a3 * r3
                out[o + 1, c] += b0 * r0 + b1 * r1 + b2 * r2 + b3 * r3
        for m in range(whole, size):
            a0, b0, r = left[a, m], left[a + 1, m], right_row + m
            for c in range(width):
                out[o, c] += a0 * right[r, first + c]
                out[o + 1, c] += b0 * right[r, first + c]
    for n in range(pairs, size):
        for m in range(size):
            a0, r = left[left_row + n, m], right_row + m
            for c in range(width):
                out[out_row + n, c] += a0 * right[r, first + c]
