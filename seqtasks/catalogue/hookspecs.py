"""The six hooks by which a plugin adds names to the catalogue, and the version of this interface."""

from collections.abc import Iterable
from typing import Any, Final

import pluggy

from seqtasks.catalogue.entry import Entry

INTERFACE: Final = 2  # a plugin declares it as SEQTASKS_INTERFACE; docs/decisions/0026-interface-version.md
DECLARED: Final = "SEQTASKS_INTERFACE"

hookspec = pluggy.HookspecMarker("seqtasks")
hookimpl = pluggy.HookimplMarker("seqtasks")


@hookspec
def seqtasks_tasks() -> Iterable[Entry]:  # type: ignore[empty-body]  # a specification has none
    """Yield an entry for each task: a final subclass of ``seqtasks.core.task.AbstractTask``.

    Example::

        from seqtasks import Entry, hookimpl

        @hookimpl
        def seqtasks_tasks():
            yield Entry("running-parity", "Whether the ones so far are odd.", "my_package.parity:RunningParity")
    """


@hookspec
def seqtasks_cells() -> Iterable[Entry]:  # type: ignore[empty-body]  # a specification has none
    """Yield an entry for each cell: a Keras RNN cell class whose first parameter is ``units``.

    Example::

        from seqtasks import Entry, hookimpl

        @hookimpl
        def seqtasks_cells():
            yield Entry("leaky", "A leaky integrator.", "my_package.leaky:LeakyCell")
    """


@hookspec
def seqtasks_models() -> Iterable[Entry]:  # type: ignore[empty-body]  # a specification has none
    """Yield an entry for each model: a class that builds a whole network from its settings and a task's shapes.

    Example::

        from seqtasks import Entry, hookimpl

        @hookimpl
        def seqtasks_models():
            yield Entry("skip-gru", "A GRU whose readout also sees the input.", "my_package.skip:SkipGRU")
    """


@hookspec
def seqtasks_trainers() -> Iterable[Entry]:  # type: ignore[empty-body]  # a specification has none
    """Yield an entry for each trainer: a class that defines how credit reaches the past.

    Example::

        from seqtasks import Entry, hookimpl

        @hookimpl
        def seqtasks_trainers():
            yield Entry("dni", "Future gradients, predicted by a network.", "my_package.dni:DNI")
    """


@hookspec
def seqtasks_suites() -> Iterable[Entry]:  # type: ignore[empty-body]  # a specification has none
    """Yield an entry for each suite of a benchmark: a function of the host that returns the content of a suite file.

    Example::

        from seqtasks import Entry, hookimpl

        @hookimpl
        def seqtasks_suites():
            yield Entry("parity", "Which cells learn parity.", "my_package.suites:parity")
    """


@hookspec
def seqtasks_observers() -> Iterable[Entry]:  # type: ignore[empty-body]  # a specification has none
    """Yield an entry for each observer: a final subclass of ``seqtasks.running.observer.AbstractObserver``.

    Example::

        from seqtasks import Entry, hookimpl

        @hookimpl
        def seqtasks_observers():
            yield Entry("log", "A line for each event.", "my_package.log:Log")
    """


def other_interface(module: Any) -> str:
    """The interface that a plugin's module declares, as text, if it is not this one; else an empty text."""
    declared = getattr(module, DECLARED, INTERFACE)
    return "" if isinstance(declared, int) and declared == INTERFACE else repr(declared)


def interface_remedy(interface: str, plugin: str) -> str:
    """What to do about a plugin made for another interface.

    Args:
        interface: As :func:`other_interface` returns it.
        plugin: The plugin's name.
    """
    if not interface.removeprefix("-").isdecimal():
        return f"its author must set {DECLARED} = {INTERFACE}, a plain integer, if it is made for that interface"
    version = f"a version of {plugin} made for interface {INTERFACE}"
    if int(interface) > INTERFACE:
        return f"install a seqtasks with interface {interface}, or {version}"
    return f"install {version}, or bring it there: docs/reference/hooks.md has what changed"
