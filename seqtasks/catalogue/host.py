"""The host: lets plugins in, knows every name, and makes what a spec describes."""

import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from types import MappingProxyType, SimpleNamespace
from typing import Any, Final, Self, final

import pluggy

from seqtasks.catalogue import hookspecs, keras_names
from seqtasks.catalogue.assembly import Catalogue, assemble, singular
from seqtasks.catalogue.attempt import located
from seqtasks.catalogue.describe import described, named, settled
from seqtasks.catalogue.discovery import BUILT_IN, candidates
from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.missing import missing
from seqtasks.catalogue.plugin import PluginReport, admit
from seqtasks.errors import PluginError, SeqtasksError, UsageError, quoted
from seqtasks.spec import spec
from seqtasks.spec.parameter import REQUIRED, Parameter, Range, Signature
from seqtasks.spec.signature import read
from seqtasks.spec.spec import Spec

SHELVES: Final = ("tasks", "cells", "models", "trainers")
_STANDARD: Final = Entry("standard", "Layers of a cell, then a readout.", "seqtasks.models.standard:Standard")
_KERAS: Final[Mapping[str, Mapping[str, Entry]]] = {
    "optimizers": {entry.name: entry for entry in keras_names.OPTIMIZERS},
    "initializers": {entry.name: entry for entry in keras_names.INITIALIZERS},
}
LISTED: Final = (*SHELVES, *_KERAS)

# Only one thread at a time lets plugins in or loads what they bring: meanwhile sys.stdout is another, and a module in
# sys.modules may be half executed.
_IMPORTING: Final = threading.RLock()


