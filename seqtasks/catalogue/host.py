"""The host: it loads plugins, looks names up, reads specs, and makes the objects that specs describe."""

import os
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from types import MappingProxyType
from typing import Any, Final, Self, final

from seqtasks.catalogue import builtin
from seqtasks.catalogue.admission import catalogue
from seqtasks.catalogue.attempt import located
from seqtasks.catalogue.describe import described, name_of, spec_of
from seqtasks.catalogue.entry import Catalogue, Entry, PluginReport, singular
from seqtasks.catalogue.missing import missing
from seqtasks.errors import PluginError, SeqtasksError, UsageError, quoted
from seqtasks.spec import spec
from seqtasks.spec.parameter import Signature
from seqtasks.spec.signature import read
from seqtasks.spec.spec import Spec

SHELVES: Final = ("tasks", "cells", "models", "trainers")
PLUGGED: Final = (*SHELVES, "suites", "observers")  # what plugins bring: suites and observers are no part of a run
_KERAS: Final[Mapping[str, Mapping[str, Entry]]] = {
    "optimizers": {entry.name: entry for entry in builtin.OPTIMIZERS},
    "initializers": {entry.name: entry for entry in builtin.INITIALIZERS},
}
LISTED: Final = (*PLUGGED, *_KERAS)

# Only one thread at a time imports plugins and their targets: sys.stdout is redirected in the meantime, and a module in
# sys.modules may be half executed.
_IMPORTING: Final = threading.RLock()


