"""The environment of a command that a test starts as a process."""

import os


def environment(**more):
    """The variables of this process without those of seqtasks, and ``more``."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SEQTASKS_")} | more
