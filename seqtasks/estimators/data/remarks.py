"""What a task remarks on its data, in the settings of an estimator."""

import re
from collections.abc import Collection

_CLAUSE = re.compile(r"(?<=[.;:]) ")


def without_settings(note: str, absent: Collection[str]) -> str:
    """A note without the clauses that name a setting which the estimator does not have; the first one is kept.

    Args:
        note: Its clauses end in ``.``, ``;`` or ``:``.
        absent: The names of these settings.

    Example:
        >>> without_settings("The inputs are a, b; inputs=a,b chooses them. Column c is constant.", ["inputs"])
        'The inputs are a, b. Column c is constant.'
    """
    named = re.compile(rf"\b({'|'.join(map(re.escape, absent))})=")
    first, *others = _CLAUSE.split(note)
    kept = [first]
    for clause in others:
        if not named.search(clause):
            kept.append(clause)
        elif clause.endswith("."):
            kept[-1] = kept[-1].rstrip(".;:") + "."
    return " ".join(kept)
