"""Errors for cells that XLA cannot compile, or that TensorFlow cannot differentiate."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from seqtasks.errors import UsageError


@contextmanager
def translated(cells: str) -> Iterator[None]:
    """While this context is open, errors of TensorFlow that a cell causes are raised as errors that name the cell.

    Args:
        cells: The names of the network's cells.

    Raises:
        UsageError: If a cell has a loop without an upper bound, or an operation that XLA does not compile, or one that
            TensorFlow does not differentiate.
    """
    try:
        yield
    except (tf.errors.InvalidArgumentError, LookupError) as error:
        found = _usage_error(cells, str(error))
        if found is None:
            raise
        raise found from error


def _usage_error(cells: str, message: str) -> UsageError | None:
    if "requires a fixed tensor list size" in message:
        return UsageError(
            f"The loop in the step of {cells} has no upper bound, so that XLA cannot compile its gradient.",
            "Set one: keras.ops.while_loop(..., maximum_iterations=N).",
        )
    if unsupported := re.search(r"unsupported operations .*?: (\w+)", message):
        return UsageError(
            f"XLA cannot compile the operation {unsupported[1]} in the step of {cells}.",
            "Write the step with other operations of keras.ops.",
        )
    if undifferentiable := re.search(
        r"gradient (?:registry has no entry for|defined for operation).*?: ?'?(\w+)", message
    ):
        return UsageError(
            f"TensorFlow has no gradient of the operation {undifferentiable[1]} in the step of {cells}.",
            "Write the step with differentiable operations of keras.ops.",
        )
    return None
