"""Which plugin's entry a name means, when several bring the same."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import final

from seqtasks.entry import Entry
from seqtasks.plugin import BUILT_IN, PluginReport, nowhere


@final
@dataclass(frozen=True, slots=True)
class Offer:
    """One entry, and whose it is.

    Args:
        shelf: ``tasks``, ``cells``, ``models`` or ``trainers``.
        entry: The entry.
        plugin: The name of the plugin that brings it.
        built_in: Whether that is seqtasks itself.
    """

    shelf: str
    entry: Entry
    plugin: str
    built_in: bool

    @property
    def room(self) -> str:
        """Where its name must be unique: models and cells share one catalogue."""
        return "models" if self.shelf == "cells" else self.shelf


@final
@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every usable name, and every name that is set aside.

    Args:
        offers: By room and name.
        aside: By room and name, why it cannot be used.
        reports: The plugins, with what became of their entries.
    """

    offers: Mapping[tuple[str, str], Offer]
    aside: Mapping[tuple[str, str], str]
    reports: tuple[PluginReport, ...]


def assemble(reports: Sequence[PluginReport]) -> Catalogue:
    """Sort out clashes.

    A built-in stays; between two plugins both are set aside; of one plugin's two the first stays.
    """
    problems: dict[str, list[str]] = defaultdict(list)
    offers: dict[tuple[str, str], Offer] = {}
    aside: dict[tuple[str, str], str] = {}
    for key, rivals in _rivals(reports, problems).items():
        if len(rivals) > 1 and not rivals[0].built_in:
            aside[key] = f"{singular(key[0])} {key[1]} is brought by {' and by '.join(o.plugin for o in rivals)}"
            for offer in rivals:
                others = " and ".join(o.plugin for o in rivals if o is not offer)
                problems[offer.plugin].append(f"its {key[1]} is set aside: {others} brings the same name")
            continue
        for loser in rivals[1:]:
            problems[loser.plugin].append(f"its {key[1]} is set aside: the built-in {key[1]} stays")
        offer = rivals[0]
        missing = "" if offer.built_in else nowhere(offer.entry)
        if missing:
            aside[key] = f"{singular(key[0])} {key[1]} of {offer.plugin} points nowhere: {missing}"
            problems[offer.plugin].append(f"its {key[1]} points nowhere: {missing}")
        else:
            offers[key] = offer
    return Catalogue(offers, aside, tuple(_settled(report, offers, problems[report.name]) for report in reports))


def _rivals(reports: Sequence[PluginReport], problems: Mapping[str, list[str]]) -> dict[tuple[str, str], list[Offer]]:
    rivals: dict[tuple[str, str], list[Offer]] = defaultdict(list)
    for report in reports:
        for shelf, entry in report.entries:
            offer = Offer(shelf, entry, report.name, report.origin == BUILT_IN)
            same = rivals[offer.room, entry.name]
            if any(other.plugin == report.name for other in same):
                problems[report.name].append(f"yields {entry.name} twice; the first stays")
            else:
                same.append(offer)
    return rivals


def _settled(report: PluginReport, offers: Mapping[tuple[str, str], Offer], problems: Sequence[str]) -> PluginReport:
    kept = tuple(
        (o.shelf, o.entry)
        for o in offers.values()
        if o.plugin == report.name and o.built_in == (report.origin == BUILT_IN)
    )
    return replace(report, entries=kept, problems=(*report.problems, *problems))


def singular(shelf: str) -> str:
    """``task`` for ``tasks``."""
    return shelf.removesuffix("s")
