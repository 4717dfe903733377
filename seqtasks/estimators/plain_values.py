"""Arrays that conversion to numbers would misread in silence: masked values and times."""

from typing import Any

import numpy as np


def check_unmasked(values: Any, name: str) -> None:
    """Refuse masked values, whose mask conversion drops.

    Args:
        values: An array, or a list of arrays.
        name: Of the argument.

    Raises:
        ValueError: If a value is masked.

    Example:
        >>> check_unmasked(np.ma.masked_array([1.0, 2.0]), "X")
    """
    count = sum(int(np.sum(each.mask)) for each in _parts(values) if isinstance(each, np.ma.MaskedArray))
    if count:
        raise ValueError(
            f"{name} has {count} masked values. Fill them, for example by {name}.filled(0), or leave out what they are "
            "part of."
        )


def check_no_times(values: Any, name: str) -> None:
    """Refuse times where numbers are expected: conversion makes each the count of its unit since 1970.

    Args:
        values: An array.
        name: Of the argument.

    Raises:
        ValueError: If it holds times.
    """
    dtype = np.asarray(values).dtype
    if dtype.kind in "mM":
        raise ValueError(
            f"{name} holds times ({dtype}); expected numbers. Give differences in a unit, for example "
            "(t - t[0]) / np.timedelta64(1, 'D')."
        )


def _parts(values: Any) -> Any:
    apart = isinstance(values, list | tuple) or (type(values) is np.ndarray and values.dtype == object)
    return values if apart else [values]
