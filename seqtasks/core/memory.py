"""Checks that an allocation fits into memory before it is made, and shows the arithmetic if it does not."""

import os
from pathlib import Path
from typing import Final

from seqtasks.errors import UsageError

LIMIT: Final = Path("/sys/fs/cgroup/memory.max")  # a container's, in bytes, or "max"
GIB: Final = 2**30


def check_memory(needed: int, sum_of: str, hint: str) -> None:
    """Raise an error if an allocation exceeds the memory.

    Args:
        needed: Bytes.
        sum_of: The terms of the sum, as the beginning of a sentence.
        hint: A remedy that needs less.

    Raises:
        UsageError: If the machine, or the container, has less memory.
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
