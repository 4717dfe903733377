"""What installed distributions declare, read one by one: metadata that is broken hides that of no other."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, DistributionFinder, EntryPoint
from typing import Any, final

from seqtasks.catalogue.attempt import attempt, cause
from seqtasks.catalogue.metadata import Metadata
from seqtasks.errors import quoted


@final
@dataclass(frozen=True, slots=True)
class Installed:
    """A distribution that declares plugins, or whose metadata is broken.

    Args:
        name: Its name, or what else it can be called by where its metadata holds none.
        version: Its version, or nothing where that is not known.
        points: The entry points of the group ``seqtasks`` that can be loaded.
        problem: What is wrong with its metadata, as a sentence without a full stop, or nothing.
    """

    name: str
    version: str
    points: tuple[EntryPoint, ...]
    problem: str


def canonical(name: str) -> str:
    """A distribution's name as all its spellings have it in common: ``a-b`` for ``A_b`` and ``a.b`` (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed() -> Iterator[Installed]:
    """Each distribution that declares plugins, and each whose metadata is broken.

    Of those that declare no plugin only ``entry_points.txt`` is read: reading ``METADATA``, too, takes longer than all
    the rest. Of several distributions of one name the first on ``sys.path`` counts, as for an import.
    """
    seen: dict[str, Metadata] = {}
    for finder, find in _finders():
        distributions, problem = _found(find)
        for distribution in distributions:
            found = _read(Metadata(distribution), seen)
            if found.points or found.problem:
                yield found
        if problem:
            yield Installed(
                finder, "", (), f"it cannot list installed packages: {problem}; skip it with SEQTASKS_BLOCK={finder}"
            )


def distribution(name: str) -> Distribution | None:
    """The first distribution of a name on ``sys.path``; None if it is not installed."""
    for _, find in _finders():
        found, _ = _found(find, name=name)
        if found:
            return found[0]
    return None


def version(name: str) -> str | None:
    """The version of a distribution, ``unknown`` if its metadata does not say; None if it is not installed."""
    found = distribution(name)
    return None if found is None else Metadata(found).identity()[1] or "unknown"


def requirements(name: str) -> list[str]:
    """What a distribution requires; nothing if it is not installed, or its metadata cannot be read."""
    found = distribution(name)
    return [] if found is None else attempt(lambda: found.requires)[0] or []


def _read(metadata: Metadata, seen: dict[str, Metadata]) -> Installed:
    """One distribution; nothing of it where another of its name was seen."""
    name, version = metadata.folder_name, ""
    if not name:
        name, version = metadata.identity()
    first = seen.setdefault(canonical(name), metadata) if name else metadata
    points = metadata.plugins()
    if first is not metadata:
        return Installed(name, "", (), _twice(first, metadata) if points else "")
    if points and metadata.folder_name:
        name, version = metadata.identity()
    name = name or os.path.basename(metadata.folder) or "a package without a name"
    name = name if name.isprintable() else quoted(name)
    problem = "; ".join(metadata.problems)
    return Installed(name, version, tuple(points), problem and f"{problem}; {_remedy(name)}")


def _twice(first: Metadata, second: Metadata) -> str:
    """That two distributions of one name, such as what an update left behind, share a folder, or nothing."""
    if first.folder == second.folder or os.path.dirname(first.folder) != os.path.dirname(second.folder):
        return ""
    return (
        f"it is installed twice, in {first.folder}, which is used, and in {second.folder}; "
        f"{_remedy(second.folder_name)}"
    )


def _remedy(name: str) -> str:
    return f"update or reinstall it, or skip it with SEQTASKS_BLOCK={name}"


def _finders() -> Iterator[tuple[str, Callable[..., Any]]]:
    """What lists distributions, by name; ``importlib.metadata`` itself stops at the first that raises."""
    for finder in sys.meta_path:
        find = getattr(finder, "find_distributions", None)
        if find is not None:
            kind = finder if isinstance(finder, type) else type(finder)
            yield f"{kind.__module__}.{kind.__qualname__}", find


def _found(find: Callable[..., Any], **name: str) -> tuple[list[Distribution], str]:
    """The distributions that a finder lists before it fails, and why it fails."""
    path = [place for place in sys.path if isinstance(place, str)]  # an import passes over the rest, too
    found: list[Distribution] = []

    def ask() -> None:
        for each in find(DistributionFinder.Context(path=path, **name)):
            if not isinstance(each, Distribution):
                raise TypeError(f"{each!r} is not a distribution")
            found.append(each)

    return found, attempt(ask, cause)[1]