@final
class Host:
    """Every name that can be used: the built-in ones and those of plugins.

    Args:
        catalogue: The entries of all plugins.

    Example:
        >>> str(Host.start(environ={}).spec("trainers", "online:window=1"))
        'online:window=1'
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._signatures: dict[tuple[str, str], Signature] = {}

    @classmethod
    def start(cls, plugins: Sequence[str] = (), environ: Mapping[str, str] = os.environ) -> Self:
        """Load the built-ins, installed plugins, those of ``SEQTASKS_PLUGINS``, and ``plugins``.

        Args:
            plugins: Files or modules, as after ``--plugin``.
            environ: The variables ``SEQTASKS_PLUGINS`` and ``SEQTASKS_BLOCK`` are read from it.
        """
        with _IMPORTING:
            return cls(catalogue(plugins, environ))

    @property
    def plugins(self) -> tuple[PluginReport, ...]:
        """A report of each plugin, in the order in which they were loaded; the built-ins are first."""
        return self._catalogue.reports

    def shelf(self, shelf: str) -> Mapping[str, Entry]:
        """The usable entries by name, sorted; ``models`` holds the models, then the cells.

        Args:
            shelf: ``tasks``, ``cells``, ``models``, ``trainers``, ``suites``, ``observers``, ``optimizers`` or
                ``initializers``.
        """
        if shelf in _KERAS:
            return MappingProxyType(_KERAS[shelf])
        own = {o.entry.name: o.entry for o in self._catalogue.offers if o.shelf == shelf}
        names = {name: own[name] for name in sorted(own)}
        return MappingProxyType(names | dict(self.shelf("cells")) if shelf == "models" else names)

    def owner(self, entry: Entry) -> str:
        """The name of the plugin that brings an entry; the package of its target if no plugin does."""
        package = entry.target.partition(".")[0]
        return next((r.name for r in self.plugins if any(e is entry for _, e in r.entries)), package)

    def resolve(self, shelf: str, name: str) -> str:
        """The entry's own spelling of a name: ``glorot-uniform`` for ``glorot_uniform``.

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

    def shelves_of(self, name: str) -> tuple[str, ...]:
        """Every shelf that has a name; that of a cell is ``models``.

        Raises:
            UsageError: If no shelf has it.
            PluginError: If plugins bring the name, but it is set aside.
        """
        shelves = ("tasks", "models", "trainers", "observers", *_KERAS)
        canonical = name.replace("_", "-")
        found = tuple(shelf for shelf in shelves if canonical in self.shelf(shelf))
        if found:
            return found
        for shelf in shelves:
            if (shelf, canonical) in self._catalogue.aside:
                self.resolve(shelf, name)
        every = [known for shelf in shelves for known in self.shelf(shelf)]
        hint = f"{spec.closest(canonical, every)}seqtasks list shows every name.{self._absent()}"
        if canonical in self.shelf("suites"):
            hint = f"{name} is a suite: seqtasks bench {name} runs it."
        raise UsageError(f"Nothing is named {quoted(name)}.", hint)

    def _unknown(self, shelf: str, name: str) -> str:
        absent = "" if shelf in _KERAS else self._absent()
        return f"{spec.closest(name, list(self.shelf(shelf)))}seqtasks list {shelf} shows every name.{absent}"

    def _absent(self) -> str:
        """A hint that a plugin may be the reason why a name is missing."""
        absent = [report.name for report in self.plugins if report.blocked or report.problems]
        return f" Not everything of {', '.join(absent)} is in use: seqtasks plugins says why." if absent else ""

    def signature(self, shelf: str, name: str) -> Signature:
        """The parameters of an entry, read from its source text; the entry is imported only if that is not enough.

        Raises:
            UsageError: If the shelf has no such name.
            PluginError: If its target has to be imported for that, and cannot be.
        """
        name = self.resolve(shelf, name)
        if (shelf, name) not in self._signatures:
            entry = self.shelf(shelf)[name]
            with self._blaming(shelf, entry):
                own = builtin.keras_signature(entry) if shelf in _KERAS else read(entry.target)
                as_model = self._is_cell_model(shelf, name)
                self._signatures[shelf, name] = builtin.MODEL_OF_CELL.signature(own) if as_model else own
        return self._signatures[shelf, name]

    def spec(self, shelf: str, given: str | Spec, short: Mapping[str, Any] | None = None) -> Spec:
        """The checked spec of a text; a spec is returned unchanged.

        Args:
            shelf: The shelf of the name.
            given: ``NAME`` or ``NAME:key=value,...``.
            short: Settings typed another way, such as ``{"units": 8}`` for ``--units 8``, or
                ``{"optimizer.learning_rate": 0.01}``; None values are ignored.

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
        """The object that the spec describes: its target, called with the settings as keyword arguments.

        Nested specs are passed unchanged. A cell on the models' shelf becomes a model, as ``MODEL_OF_CELL`` declares.

        Raises:
            UsageError: If the target rejects the settings.
            PluginError: If the target cannot be imported.
        """
        settings = dict(given.settings)
        if not self._is_cell_model(shelf, given.name):
            return _called(self.load(shelf, given.name), given, settings)
        model = builtin.MODEL_OF_CELL
        with self._blaming("models", model.entry):
            target = model.entry.load()  # before the cell: seqtasks.models checks Keras's back end first
        return _called(target, given, model.arguments(self.load(shelf, given.name), settings))

    def make_all(self, shelf: str, given: Iterable[str | Spec]) -> list[Any]:
        """The objects that several specs describe.

        Raises:
            UsageError: If anything in a spec is wrong.
            PluginError: If a target cannot be imported.
        """
        specs = [self.spec(shelf, one) for one in given]  # all are checked before the first is imported
        return [self.make(shelf, one) for one in specs]

    def describe(self, shelf: str, thing: Any) -> Spec:
        """The spec of a Python object: its settings are the attributes named as its constructor's parameters.

        The name of an object whose class has no entry is ``module:Class``; such a spec can be printed, not made again.

        Raises:
            UsageError: If an argument of its constructor is not an attribute of the same name.
        """
        if shelf == "models" and builtin.MODEL_OF_CELL.is_made(thing):
            cell, settings = builtin.MODEL_OF_CELL.parts(thing)
            name = name_of(self, "cells", cell)
            if name is not None:
                return spec_of(self, name, self.signature("models", name), settings)
        return described(self, shelf, thing)

    def _is_cell_model(self, shelf: str, name: str) -> bool:
        return shelf == "models" and name in self.shelf("cells")

    @contextmanager
    def _blaming(self, shelf: str, entry: Entry) -> Iterator[None]:
        """Turn any error of a target's import into an error that names its plugin."""
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
                "Set SEQTASKS_DEBUG=1 to see the traceback.",
            ) from error


def _called(target: Any, given: Spec, settings: Mapping[str, Any]) -> Any:
    try:
        return target(**settings)
    except SeqtasksError:
        raise
    except (ValueError, TypeError) as error:
        raise UsageError(f"{given} is not valid: {error}", f"seqtasks show {given.name} lists its settings.") from error
