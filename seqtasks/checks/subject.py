"""The subjects of checks: entries of the catalogue, instantiated with their settings."""

from dataclasses import dataclass
from typing import Any, Final, Literal, final

from seqtasks.catalogue.host import Host
from seqtasks.checks.check import Check, expect
from seqtasks.errors import PluginError
from seqtasks.lazy import LazyImport
from seqtasks.spec.spec import Spec

Kind = Literal["task", "cell", "model", "trainer"]
CONSTRUCTION: Final = "construction"  # the name of the first check of every entry: Named.subject
CONSTRUCTION_PROMISE: Final = (
    "The entry loads, its object has the class that its kind requires, and its attributes store the settings."
)

_CHECKS: Final = {
    "task": LazyImport("seqtasks.checks.tasks.suite:CHECKS"),
    "cell": LazyImport("seqtasks.checks.networks.suite:CELL_CHECKS"),
    "model": LazyImport("seqtasks.checks.networks.suite:MODEL_CHECKS"),
    "trainer": LazyImport("seqtasks.checks.trainers.suite:CHECKS"),
}
_SUBJECTS: Final = {
    "task": LazyImport("seqtasks.checks.tasks.suite:subject"),
    "cell": LazyImport("seqtasks.checks.networks.suite:subject"),
    "model": LazyImport("seqtasks.checks.networks.suite:subject"),
    "trainer": LazyImport("seqtasks.checks.trainers.suite:subject"),
}


def checks_of(kind: Kind) -> tuple[Check, ...]:
    """Return the checks of a kind of entry in the order in which they run, and import their dependencies.

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
    """An entry and its settings, not loaded yet.

    Args:
        kind: The kind of the entry.
        spec: The name and settings of the entry.
        host: The host of the catalogue.
    """

    kind: Kind
    spec: Spec
    host: Host

    def __str__(self) -> str:
        return f"{self.kind} {self.spec}"

    @property
    def shelf(self) -> str:
        """The shelf from which the subject is built; a cell is checked as a model."""
        return "models" if self.kind == "cell" else f"{self.kind}s"

    @property
    def home(self) -> tuple[str, str]:
        """The dotted name of the entry's module, and the name of its distribution (empty if unknown)."""
        entry = self.host.shelf(self.shelf)[self.spec.name]
        owner = self.host.owner(entry)
        distribution = next((report.distribution for report in self.host.plugins if report.name == owner), "")
        return entry.target.partition(":")[0], distribution

    def subject(self) -> Any:
        """Build the argument of the checks of this kind.

        Raises:
            PluginError: If the entry cannot be loaded, or has the wrong class.
            UsageError: If the entry rejects its settings.
            CheckFailure: If the attributes do not store the settings.
            DoesNotApply: If the entry is a trainer that accepts no network of the catalogue.
        """
        built = self.host.make(self.shelf, self.spec)
        subject = _SUBJECTS[self.kind](built, self)
        described = self.host.describe(self.shelf, built)
        expect(
            described == self.spec,
            f"It was built from {self.spec.recorded()}, but its attributes describe {described.recorded()}.",
            "Store each argument of the constructor, unchanged, in an attribute of the same name.",
        )
        return subject


def check_class(built: Any, entry: str, base: type) -> None:
    """Check that an object is an instance of the base class of its kind.

    Args:
        built: The object.
        entry: The entry in error messages, such as ``task xor``.
        base: The base class.

    Raises:
        PluginError: If it is not.
    """
    if not isinstance(built, base):
        raise PluginError(
            f"The {entry} is of class {type(built).__name__}, not {base.__name__}.",
            f"Derive its class from {base.__module__}.{base.__name__}.",
        )
