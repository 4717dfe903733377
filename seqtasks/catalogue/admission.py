"""Plugins are imported, asked for their entries, and their names are checked for clashes.

Nothing that a plugin does in the meantime stops the program.
"""

import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pluggy

from seqtasks.catalogue import hookspecs
from seqtasks.catalogue.attempt import attempt, located
from seqtasks.catalogue.discovery import Candidate, candidates
from seqtasks.catalogue.entry import BUILT_IN, Catalogue, Entry, Key, Offer, PluginReport, singular
from seqtasks.catalogue.hookspecs import INTERFACE, interface_remedy, other_interface
from seqtasks.catalogue.missing import missing
from seqtasks.errors import quoted
from seqtasks.spec.source import MissingAttributeError, MissingModuleError, UndecidedError, find, shows

KEBAB: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
HOOKS: Final = {name.removeprefix("seqtasks_"): name for name in vars(hookspecs) if name.startswith("seqtasks_")}

Entries = list[tuple[str, Entry]]
Problem = tuple[PluginReport, str]


def catalogue(plugins: Sequence[str], environ: Mapping[str, str]) -> Catalogue:
    """The catalogue of the built-ins, the installed plugins, those of ``SEQTASKS_PLUGINS``, and ``plugins``.

    Args:
        plugins: Files or modules, as after ``--plugin``.
        environ: The variables ``SEQTASKS_PLUGINS`` and ``SEQTASKS_BLOCK`` are read from it.
    """
    manager = pluggy.PluginManager("seqtasks")
    manager.add_hookspecs(hookspecs)
    blocked = {name.strip() for name in environ.get("SEQTASKS_BLOCK", "").split(",")} - {""}
    reports = []
    for candidate in candidates(plugins, environ):
        if candidate.origin != BUILT_IN and blocked & {"*", *candidate.aliases}:
            reports.append(replace(_report(candidate, [], []), blocked=True))
        elif (report := admit(candidate, manager)) is not None:
            reports.append(report)
    return assemble(reports)


def admit(candidate: Candidate, manager: pluggy.PluginManager) -> PluginReport | None:
    """Import a plugin and collect its entries; None if the same module is loaded already.

    Entries that a hook yields before it raises are used.
    """
    if candidate.load is None:
        return _report(candidate, [], [candidate.problem])
    module, problem = attempt(candidate.load, lambda error: _unimportable(candidate, error))
    if module is None:
        return _report(candidate, [], [f"cannot be imported: {problem or 'it is None'}"])
    if manager.is_registered(module):
        return None
    other, _ = attempt(lambda: other_interface(module))
    if other:
        return _of_another_interface(candidate, module, manager, other)
    misspelt, failed = attempt(lambda: _misspelt(module, manager))
    problems = [*(misspelt or ()), *([f"cannot be looked through: {failed}"] if failed else ())]
    _, refused = attempt(lambda: manager.register(module))
    if refused:
        return _report(candidate, [], [*problems, f"its hooks cannot be registered: {refused}"])
    entries, wrong = _collected(module, manager)
    return _report(candidate, entries, [*problems, *wrong])


def _unimportable(candidate: Candidate, error: BaseException) -> str:
    absent = missing(error, candidate.module, candidate.distribution)
    if absent is None:
        return located(error)
    return f"it needs the module {absent.module}, {absent.why} ({absent.remedy})"


def _of_another_interface(candidate: Candidate, module: Any, manager: pluggy.PluginManager, other: str) -> PluginReport:
    """Its names are collected, so that the use of one can name the reason; further errors are ignored."""
    attempt(lambda: manager.register(module))
    entries, _ = _collected(module, manager)
    problem = (
        f"was made for plugin interface {other}, and this seqtasks has {INTERFACE}, "
        f"so that its entries are set aside: {interface_remedy(other, candidate.name)}"
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
                valid, wrong = _collect(hook, implementation.function)
                entries += [(shelf, entry) for entry in valid]
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
            problems.append(f"{hook} is not a hook; the hooks are {', '.join(HOOKS.values())}")
        elif options is None and name.startswith("seqtasks_"):
            marked = (
                "is not marked with @hookimpl"
                if name in HOOKS.values()
                else "is not a hook, and is not marked with @hookimpl"
            )
            problems.append(f"{name} {marked}")
    return problems


def _collect(hook: str, function: Callable[[], Any]) -> tuple[list[Entry], list[str]]:
    valid: list[Entry] = []
    problems: list[str] = []

    def ask() -> None:
        for offer in function():
            wrong = _flaw(hook, offer)
            if wrong:
                problems.append(f"{hook} yields {wrong}")
            else:
                valid.append(offer)

    _, problem = attempt(ask)
    return valid, [*problems, f"{hook} failed: {problem}"] if problem else problems


def _flaw(hook: str, offer: Any) -> str:
    """What is wrong with one thing a hook yielded, or nothing."""
    if not isinstance(offer, Entry):
        return f"{' '.join(repr(offer).split())[:60]}, which is not an Entry"
    texts = (offer.name, offer.summary, offer.target, "" if offer.trainer is None else offer.trainer)
    if not all(isinstance(text, str) for text in texts):
        return f"{offer!r}, whose fields are not all text"
    if not KEBAB.fullmatch(offer.name):
        return f"the name {quoted(offer.name)}, which is not kebab-case such as prev-bit"
    if not re.fullmatch(r"[\w.]+:\w+", offer.target):
        return f"the target {offer.target!r}, which is not of the form package.module:attribute"
    if offer.trainer is not None and hook != HOOKS["tasks"]:
        return f"{offer.name} with the trainer {quoted(offer.trainer)}, but only a task can propose a trainer"
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


def assemble(reports: Sequence[PluginReport]) -> Catalogue:
    """Resolve clashes of names.

    A built-in entry wins. The entries of two plugins are both set aside. Of two entries of one plugin the first wins.
    Entries of plugins for another interface are set aside, and clash with none.
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
            owner = f"The {singular(first.shelf)} {name} of {first.plugin.name}"
            why = f"{owner} has a target that does not exist: {missing}."
            aside[key] = (why, "Its author must correct the entry.")
            problems.append((first.plugin, f"its {name} has a target that does not exist: {missing}"))
        else:
            offers.append(first)
            problems += [(o.plugin, f"its {name} is set aside: the built-in {name} stays") for o in others]
    return Catalogue(tuple(offers), aside, tuple(_settled(report, offers, problems) for report in reports))


def _foreign(shelf: str, entry: Entry, plugin: PluginReport) -> tuple[str, str]:
    remedy = interface_remedy(plugin.interface, plugin.name)
    return (
        f"The {singular(shelf)} {entry.name} is provided by {plugin.name}, which was made for plugin interface "
        f"{plugin.interface}; this seqtasks has {INTERFACE}.",
        f"{remedy[0].upper()}{remedy[1:]}.",
    )


def _contested(rivals: Sequence[Offer]) -> tuple[str, str]:
    shelf, name = rivals[0].key
    owners = " and by ".join(offer.plugin.name for offer in rivals)
    return (
        f"The {singular(shelf)} {name} is provided by {owners}.",
        "Block all but one with SEQTASKS_BLOCK=NAME,NAME.",
    )


def _rivalled(offer: Offer, rivals: Sequence[Offer]) -> str:
    others = " and ".join(other.plugin.name for other in rivals if other is not offer)
    return f"its {offer.entry.name} is set aside: {others} provides the same name"


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