@final
class Host:
    """Every name that can be used, whoever brings it.

    Args:
        catalogue: What the plugins brought.

    Example:
        >>> str(Host.start(environ={}).spec("trainers", "online:window=1"))
        'online:window=1'
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._signatures: dict[tuple[str, str], Signature] = {}

    @classmethod
    def start(cls, plugins: Sequence[str] = (), environ: Mapping[str, str] = os.environ) -> Self:
        """Let in the built-ins, installed plugins, those of ``SEQTASKS_PLUGINS``, and ``plugins``.

        Args:
            plugins: Files or modules, as after ``--plugin``.
            environ: Where ``SEQTASKS_PLUGINS`` and ``SEQTASKS_BLOCK`` are looked up.
        """
        with _IMPORTING:
            return cls(assemble(cls._admitted(plugins, environ)))

    @staticmethod
    def _admitted(plugins: Sequence[str], environ: Mapping[str, str]) -> list[PluginReport]:
        """What becomes of each plugin."""
        manager = pluggy.PluginManager("seqtasks")
        manager.add_hookspecs(hookspecs)
        blocked = {name.strip() for name in environ.get("SEQTASKS_BLOCK", "").split(",")} - {""}
        reports = []
        for candidate in candidates(plugins, environ):
            if candidate.origin != BUILT_IN and blocked & {"*", *candidate.aliases}:
                reports.append(
                    PluginReport(
                        candidate.name,
                        candidate.version,
                        candidate.origin,
                        blocked=True,
                        distribution=candidate.distribution,
                    )
                )
            elif (report := admit(candidate, manager)) is not None:
                reports.append(report)
        return reports

    @property
    def plugins(self) -> tuple[PluginReport, ...]:
        """What became of each plugin, in the order they were let in; the built-ins first."""
        return self._catalogue.reports

    def shelf(self, shelf: str) -> Mapping[str, Entry]:
        """The usable entries by name, sorted; ``models`` holds the models, then the cells.

        Args:
            shelf: ``tasks``, ``cells``, ``models``, ``trainers``, ``optimizers`` or ``initializers``.
        """
        if shelf in _KERAS:
            return MappingProxyType(_KERAS[shelf])
        own = {o.entry.name: o.entry for o in self._catalogue.offers if o.shelf == shelf}
        names = {name: own[name] for name in sorted(own)}
        return MappingProxyType(names | dict(self.shelf("cells")) if shelf == "models" else names)

    def owner(self, entry: Entry) -> str:
        """The name of the plugin that brings an entry; of one that no plugin brings, the package that holds it."""
        package = entry.target.partition(".")[0]
        return next((r.name for r in self.plugins if any(e is entry for _, e in r.entries)), package)

    def resolve(self, shelf: str, name: str) -> str:
        """The entry's own name for what was typed: ``glorot-uniform`` for ``glorot_uniform``.

        Raises:
            UsageError: If the shelf has no such name.
            PluginError: If plugins bring it, but it is set aside.
        """
        known = self.shelf(shelf)
        canonical = name.replace("_", "-")
        if canonical in known:
            return canonical
        reason = self._catalogue.aside.get(("models" if shelf == "cells" else shelf, canonical))
        if reason is not None:
            raise PluginError(*reason)
        raise UsageError(f"There is no {singular(shelf)} named {quoted(name)}.", self._unknown(shelf, canonical))

    def standing(self, name: str) -> tuple[str, ...]:
        """Every shelf on which a name stands; a cell's is ``models``.

        Raises:
            UsageError: If there is none.
            PluginError: If plugins bring the name, but it is set aside.
        """
        shelves = ("tasks", "models", "trainers", *_KERAS)
        canonical = name.replace("_", "-")
        found = tuple(shelf for shelf in shelves if canonical in self.shelf(shelf))
        if found:
            return found
        for shelf in shelves:
            if (shelf, canonical) in self._catalogue.aside:
                self.resolve(shelf, name)
        every = [known for shelf in shelves for known in self.shelf(shelf)]
        hint = f"{spec.closest(canonical, every)}seqtasks list shows every name.{self._absent()}"
        raise UsageError(f"Nothing is named {quoted(name)}.", hint)

    def _unknown(self, shelf: str, name: str) -> str:
        absent = "" if shelf in _KERAS else self._absent()
        return f"{spec.closest(name, list(self.shelf(shelf)))}seqtasks list {shelf} shows every name.{absent}"

    def _absent(self) -> str:
        """That a plugin may be why a name is missing."""
        absent = [report.name for report in self.plugins if report.blocked or report.problems]
        return f" Not everything of {', '.join(absent)} is in use: seqtasks plugins says why." if absent else ""

    def signature(self, shelf: str, name: str) -> Signature:
        """The parameters of an entry, read without importing it where that can be.

        Raises:
            UsageError: If the shelf has no such name.
            PluginError: If its target has to be loaded for that, and cannot.
        """
        name = self.resolve(shelf, name)
        if (shelf, name) not in self._signatures:
            entry = self.shelf(shelf)[name]
            with self._blaming(shelf, entry):
                own = keras_names.signature(entry) if shelf in _KERAS else read(entry.target)
                as_model = shelf == "models" and name in self.shelf("cells")
                self._signatures[shelf, name] = _in_standard(own) if as_model else own
        return self._signatures[shelf, name]

    def spec(self, shelf: str, given: str | Spec, short: Mapping[str, Any] | None = None) -> Spec:
        """The checked spec that a text means; a spec is passed on as it is.

        Args:
            shelf: Where the name stands.
            given: ``NAME`` or ``NAME:key=value,...``.
            short: Settings typed another way, such as ``{"units": 8}`` for ``--units 8``, or
                ``{"optimizer.learning_rate": 0.01}``; None values are passed over.

        Raises:
            UsageError: If anything in it is wrong, or a short setting contradicts the text.
        """
        if isinstance(given, Spec) and not any(v is not None for v in (short or {}).values()):
            return given
        return spec.parse(str(given), shelf, self, short)

    def load(self, shelf: str, name: str) -> Any:
        """An entry's class or function, imported.

        Raises:
            UsageError: If the shelf has no such name.
            PluginError: If it cannot be imported.
        """
        entry = self.shelf(shelf)[self.resolve(shelf, name)]
        with self._blaming(shelf, entry):
            return entry.load()

    def make(self, shelf: str, given: Spec) -> Any:
        """What the spec describes: its target called with the settings as keyword arguments.

        Nested specs are passed as they are. A cell on the models' shelf is made into the standard model of it.

        Raises:
            UsageError: If the target refuses the settings.
            PluginError: If the target cannot be imported.
        """
        settings = dict(given.settings)
        if shelf == "models" and given.name in self.shelf("cells"):
            with self._blaming("models", _STANDARD):
                standard = _STANDARD.load()  # before the cell, whose module imports Keras unasked for its back end
            target = self.load(shelf, given.name)
            outer = {p.name: settings.pop(p.name) for p in _standard_parameters()}
            return _called(standard, given, {"cell": target, "settings": settings, **outer})
        return _called(self.load(shelf, given.name), given, settings)

    def describe(self, shelf: str, thing: Any) -> Spec:
        """The spec of an object that was made by hand: its attributes named as its constructor's parameters.

        An object of a class that no entry names is called ``module:Class``; such a spec can be printed, not made again.

        Raises:
            UsageError: If the object does not keep one of its constructor's arguments under that argument's name.
        """
        if shelf == "models" and f"{type(thing).__module__}:{type(thing).__qualname__}" == _STANDARD.target:
            cell = named(self, "cells", thing.cell)
            if cell is not None:
                outer = {p.name: getattr(thing, p.name) for p in _standard_parameters()}
                return settled(self, cell, self.signature("models", cell), SimpleNamespace(**thing.settings, **outer))
        return described(self, shelf, thing)

    @contextmanager
    def _blaming(self, shelf: str, entry: Entry) -> Iterator[None]:
        """Turn whatever a target raises while it is imported into an error that names its plugin."""
        try:
            with _IMPORTING, redirect_stdout(sys.stderr):
                yield
        except (SeqtasksError, KeyboardInterrupt):
            raise
        except BaseException as error:
            owner, shelf = next(
                ((report, own) for report in self.plugins for own, e in report.entries if e is entry), (None, shelf)
            )
            subject = f"The {singular(shelf)} {entry.name} of {owner.name if owner else 'Keras'}"
            absent = missing(error, entry.target.partition(":")[0], owner.distribution if owner else "keras")
            if absent is not None:
                raise PluginError(
                    f"{subject} needs the module {absent.module}, {absent.why}.", absent.remedy
                ) from error
            raise PluginError(
                f"{subject} cannot be loaded from {entry.target}: {located(error)}.",
                "SEQTASKS_DEBUG=1 shows the traceback.",
            ) from error


def _called(target: Any, given: Spec, settings: Mapping[str, Any]) -> Any:
    try:
        return target(**settings)
    except SeqtasksError:
        raise
    except (ValueError, TypeError) as error:
        raise UsageError(f"{given} is refused: {error}", f"seqtasks show {given.name} lists its settings.") from error


def _standard_parameters() -> tuple[Parameter, ...]:
    return read(_STANDARD.target).parameters[2:]


def _in_standard(cell: Signature) -> Signature:
    """The parameters of a standard model of a cell: the cell's own, then how it is built in."""
    outer = _standard_parameters()
    names = {parameter.name for parameter in outer}
    own = tuple(_sized(parameter) for parameter in cell.parameters if parameter.name not in names)
    return replace(cell, parameters=own + outer)


def _sized(parameter: Parameter) -> Parameter:
    if parameter.name == "units" and parameter.default is REQUIRED:
        return replace(parameter, type="int", default=16, range=parameter.range or Range(low=1))
    return parameter
