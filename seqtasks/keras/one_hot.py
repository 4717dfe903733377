"""What of Keras knows classes by number is refused, for targets are one-hot here."""

from typing import Any

from seqtasks.errors import UsageError


def refuse_sparse(kind: str, found: Any) -> None:
    """Refuse a loss or a metric that wants the numbers of classes as targets.

    Args:
        kind: ``loss`` or ``metric``, for the message.
        found: What Keras found for a setting: an object or a function.

    Raises:
        UsageError: If it is such a one.
    """
    name = getattr(found, "__name__", type(found).__name__)
    if name.lower().startswith("sparse"):
        dense = name[len("sparse") :].lstrip("_")
        raise UsageError(f"The {kind} {name} wants classes by number, and targets are one-hot here: use {dense!r}.")
