"""Letting a plugin in: nothing it does while it is imported or asked for its entries stops the program."""

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, TypeVar, final

import pluggy

from seqtasks.catalogue import builtin, hookspecs
from seqtasks.catalogue.entry import Entry
from seqtasks.spec.source import MissingAttributeError, MissingModuleError, UndecidedError, find

BUILT_IN = "built-in"
KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
HOOKS = {name.removeprefix("seqtasks_"): name for name in vars(hookspecs) if name.startswith("seqtasks_")}

T = TypeVar("T")


@final
@dataclass(frozen=True, slots=True)
class PluginReport:
    """What became of one plugin.

    Args:
        name: The entry point's or module's name, or the file as it was given.
        version: Its distribution's version, or nothing.
        origin: ``built-in``, ``entry point``, ``--plugin`` or ``SEQTASKS_PLUGINS``.
        entries: (shelf, entry) of each name it brings into the catalogue.
        problems: One sentence for each thing that is wrong.
        blocked: Whether it was kept out by ``SEQTASKS_BLOCK``.
    """

    name: str
    version: str
    origin: str
    entries: tuple[tuple[str, Entry], ...] = ()
    problems: tuple[str, ...] = ()
    blocked: bool = False


@final
@dataclass(frozen=True, slots=True)
class Candidate:
    """A plugin before it is imported.

    Args:
        name: How reports call it.
        version: Its distribution's version, or nothing.
        origin: Where it was found.
        aliases: Every name by which ``SEQTASKS_BLOCK`` may call it.
        load: Imports it.
    """

    name: str
    version: str
    origin: str
    aliases: frozenset[str]
    load: Callable[[], Any]


def candidates(plugins: Sequence[str], environ: Mapping[str, str]) -> Iterator[Candidate]:
    """Built-ins first, then installed plugins by name, then those of ``SEQTASKS_PLUGINS``, then ``plugins``."""
    yield Candidate("seqtasks", "", BUILT_IN, frozenset(), lambda: builtin)
    for point in sorted(entry_points(group="seqtasks"), key=lambda p: p.name):
        yield _installed(point)
    for given in environ.get("SEQTASKS_PLUGINS", "").split(os.pathsep):
        if given:
            yield _given(given, "SEQTASKS_PLUGINS")
    for given in plugins:
        yield _given(given, "--plugin")


def _installed(point: EntryPoint) -> Candidate:
    name, version = (point.dist.name, point.dist.version) if point.dist else ("", "")
    return Candidate(point.name, version, "entry point", frozenset({point.name, name, point.module}), point.load)


def _given(given: str, origin: str) -> Candidate:
    path = Path(given).expanduser()
    if given.endswith(".py") or os.sep in given:
        return Candidate(given, "", origin, frozenset({given, path.name, path.stem}), lambda: _load_file(path))
    return Candidate(given, "", origin, frozenset({given}), lambda: import_module(given))


def _load_file(path: Path) -> Any:
    """The module in a file, under a name by which ``sys.modules``, and so its entries' targets, find it again."""
    path = path.resolve()
    name = "seqtasks_plugin_" + re.sub(r"\W", "_", path.stem)
    while (loaded := sys.modules.get(name)) is not None:
        if getattr(loaded, "__file__", None) == str(path):
            return loaded
        name += "_"
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def attempt(action: Callable[[], T]) -> tuple[T | None, str]:
    """The action's result, or a sentence on why there is none. What it prints goes to stderr: stdout is data.

    Only Ctrl-C passes through.
    """
    try:
        with redirect_stdout(sys.stderr):
            return action(), ""
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may raise anything, SystemExit included
        return None, cause(error)


def cause(error: BaseException) -> str:
    """An error in one line.

    Example:
        >>> cause(ValueError("no such thing"))
        'ValueError: no such thing'
    """
    match error:
        case SystemExit():
            return f"it called sys.exit({error.code!r})"
        case SyntaxError():
            return f"syntax error in {error.filename}, line {error.lineno}: {error.msg}"
        case FileNotFoundError() if error.errno is None:
            return str(error)
        case _:
            return f"{type(error).__name__}: {' '.join(str(error).split())}".removesuffix(": ")


def admit(candidate: Candidate, manager: pluggy.PluginManager) -> PluginReport | None:
    """Import a plugin and collect what it offers; None if the same plugin came in already by another way.

    Entries yielded before a hook raises are kept: each is complete in itself.
    """
    module, problem = attempt(candidate.load)
    if module is None:
        return _report(candidate, [], [f"cannot be imported: {problem or 'it is None'}"])
    if manager.is_registered(module):
        return None
    misspelt, failed = attempt(lambda: _misspelt(module, manager))
    problems = [*(misspelt or ()), *([f"cannot be looked through: {failed}"] if failed else ())]
    _, refused = attempt(lambda: manager.register(module))
    if refused:
        return _report(candidate, [], [*problems, f"its hooks are refused: {refused}"])
    entries: list[tuple[str, Entry]] = []
    for shelf, hook in HOOKS.items():
        for implementation in getattr(manager.hook, hook).get_hookimpls():
            if implementation.plugin is module:
                kept, wrong = _collect(hook, implementation.function)
                entries += [(shelf, entry) for entry in kept]
                problems += wrong
    return _report(candidate, entries, problems)


def _report(candidate: Candidate, entries: list[tuple[str, Entry]], problems: list[str]) -> PluginReport:
    return PluginReport(candidate.name, candidate.version, candidate.origin, tuple(entries), tuple(problems))


def _misspelt(module: Any, manager: pluggy.PluginManager) -> list[str]:
    problems = []
    for name in dir(module):
        thing = getattr(module, name, None)
        if not callable(thing):
            continue
        options = manager.parse_hookimpl_opts(module, name)
        hook = name if options is None else options.get("specname") or name
        if options is not None and hook not in HOOKS.values():
            problems.append(f"{hook} is no hook; the hooks are {', '.join(HOOKS.values())}")
        elif options is None and name.startswith("seqtasks_"):
            marked = (
                "is not marked with @hookimpl"
                if name in HOOKS.values()
                else "is no hook, and not marked with @hookimpl"
            )
            problems.append(f"{name} {marked}")
    return problems


def _collect(hook: str, function: Callable[[], Any]) -> tuple[list[Entry], list[str]]:
    kept: list[Entry] = []
    problems: list[str] = []

    def ask() -> None:
        for offer in function():
            wrong = _flaw(offer)
            if wrong:
                problems.append(f"{hook} yields {wrong}")
            else:
                kept.append(offer)

    _, problem = attempt(ask)
    return kept, [*problems, f"{hook} failed: {problem}"] if problem else problems


def _flaw(offer: Any) -> str:
    """What is wrong with one thing a hook yielded, or nothing."""
    if not isinstance(offer, Entry):
        return f"{' '.join(repr(offer).split())[:60]}, which is no Entry"
    if not all(isinstance(text, str) for text in (offer.name, offer.summary, offer.target)):
        return f"{offer!r}, whose fields are not all text"
    if not KEBAB.fullmatch(offer.name):
        return f"the name {offer.name!r}, which is not kebab-case such as prev-bit"
    if not re.fullmatch(r"[\w.]+:\w+", offer.target):
        return f"the target {offer.target!r}, which is not of the form package.module:attribute"
    return ""


def nowhere(entry: Entry) -> str:
    """Why the entry's target certainly does not exist, or nothing; found out without importing it."""
    try:
        find(entry.target)
    except (MissingModuleError, MissingAttributeError) as error:
        return str(error)
    except UndecidedError:
        return ""
    return ""
