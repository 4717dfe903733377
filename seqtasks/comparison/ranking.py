"""The two skills by which methods can be ranked."""

from typing import Final

from seqtasks.errors import UsageError, quoted
from seqtasks.spec.spec import closest

PREQUENTIAL: Final = "prequential"
WORDS: Final = {"skill": "skill", PREQUENTIAL: "prequential skill"}
RANKINGS: Final = tuple(WORDS)  # of frozen weights, and of a network that learns on in the test


def check_ranking(name: object) -> None:
    """Check that methods can be ranked by a skill.

    Args:
        name: Its name.

    Raises:
        UsageError: If there is no such skill.
    """
    if name not in RANKINGS:
        raise UsageError(
            f"Methods are not ranked by {quoted(str(name))}.",
            f"{closest(str(name), list(RANKINGS))}They are ranked by {' or '.join(RANKINGS)}.",
        )


def other_than(ranking: str) -> str:
    """The other of the two skills.

    Args:
        ranking: One of them.

    Example:
        >>> other_than("skill")
        'prequential'
    """
    return next(name for name in RANKINGS if name != ranking)
