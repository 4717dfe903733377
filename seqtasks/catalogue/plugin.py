"""Letting a plugin in: nothing it does while it is imported or asked for its entries stops the program."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, final

import pluggy

from seqtasks.catalogue import hookspecs, interface
from seqtasks.catalogue.attempt import attempt, located
from seqtasks.catalogue.discovery import Candidate
from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.missing import missing
from seqtasks.errors import quoted
from seqtasks.spec.source import MissingAttributeError, MissingModuleError, UndecidedError, find, shows

KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
HOOKS = {name.removeprefix("seqtasks_"): name for name in vars(hookspecs) if name.startswith("seqtasks_")}

Entries = list[tuple[str, Entry]]


@final
@dataclass(frozen=True, slots=True)
class PluginReport:
    """What became of one plugin.

    Args:
        name: The entry point's or module's name, or the file as it was given.
        version: Its distribution's version, or nothing.
        origin: ``built-in``, ``entry point``, ``--plugin`` or ``SEQTASKS_PLUGINS``; ``package`` for an installed
            package whose metadata is broken.
        entries: (shelf, entry) of each name it brings into the catalogue.
        problems: One sentence for each thing that is wrong.
        blocked: Whether it was kept out by ``SEQTASKS_BLOCK``.
        distribution: The name of its distribution, or nothing where that is not known.
        interface: The plugin interface it says it was made for, where that is another; its entries are set aside.
    """

    name: str
    version: str
    origin: str
    entries: tuple[tuple[str, Entry], ...] = ()
    problems: tuple[str, ...] = ()
    blocked: bool = False
    distribution: str = ""
    interface: str = ""


def admit(candidate: Candidate, manager: pluggy.PluginManager) -> PluginReport | None:
    """Import a plugin and collect what it offers; None if the same plugin came in already by another way.

    Entries yielded before a hook raises are kept: each is complete in itself.
    """
    if candidate.load is None:
        return _report(candidate, [], [candidate.problem])
    module, problem = attempt(candidate.load, lambda error: _unimportable(candidate, error))
    if module is None:
        return _report(candidate, [], [f"cannot be imported: {problem or 'it is None'}"])
    if manager.is_registered(module):
        return None
    other, _ = attempt(lambda: interface.another(module))
    if other:
        return _of_another_interface(candidate, module, manager, other)
    misspelt, failed = attempt(lambda: _misspelt(module, manager))
    problems = [*(misspelt or ()), *([f"cannot be looked through: {failed}"] if failed else ())]
    _, refused = attempt(lambda: manager.register(module))
    if refused:
        return _report(candidate, [], [*problems, f"its hooks are refused: {refused}"])
    entries, wrong = _collected(module, manager)
    return _report(candidate, entries, [*problems, *wrong])


def _unimportable(candidate: Candidate, error: BaseException) -> str:
    absent = missing(error, candidate.module, candidate.distribution)
    if absent is None:
        return located(error)
    return f"it needs the module {absent.module}, {absent.why} ({absent.remedy})"


def _of_another_interface(candidate: Candidate, module: Any, manager: pluggy.PluginManager, other: str) -> PluginReport:
    """Its names are asked for, so that using one can say why not; what goes wrong with that says nothing new."""
    attempt(lambda: manager.register(module))
    entries, _ = _collected(module, manager)
    problem = (
        f"was made for plugin interface {other}, and this seqtasks has {hookspecs.INTERFACE}, "
        f"so that its entries are set aside: {interface.remedy(other, candidate.name)}"
    )
    return replace(_report(candidate, entries, [problem]), interface=other)


def _report(candidate: Candidate, entries: Entries, problems: list[str]) -> PluginReport:
    return PluginReport(
        candidate.name,
        candidate.version,
        candidate.origin,
        tuple(entries),
        tuple(problems),
        distribution=candidate.distribution,
    )


def _collected(module: Any, manager: pluggy.PluginManager) -> tuple[Entries, list[str]]:
    """Its hooks' entries with their shelves, and what is wrong with them."""
    entries: Entries = []
    problems: list[str] = []
    for shelf, hook in HOOKS.items():
        for implementation in getattr(manager.hook, hook).get_hookimpls():
            if implementation.plugin is module:
                kept, wrong = _collect(hook, implementation.function)
                entries += [(shelf, entry) for entry in kept]
                problems += wrong
    return entries, problems


def _misspelt(module: Any, manager: pluggy.PluginManager) -> list[str]:
    problems = []
    for name in [name for name in dir(module) if not name.startswith("__")]:
        thing = getattr(module, name, None)
        if not (inspect.isroutine(thing) or (callable(thing) and name.startswith("seqtasks_"))):
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
        return f"the name {quoted(offer.name)}, which is not kebab-case such as prev-bit"
    if not re.fullmatch(r"[\w.]+:\w+", offer.target):
        return f"the target {offer.target!r}, which is not of the form package.module:attribute"
    return ""


def nowhere(entry: Entry) -> str:
    """Why the entry's target certainly does not exist, or nothing; found out without importing it."""
    try:
        if not shows(entry.target):
            find(entry.target)
    except (MissingModuleError, MissingAttributeError) as error:
        return str(error)
    except UndecidedError:
        return ""
    return ""
