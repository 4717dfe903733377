"""Which plugin's entry a name means, when several bring the same."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import final

from seqtasks.catalogue import interface
from seqtasks.catalogue.discovery import BUILT_IN
from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import INTERFACE
from seqtasks.catalogue.plugin import PluginReport, nowhere

Key = tuple[str, str]
Problem = tuple[PluginReport, str]


@final
@dataclass(frozen=True, slots=True)
class Offer:
    """One entry, and whose it is.

    Args:
        shelf: ``tasks``, ``cells``, ``models`` or ``trainers``.
        entry: The entry.
        plugin: The plugin that brings it.
    """

    shelf: str
    entry: Entry
    plugin: PluginReport

    @property
    def key(self) -> Key:
        """Where its name must be unique, and the name: models and cells share one catalogue."""
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
        reports: The plugins, with what became of their entries.
    """

    offers: tuple[Offer, ...]
    aside: Mapping[Key, tuple[str, str]]
    reports: tuple[PluginReport, ...]


def assemble(reports: Sequence[PluginReport]) -> Catalogue:
    """Sort out clashes.

    A built-in stays; between two plugins both are set aside; of one plugin's two the first stays. What plugins made
    for another interface bring is set aside, and stands in nobody's way.
    """
    rivals, problems = _rivals([report for report in reports if not report.interface])
    offers: list[Offer] = []
    aside = {Offer(shelf, e, r).key: _foreign(shelf, e, r) for r in reports if r.interface for shelf, e in r.entries}
    for key, (first, *others) in rivals.items():
        name = first.entry.name
        missing = "" if first.built_in or others else nowhere(first.entry)
        if others and not first.built_in:
            aside[key] = _contested((first, *others))
            problems += [(offer.plugin, _rivalled(offer, (first, *others))) for offer in (first, *others)]
        elif missing:
            why = f"The {singular(first.shelf)} {name} of {first.plugin.name} points nowhere: {missing}."
            aside[key] = (why, "Whoever wrote the plugin has to correct its entry.")
            problems.append((first.plugin, f"its {name} points nowhere: {missing}"))
        else:
            offers.append(first)
            problems += [(o.plugin, f"its {name} is set aside: the built-in {name} stays") for o in others]
    return Catalogue(tuple(offers), aside, tuple(_settled(report, offers, problems) for report in reports))


def _foreign(shelf: str, entry: Entry, plugin: PluginReport) -> tuple[str, str]:
    remedy = interface.remedy(plugin.interface, plugin.name)
    return (
        f"The {singular(shelf)} {entry.name} is brought by {plugin.name}, which was made for plugin interface "
        f"{plugin.interface}; this seqtasks has {INTERFACE}.",
        f"{remedy[0].upper()}{remedy[1:]}.",
    )


def _contested(rivals: Sequence[Offer]) -> tuple[str, str]:
    shelf, name = rivals[0].key
    owners = " and by ".join(offer.plugin.name for offer in rivals)
    return (
        f"The {singular(shelf)} {name} is brought by {owners}.",
        "Keep all but one out with SEQTASKS_BLOCK=NAME,NAME.",
    )


def _rivalled(offer: Offer, rivals: Sequence[Offer]) -> str:
    others = " and ".join(other.plugin.name for other in rivals if other is not offer)
    return f"its {offer.entry.name} is set aside: {others} brings the same name"


def _rivals(reports: Sequence[PluginReport]) -> tuple[dict[Key, list[Offer]], list[Problem]]:
    """The offers of each name, at most one a plugin, in the order the plugins came in."""
    rivals: dict[Key, list[Offer]] = defaultdict(list)
    problems: list[Problem] = []
    for report in reports:
        for shelf, entry in report.entries:
            offer = Offer(shelf, entry, report)
            if any(other.plugin is report for other in rivals[offer.key]):
                problems.append((report, f"yields {entry.name} twice; the first stays"))
            else:
                rivals[offer.key].append(offer)
    return rivals, problems


def _settled(report: PluginReport, offers: Sequence[Offer], problems: Sequence[Problem]) -> PluginReport:
    entries = tuple((offer.shelf, offer.entry) for offer in offers if offer.plugin is report)
    found = tuple(text for plugin, text in problems if plugin is report)
    return replace(report, entries=entries, problems=report.problems + found)


def singular(shelf: str) -> str:
    """``task`` for ``tasks``."""
    return shelf.removesuffix("s")
