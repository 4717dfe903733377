"""The subjects of checks: entries of the catalogue with their settings, loaded and made."""

from dataclasses import dataclass
from typing import Any, Final, Literal, final, get_args

from seqtasks.catalogue.host import Host
from seqtasks.checks.check import Check, expect
from seqtasks.errors import PluginError
from seqtasks.lazy import LazyImport
from seqtasks.spec.spec import Spec

Kind = Literal["task", "cell", "model", "trainer"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
MADE: Final = "made"  # the name of the first check of every entry: Named.subject
MADE_PROMISE: Final = "The entry can be loaded and made, is what its shelf holds, and keeps its settings."

_CHECKS: Final = {
    "task": LazyImport("seqtasks.checks.tasks.suite:CHECKS"),
    "cell": LazyImport("seqtasks.checks.networks.suite:CELL_CHECKS"),
    "model": LazyImport("seqtasks.checks.networks.suite:MODEL_CHECKS"),
    "trainer": LazyImport("seqtasks.checks.trainers.suite:CHECKS"),
}
_MAKERS: Final = {
    "task": LazyImport("seqtasks.checks.tasks.suite:subject"),
    "cell": LazyImport("seqtasks.checks.networks.suite:subject"),
    "model": LazyImport("seqtasks.checks.networks.suite:subject"),
    "trainer": LazyImport("seqtasks.checks.trainers.suite:subject"),
}


def checks_of(kind: Kind) -> tuple[Check, ...]:
    """Every check of a kind of entry, in the order in which they run; imports what they need.

    Args:
        kind: ``task``, ``cell``, ``model`` or ``trainer``.

    Example:
        >>> checks_of("task")[0].name
        'form'
    """
    checks: tuple[Check, ...] = _CHECKS[kind].load()
    return checks


@final
@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """An entry and its settings, before anything of it is loaded.

    Args:
        kind: What the entry is.
        spec: Its name and settings.
        host: The catalogue.
    """

    kind: Kind
    spec: Spec
    host: Host

    def __str__(self) -> str:
        return f"{self.kind} {self.spec}"

    @property
    def shelf(self) -> str:
        """Its shelf; a cell becomes a model."""
        return "models" if self.kind == "cell" else f"{self.kind}s"

    @property
    def home(self) -> tuple[str, str]:
        """The dotted name of its module, and the name of its distribution, or an empty text if that is not known."""
        entry = self.host.shelf(self.shelf)[self.spec.name]
        owner = self.host.owner(entry)
        distribution = next((report.distribution for report in self.host.plugins if report.name == owner), "")
        return entry.target.partition(":")[0], distribution

    def subject(self) -> Any:
        """The argument of the checks of its kind.

        Raises:
            PluginError: If it cannot be loaded.
            UsageError: If it rejects its settings.
            CheckFailure: If it does not store its settings.
            DoesNotApply: If it is a trainer that takes no network of the catalogue.
        """
        made = self.host.make(self.shelf, self.spec)
        subject = _MAKERS[self.kind](made, self)
        described = self.host.describe(self.shelf, made)
        expect(
            described == self.spec,
            f"It was made from {self.spec.recorded()}, and its attributes describe {described.recorded()}.",
            "Store each argument of the constructor, unchanged, in an attribute of the same name.",
        )
        return subject


def check_class(made: Any, kind: str, base: type) -> None:
    """Check that an object is of the base class of its shelf.

    Raises:
        PluginError: If it is not.
    """
    if not isinstance(made, base):
        raise PluginError(
            f"The {kind} is of class {type(made).__name__}, not {base.__name__}.",
            f"Derive its class from {base.__module__}.{base.__name__}.",
        )
