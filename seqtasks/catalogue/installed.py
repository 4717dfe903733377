"""What installed distributions declare, read one by one: metadata that is broken hides that of no other."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, DistributionFinder, EntryPoint
from typing import Any, Final, final

from seqtasks.catalogue.attempt import attempt, cause
from seqtasks.errors import quoted

GROUP: Final = "seqtasks"
_FIELD: Final = re.compile(r"^(Name|Version):[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_FOLDERS: Final = ("dist-info", "egg-info")
_OBJECT: Final = re.compile(r"([\w.]+)\s*(:\s*[\w.]+\s*)?(\[.*\]\s*)?")  # module, attribute, extras


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


@final
class Metadata:
    """The metadata files of an installed distribution.

    Args:
        distribution: The object of ``importlib.metadata``.
    """

    def __init__(self, distribution: Distribution) -> None:
        self._distribution = distribution
        # the folder has no public name, and pip reads this attribute, too; other finders may have no folder
        self._path = getattr(distribution, "_path", None)
        self.problems: list[str] = []

    @property
    def folder(self) -> str:
        """The path of the folder, or an empty text if there is no folder."""
        return "" if self._path is None else str(self._path).rstrip(os.sep)

    @property
    def folder_name(self) -> str:
        """The distribution's name as ``NAME-VERSION.dist-info`` has it, or nothing."""
        stem, _, suffix = os.path.basename(self.folder).rpartition(".")
        return stem.partition("-")[0] if suffix in _FOLDERS else ""

    def identity(self) -> tuple[str, str]:
        """Name and version, from the text: what ``importlib.metadata`` has for it takes five times as long."""
        for file in [""] if os.path.isfile(self.folder) else ["METADATA", "PKG-INFO"]:  # an old .egg-info is a file
            text = self._read(file)
            if text:
                fields = dict(_FIELD.findall(text.partition("\n\n")[0]))
                if not fields.get("Name"):
                    self.problems.append(f"{self._called(file)} holds no Name")
                return fields.get("Name") or self.folder_name, fields.get("Version", "")
        if not self.problems:
            self.problems.append(f"{self._called('METADATA')} is missing or empty")
        return self.folder_name, ""

    def plugins(self) -> list[EntryPoint]:
        """The entry points of the group ``seqtasks`` that can be loaded."""
        section, points, wrong = None, dict[str, EntryPoint](), list[str]()
        for number, raw in enumerate(self._read("entry_points.txt").splitlines(), 1):
            line = raw.strip()
            if not line or line.startswith("#"):
                continue
            if line.startswith("[") and line.endswith("]"):
                section = line.strip("[]")
                continue
            name, equals, value = (part.strip() for part in line.partition("="))
            problem = _flaw(section, name, equals + value, points)
            if problem:
                wrong.append(f"line {number} of {self._called('entry_points.txt')}, {quoted(line)}, {problem}")
            elif section == GROUP:
                points[name] = EntryPoint(name, value, GROUP)
        if wrong:
            more = f"; it is the first of {len(wrong)} such lines" if len(wrong) > 1 else ""
            self.problems.append(wrong[0] + more)
        return list(points.values())

    def _called(self, file: str) -> str:
        return os.path.join(self.folder, file) if file else self.folder

    def _read(self, file: str) -> str:
        """A file's text, with what is not UTF-8 replaced; nothing if there is no such file."""
        if self._path is None:
            found, problem = attempt(lambda: self._distribution.read_text(file), cause)
            self._note(file, f"cannot be read: {problem}" if problem else "")
            return found or ""
        path = self._path.joinpath(file) if file else self._path
        try:
            content: bytes = path.read_bytes()
        except OSError as error:
            self._note(file, _unreadable(str(path), error))
            return ""
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            self._note(file, f"is not UTF-8 at byte {error.start:,}")
            text = content.decode(errors="replace")
        return text.replace("\r\n", "\n")

    def _note(self, file: str, problem: str) -> None:
        if problem:
            self.problems.append(f"{self._called(file)} {problem}")


def _unreadable(path: str, error: OSError) -> str:
    """Why a file that is there cannot be read; nothing where there is no such file."""
    if isinstance(error, FileNotFoundError):
        dangling = any(os.path.islink(place) and not os.path.exists(place) for place in (path, os.path.dirname(path)))
        return "cannot be read: a link leads nowhere" if dangling else ""
    if isinstance(error, NotADirectoryError) and os.path.dirname(path).endswith(".egg-info"):  # an old one is a file
        return ""
    return f"cannot be read: {error.strerror or error}"


def _flaw(section: str | None, name: str, assigned: str, others: dict[str, EntryPoint]) -> str:
    """What is wrong with a line of ``entry_points.txt``, or nothing."""
    if section is None:
        return "stands before the first [section]"
    if not name or not assigned:
        return "is not of the form NAME = MODULE"
    if section != GROUP:
        return ""
    found = _OBJECT.fullmatch(assigned[1:])
    if not found or not all(part.isidentifier() for part in found[1].split(".")):
        return "names no module"
    if not name.isprintable():
        return "has a name that cannot be typed"
    return "repeats a name" if name in others else ""


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
            if not callable(getattr(each, "read_text", None)):  # importlib_metadata has a class of its own
                raise TypeError(f"{each!r} is not a distribution")
            found.append(each)

    return found, attempt(ask, cause)[1]
