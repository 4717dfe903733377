"""Where plugins are: installed packages, files and modules; nothing is imported yet."""

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final, final

from seqtasks.catalogue import builtin
from seqtasks.catalogue.entry import BUILT_IN
from seqtasks.catalogue.installed import installed

PACKAGE: Final = "package"


@final
@dataclass(frozen=True, slots=True)
class Candidate:
    """A plugin before it is imported.

    Args:
        name: How reports call it.
        version: Its distribution's version, or nothing.
        origin: ``built-in``, ``entry point``, ``--plugin`` or ``SEQTASKS_PLUGINS``; ``package`` for an installed
            package whose metadata is broken, any plugins of which are candidates of their own.
        distribution: Its distribution's name, or nothing where that is not known.
        module: The dotted name of its module, or nothing for a file.
        aliases: Every name by which ``SEQTASKS_BLOCK`` may call it.
        load: Imports it; None for a package.
        problem: What is wrong with a package, or nothing.
    """

    name: str
    version: str
    origin: str
    distribution: str
    module: str
    aliases: frozenset[str]
    load: Callable[[], Any] | None
    problem: str = ""


def candidates(plugins: Sequence[str], environ: Mapping[str, str]) -> Iterator[Candidate]:
    """Built-ins first, then what is installed, by name, then those of ``SEQTASKS_PLUGINS``, then ``plugins``."""
    yield Candidate("seqtasks", "", BUILT_IN, "seqtasks", "seqtasks", frozenset(), lambda: builtin)
    yield from sorted(_installed(), key=lambda candidate: candidate.name)
    for given in environ.get("SEQTASKS_PLUGINS", "").split(os.pathsep):
        if given:
            yield _given(given, "SEQTASKS_PLUGINS")
    for given in plugins:
        yield _given(given, "--plugin")


def _installed() -> Iterator[Candidate]:
    """The plugins of each package, and as a candidate of its own a package whose metadata is broken."""
    for package in installed():
        name, version = package.name, package.version
        for point in package.points:
            aliases = frozenset({point.name, name, point.module})
            yield Candidate(point.name, version, "entry point", name, point.module, aliases, point.load)
        if package.problem:
            yield Candidate(name, version, PACKAGE, name, "", frozenset({name}), None, package.problem)


def _given(given: str, origin: str) -> Candidate:
    path = Path(given).expanduser()
    if given.endswith(".py") or os.sep in given:
        aliases = frozenset({given, path.name, path.stem})
        return Candidate(given, "", origin, "", "", aliases, lambda: _load_file(path))
    return Candidate(given, "", origin, "", given, frozenset({given}), lambda: import_module(given))


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
