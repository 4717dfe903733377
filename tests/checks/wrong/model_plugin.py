"""A plugin of a model whose networks a file cannot hold, and of one whose it can."""

from checks.wrong.networks import ElmanModel, Forgetful

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl

__all__ = ["ElmanModel", "Forgetful"]


@hookimpl
def seqtasks_models():
    yield Entry("elman", "Networks of NumPy.", "checks.wrong.networks:ElmanModel")
    yield Entry("forgetful", "Networks that are more than their weights.", "checks.wrong.networks:Forgetful")
