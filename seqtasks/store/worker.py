"""The processes that run what a store holds, and whether they are still there."""

import os
import platform
import time
from dataclasses import dataclass
from typing import Final, Self, final
from uuid import uuid4

LEASE: Final = 60.0  # seconds without a heartbeat after which a process on any machine counts as gone
BEAT: Final = 5.0  # seconds between two heartbeats


@final
@dataclass(frozen=True, slots=True)
class Worker:
    """A process that claims runs of a store.

    Args:
        id: A random name of its own.
        host: The machine, and on Linux the namespace in which process ids hold.
        pid: Its process id.
    """

    id: str
    host: str
    pid: int

    @classmethod
    def here(cls) -> Self:
        """This process."""
        return cls(uuid4().hex, _host(), os.getpid())


def is_gone(host: str, pid: int, heartbeat: float) -> bool:
    """Whether the process that claimed a run is certainly or probably gone.

    On the same machine its process id tells at once; elsewhere the age of its heartbeat does.

    Args:
        host: Its machine, as :class:`Worker` holds it.
        pid: Its process id.
        heartbeat: Its last heartbeat in seconds since 1970.
    """
    if time.time() - heartbeat > LEASE:
        return True
    return host == _host() and not _exists(pid)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it exists, and belongs to another user
        return True
    return True


def _host() -> str:
    """Containers may share a host's name, but not its process ids."""
    try:
        return f"{platform.node()} {os.readlink('/proc/self/ns/pid')}"
    except OSError:  # not Linux
        return platform.node()
