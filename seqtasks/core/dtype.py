"""The precisions in which a network can compute."""

from collections.abc import Sequence
from typing import Final

from seqtasks.errors import UsageError

DTYPES: Final = ("float32", "float64")


def check_dtype(dtype: object, supported: Sequence[str] = DTYPES, model: str = "") -> None:
    """Raise an error unless the precision is one of the supported ones.

    Args:
        dtype: The precision that was asked for.
        supported: The names that are possible.
        model: The name of the model that computes in these alone; empty if the limit is not a model's.

    Raises:
        UsageError: If it is not.

    Example:
        >>> try:
        ...     check_dtype("float64", ("float32",), "delay-line")
        ... except UsageError as error:
        ...     print(error.message)
        The model delay-line does not compute in float64.
    """
    if dtype in supported:
        return
    names = ", ".join(supported)
    if model:
        raise UsageError(f"The model {model} does not compute in {dtype}.", f"Use dtype={names}, or another model.")
    raise UsageError(f"dtype is {dtype!r}.", f"dtype takes one of: {names}.")
