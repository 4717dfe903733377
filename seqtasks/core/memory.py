"""Refuses what cannot fit into memory, with the arithmetic, before anything is made."""

import os
from pathlib import Path
from typing import Final

from seqtasks.errors import UsageError

LIMIT: Final = Path("/sys/fs/cgroup/memory.max")  # a container's, in bytes, or "max"
GIB: Final = 2**30


def refuse_beyond_memory(needed: int, sum_of: str, hint: str) -> None:
    """Go on only if so many bytes can be had.

    Args:
        needed: Bytes.
        sum_of: How they come about, as a sentence to be ended with the sum.
        hint: What would need less.

    Raises:
        UsageError: If the machine, or the container, has less.
    """
    there = memory()
    if needed > there:
        raise UsageError(f"{sum_of} = {needed / GIB:,.0f} GiB, and there are {there / GIB:,.0f} GiB.", hint)


def memory() -> int:
    """The bytes of the machine, or of the container if that is allowed less."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        return min(machine, int(LIMIT.read_text()))
    except (OSError, ValueError):
        return machine
