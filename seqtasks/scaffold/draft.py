"""The name of a new plugin, and all names that follow from it."""

import keyword
import re
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final, final

from seqtasks.catalogue.admission import KEBAB
from seqtasks.errors import UsageError, quoted
from seqtasks.scaffold.kinds import Kind

LONGEST: Final = 40  # characters, with which every line that is written keeps its length
PREFIX: Final = "seqtasks-"


@final
@dataclass(frozen=True, slots=True)
class Draft:
    """The names of a new plugin.

    Args:
        name: The name that users will type.
        kind: What it is.

    Raises:
        UsageError: If no plugin can be called so.

    Example:
        >>> draft = Draft("two-back", "task")
        >>> draft.distribution, draft.package, draft.class_name
        ('seqtasks-two-back', 'seqtasks_two_back', 'TwoBackTask')
    """

    name: str
    kind: Kind

    def __post_init__(self) -> None:
        """Check that the name is valid.

        Raises:
            UsageError: If it is not.
        """
        if not KEBAB.fullmatch(self.name):
            raise UsageError(
                f"{quoted(self.name)} is not a valid name: use words of a-z, 0-9 and hyphens.",
                _instead(self.name),
            )
        if len(self.name) > LONGEST:
            raise UsageError(
                f"The name {quoted(self.name)} has {len(self.name)} characters.",
                f"Use at most {LONGEST}, because users type it.",
            )
        if keyword.iskeyword(self.module) or keyword.issoftkeyword(self.module):
            raise UsageError(
                f"{self.name} is a keyword of Python.", f"Use another name, such as {self.name}-{self.kind}."
            )
        if self.name.startswith(PREFIX):
            raise UsageError(
                f"The package of {self.name} would be called {self.distribution}.",
                f"Leave {PREFIX} out: {self.name.removeprefix(PREFIX)}",
            )

    @property
    def distribution(self) -> str:
        """The name of the distribution."""
        return PREFIX + self.name

    @property
    def package(self) -> str:
        """The name of the module."""
        return self.distribution.replace("-", "_")

    @property
    def module(self) -> str:
        """The name as Python would spell it."""
        return self.name.replace("-", "_")

    @property
    def class_name(self) -> str:
        """The class, which ends in its kind."""
        suffix = self.kind.capitalize()
        return "".join(part.capitalize() for part in self.name.split("-")).removesuffix(suffix) + suffix


def check_module_name(draft: Draft) -> None:
    """Check that a file of the draft's name does not hide a module of that name from ``import``.

    Raises:
        UsageError: If Python has such a module.
    """
    if draft.module in sys.stdlib_module_names or find_spec(draft.module) is not None:
        raise UsageError(
            f"A file {draft.module}.py would hide the module {draft.module} from programs in the same folder.",
            f"Choose another name, such as {draft.name}-{draft.kind}, or leave out --single-file.",
        )


def _instead(name: str) -> str:
    tidied = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")
    return f"Such as {tidied if KEBAB.fullmatch(tidied) and len(tidied) <= LONGEST else 'two-back'}."
