"""The plugins that a run needs: what another process has to let in, and in which version."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import final

from seqtasks.catalogue.entry import BUILT_IN
from seqtasks.catalogue.host import Host
from seqtasks.spec.spec import Spec


@final
@dataclass(frozen=True, slots=True)
class RequiredPlugin:
    """A plugin that brings what a spec names.

    Args:
        name: The entry point's, the module's, or the file's, without its folder.
        version: The distribution's version; of a file the digest of its content.
        source: The file's path or the module's name, as after ``--plugin``; nothing for an installed plugin.
    """

    name: str
    version: str
    source: str = ""


def required_plugins(host: Host, specs: Sequence[tuple[str, Spec]]) -> tuple[RequiredPlugin, ...]:
    """The plugins, in order of name, of everything that the specs name, nested specs included.

    Args:
        host: Where the names were looked up.
        specs: Each with its shelf.
    """
    named = {name for shelf, spec in specs for name in _names(host, shelf, spec)}
    found = []
    for report in host.plugins:
        if report.origin == BUILT_IN or named.isdisjoint((shelf, entry.name) for shelf, entry in report.entries):
            continue
        path = Path(report.name).expanduser()
        if report.origin == "entry point":
            found.append(RequiredPlugin(report.name, report.version))
        elif path.is_file():
            digest = sha256(path.read_bytes()).hexdigest()
            found.append(RequiredPlugin(path.name, digest, str(path.resolve())))
        else:
            found.append(RequiredPlugin(report.name, report.version, report.name))
    return tuple(sorted(found, key=lambda plugin: plugin.name))


def _names(host: Host, shelf: str, spec: Spec) -> Iterator[tuple[str, str]]:
    """(shelf, name) of a spec and of the specs within it; a cell on the models' shelf is a cell."""
    yield ("cells" if shelf == "models" and spec.name in host.shelf("cells") else shelf), spec.name
    for parameter, (_, value) in zip(spec.parameters, spec.items, strict=True):
        if isinstance(value, Spec) and parameter.shelf is not None:
            yield from _names(host, parameter.shelf, value)
