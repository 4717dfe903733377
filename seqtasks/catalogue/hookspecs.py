"""The four hooks by which a plugin adds names to the catalogue: each yields light records, importing nothing heavy."""

from collections.abc import Iterable
from typing import Final

import pluggy

from seqtasks.catalogue.entry import Entry

INTERFACE: Final = 1  # what SEQTASKS_INTERFACE of a plugin is held against; docs/decisions/0026-interface-version.md

hookspec = pluggy.HookspecMarker("seqtasks")
hookimpl = pluggy.HookimplMarker("seqtasks")


@hookspec
def seqtasks_tasks() -> Iterable[Entry]:  # type: ignore[empty-body]  # a specification has none
    """Yield an entry for each task: a final subclass of ``seqtasks.core.task.AbstractTask``.

    Example::

        from seqtasks.catalogue.entry import Entry
        from seqtasks.catalogue.hookspecs import hookimpl

        @hookimpl
        def seqtasks_tasks():
            yield Entry("running-parity", "Whether the ones so far are odd.", "my_package.parity:RunningParity")
    """


@hookspec
def seqtasks_cells() -> Iterable[Entry]:  # type: ignore[empty-body]  # a specification has none
    """Yield an entry for each cell: a Keras RNN cell class whose first parameter is ``units``.

    Example::

        from seqtasks.catalogue.entry import Entry
        from seqtasks.catalogue.hookspecs import hookimpl

        @hookimpl
        def seqtasks_cells():
            yield Entry("leaky", "A leaky integrator.", "my_package.leaky:LeakyCell")
    """


@hookspec
def seqtasks_models() -> Iterable[Entry]:  # type: ignore[empty-body]  # a specification has none
    """Yield an entry for each model: a class that builds a whole network from its settings and a task's shapes.

    Example::

        from seqtasks.catalogue.entry import Entry
        from seqtasks.catalogue.hookspecs import hookimpl

        @hookimpl
        def seqtasks_models():
            yield Entry("skip-gru", "A GRU whose readout also sees the input.", "my_package.skip:SkipGRU")
    """


@hookspec
def seqtasks_trainers() -> Iterable[Entry]:  # type: ignore[empty-body]  # a specification has none
    """Yield an entry for each trainer: a class that says how credit reaches the past.

    Example::

        from seqtasks.catalogue.entry import Entry
        from seqtasks.catalogue.hookspecs import hookimpl

        @hookimpl
        def seqtasks_trainers():
            yield Entry("dni", "Gradients to come, foretold by a network.", "my_package.dni:DNI")
    """
