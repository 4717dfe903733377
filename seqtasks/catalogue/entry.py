"""The records of the catalogue: entries, the plugins that bring them, and the names that can be used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, final

from seqtasks.lazy import LazyImport

BUILT_IN: Final = "built-in"
DEFAULT_TRAINER: Final = "online"  # of a run, where neither the user nor the task names one

Key = tuple[str, str]


@final
@dataclass(frozen=True, slots=True)
class Entry:
    """One name in the catalogue.

    Args:
        name: The name users type, kebab-case: ``prev-bit``.
        summary: One line for ``seqtasks list``.
        target: The path of the class or function, ``"package.module:attribute"``.
        trainer: For tasks only, the spec of the trainer that a run uses if the user names none, such as
            ``batch:batch_size=32``. By default, the run uses ``online``.

    Example:
        >>> Entry("sqrt", "A square root.", "math:sqrt").load()(9.0)
        3.0
    """

    name: str
    summary: str
    target: str
    trainer: str | None = None

    def load(self) -> Any:
        """Import the target's module and return the attribute.

        Raises:
            ImportError: If the module cannot be imported.
            AttributeError: If the module has no such attribute.
        """
        return LazyImport(self.target).load()


@final
@dataclass(frozen=True, slots=True)
class PluginReport:
    """The state of one plugin.

    Args:
        name: The entry point's or module's name, or the file as typed.
        version: Its distribution's version, or an empty text.
        origin: ``built-in``, ``entry point``, ``--plugin`` or ``SEQTASKS_PLUGINS``; ``package`` for an installed
            package whose metadata is broken.
        entries: (shelf, entry) of each name that it adds to the catalogue.
        problems: One sentence for each problem.
        blocked: Whether ``SEQTASKS_BLOCK`` keeps it out.
        distribution: The name of its distribution, or an empty text if that is not known.
        interface: The plugin interface that it declares, if that is not this seqtasks's; its entries are set aside.
    """

    name: str
    version: str
    origin: str
    entries: tuple[tuple[str, Entry], ...] = ()
    problems: tuple[str, ...] = ()
    blocked: bool = False
    distribution: str = ""
    interface: str = ""


@final
@dataclass(frozen=True, slots=True)
class Offer:
    """One entry and its plugin.

    Args:
        shelf: ``tasks``, ``cells``, ``models``, ``trainers``, ``suites`` or ``observers``.
        entry: The entry.
        plugin: The plugin that brings it.
    """

    shelf: str
    entry: Entry
    plugin: PluginReport

    @property
    def key(self) -> Key:
        """The shelf on which the name must be unique, and the name; models and cells share one shelf."""
        return "models" if self.shelf == "cells" else self.shelf, self.entry.name

    @property
    def built_in(self) -> bool:
        """Whether it is seqtasks's own."""
        return self.plugin.origin == BUILT_IN


@final
@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every usable name, and every name that is set aside.

    Args:
        offers: The usable entries.
        aside: By shelf and name, why a name cannot be used, and what to do about it.
        reports: The plugins, with their entries and problems.
    """

    offers: tuple[Offer, ...]
    aside: Mapping[Key, tuple[str, str]]
    reports: tuple[PluginReport, ...]


def singular(shelf: str) -> str:
    """``task`` for ``tasks``."""
    return shelf.removesuffix("s")
