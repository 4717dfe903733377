"""All mistakes of a suite at once, each with its place."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, final

from seqtasks.benchmarks.toml_places import Path, Place, Places
from seqtasks.errors import UsageError

SHOWN: Final = 20  # mistakes; the rest is counted


@final
class Mistakes:
    """A collection of mistakes in one suite.

    Args:
        name: The suite's name, or its file.
        places: Where its keys and values stand; empty if it is not a file.
    """

    def __init__(self, name: str, places: Places | None = None) -> None:
        self.name = name
        self._places = places or Places()
        self._found: list[tuple[Path, str, str, bool]] = []

    def add(self, path: Path, message: str, hint: str, key: bool = False) -> None:
        """Add a mistake.

        Args:
            path: The path of the value.
            message: What is wrong, a sentence.
            hint: The next step.
            key: Whether the key is wrong, rather than its value.
        """
        self._found.append((path, message, hint, key))

    @contextmanager
    def at(self, path: Path) -> Iterator[None]:
        """Add an error that is raised in this context."""
        try:
            yield
        except UsageError as error:
            self.add(path, error.message, error.hint)

    def check(self) -> None:
        """Check that there are none.

        Raises:
            UsageError: With all mistakes.
        """
        if not self._found:
            return
        if len(self._found) == 1:
            ((path, message, hint, key),) = self._found
            where = self._where(path, key)
            raise UsageError(f"{self.name}{f', {where}' if where else ''}: {message}", hint)
        found = sorted(self._found, key=lambda each: self._place(each[0], each[3]) or (0, 0))
        lines = [f"  {self._prefix(path, key)}{message} {hint}".rstrip() for path, message, hint, key in found]
        rest = [f"  and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
        raise UsageError(
            "\n".join([f"{self.name} has {len(lines)} mistakes:", *lines[:SHOWN], *rest]),
            "Correct them, and run the command again. Nothing was run.",
        )

    def _prefix(self, path: Path, key: bool) -> str:
        where = self._where(path, key)
        return f"{where}: " if where else ""

    def _place(self, path: Path, key: bool) -> Place | None:
        """The line and column of a value or key, or of the nearest one that contains it."""
        places = self._places.keys if key else {**self._places.keys, **self._places.values}
        while path and path not in places:
            path = path[:-1]
        return places.get(path)

    def _where(self, path: Path, key: bool) -> str:
        place = self._place(path, key)
        if place is not None:
            return "line {}, column {}".format(*place)
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
