"""The metadata of one installed distribution: what can be read of it, and what is wrong with it."""

import os
import re
from importlib.metadata import Distribution, EntryPoint
from typing import Final, final

from seqtasks.catalogue.attempt import attempt, cause
from seqtasks.errors import quoted

GROUP: Final = "seqtasks"
_FIELD: Final = re.compile(r"^(Name|Version):[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_FOLDERS: Final = ("dist-info", "egg-info")
_OBJECT: Final = re.compile(r"([\w.]+)\s*(:\s*[\w.]+\s*)?(\[.*\]\s*)?")  # module, attribute, extras


@final
class Metadata:
    """The files beside an installed distribution.

    Args:
        distribution: As ``importlib.metadata`` has it.
    """

    def __init__(self, distribution: Distribution) -> None:
        self._distribution = distribution
        # the folder has no public name, and pip reads this attribute, too; other finders may have no folder
        self._path = getattr(distribution, "_path", None)
        self.problems: list[str] = []

    @property
    def folder(self) -> str:
        """The path of the folder, or nothing if there is none."""
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
