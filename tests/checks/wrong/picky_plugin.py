"""A plugin of a trainer that takes no network."""

from checks.wrong.trainers import Picky

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl

__all__ = ["Picky"]


@hookimpl
def seqtasks_trainers():
    yield Entry("picky", "Takes no network.", "checks.wrong.trainers:Picky")
