"""Select the entries to check: one by its name or spec, or all entries of a file or a package."""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast, final

from seqtasks.catalogue.entry import PluginReport, singular
from seqtasks.catalogue.host import Host
from seqtasks.catalogue.installed import canonical, requirements
from seqtasks.checks.subject import Kind, Named
from seqtasks.errors import PluginError, UsageError
from seqtasks.lazy import LazyImport
from seqtasks.spec.spec import split

CHECKED: Final = ("tasks", "models", "trainers")
_UNCHECKED: Final = {
    "suites": "seqtasks bench {} checks it before it runs anything.",
    "observers": "seqtasks run TASK --model MODEL --observe {} tries it out.",
}
_REMEDY: Final = LazyImport("seqtasks.checks.folder:remedy")


@final
@dataclass(frozen=True, slots=True)
class Choice:
    """The entries that a word on the command line selects.

    Args:
        entries: The entries to check.
        plugins: The files or modules to load, as after ``--plugin``.
        left_out: For each entry of a package that cannot be checked by its name alone, the reason.
        problems: The problems of a package, one sentence each.
    """

    entries: tuple[Named, ...]
    plugins: tuple[str, ...]
    left_out: tuple[UsageError, ...] = ()
    problems: tuple[str, ...] = ()


def plugins_to_load(word: str, plugins: Sequence[str]) -> tuple[str, ...]:
    """The plugins to load before a word can be resolved: the word itself too, if it is a file.

    Args:
        word: As for :func:`select`.
        plugins: Further files or modules to load.

    Raises:
        UsageError: If the file does not exist, is a folder, or has settings after its name.
    """
    file, _, settings = word.partition(":")
    if settings and file.endswith(".py"):
        raise UsageError(
            f"{file} is a file, and only an entry has settings.", f"seqtasks check NAME:{settings} --plugin {file}"
        )
    if not _is_file(word):
        return tuple(plugins)
    if Path(word).is_dir():
        raise UsageError(f"{word} is a folder.", _REMEDY(word))
    if not Path(word).is_file():
        raise UsageError(f"There is no file {word}.", "Name a file, or an entry: seqtasks list shows every name.")
    return (*plugins, word) if word not in plugins else tuple(plugins)


def select(word: str, plugins: Sequence[str], start: Callable[[Sequence[str]], Host]) -> Choice:
    """Resolve a word: a file, or else a name or spec, or else a package.

    Args:
        word: ``NAME``, a spec, ``FILE.py``, or the name of a distribution or plugin.
        plugins: Further files or modules to load.
        start: Starts a host that loads these plugins.

    Raises:
        UsageError: If the word is none of these.
        PluginError: If the plugin provides no entry that can be checked.
    """
    loaded = plugins_to_load(word, plugins)
    host = start(loaded)
    if _is_file(word):
        return _of_plugins(host, {word}, loaded)
    name, _ = split(word)
    if not any(name.replace("_", "-") in host.shelf(shelf) for shelf in CHECKED):
        owners = _plugins_named(host, word)
        if owners:
            return _of_plugins(host, owners, loaded)
        if _is_made_for_seqtasks(word):
            return Choice(
                (),
                loaded,
                (UsageError(f"{word} provides no entries to check.", "Yield an entry from one of its hooks."),),
            )
    shelves = [shelf for shelf in host.shelves_of(name) if shelf in CHECKED]
    if not shelves:
        kind = host.shelves_of(name)[0]
        raise UsageError(f"There are no checks of {kind}, such as {name}.", "Check a task, cell, model or trainer.")
    return Choice(tuple(_named(host, shelf, word) for shelf in shelves), loaded)


def _is_file(word: str) -> bool:
    return word.endswith(".py") or (os.sep in word and ":" not in word)


def _of_plugins(host: Host, names: set[str], plugins: tuple[str, ...]) -> Choice:
    """Select all entries of these plugins."""
    reports = [report for report in host.plugins if report.name in names]
    entries: list[Named] = []
    left_out: list[UsageError] = []
    for report in reports:
        for shelf, entry in report.entries:
            if shelf in _UNCHECKED:
                hint = _UNCHECKED[shelf].format(entry.name)
                left_out.append(UsageError(f"The {singular(shelf)} {entry.name} has no checks.", hint))
                continue
            try:
                entries.append(_named(host, "models" if shelf == "cells" else shelf, entry.name))
            except UsageError as needed:
                left_out.append(UsageError(f"{entry.name} is not checked: {needed.message}", needed.hint))
    problems = tuple(problem for report in reports for problem in report.problems)
    if not entries and not left_out:
        raise PluginError(
            f"{', '.join(sorted(names))} provides no entries to check. {_why(reports)}",
            "Run seqtasks plugins to see more.",
        )
    return Choice(tuple(entries), plugins, tuple(left_out), problems)


def _why(reports: Sequence[PluginReport]) -> str:
    if any(report.blocked for report in reports):
        return "SEQTASKS_BLOCK blocks it."
    problems = [problem for report in reports for problem in report.problems]
    return f"{problems[0][:1].upper()}{problems[0][1:]}." if problems else "None of its hooks yields an entry."


def _plugins_named(host: Host, word: str) -> set[str]:
    """The plugins whose name, or whose distribution's name, equals the word after normalization."""
    wanted = canonical(word)
    return {
        report.name for report in host.plugins if wanted in (canonical(report.name), canonical(report.distribution))
    }


def _is_made_for_seqtasks(word: str) -> bool:
    """Whether the word is an installed distribution that requires seqtasks but provides no plugin."""
    return "seqtasks" in {canonical(re.split(r"[^\w.-]", text.strip())[0]) for text in requirements(word)}


def _named(host: Host, shelf: str, text: str) -> Named:
    spec = host.spec(shelf, text)
    kind = "cell" if shelf == "models" and spec.name in host.shelf("cells") else shelf.removesuffix("s")
    return Named(cast(Kind, kind), spec, host)
