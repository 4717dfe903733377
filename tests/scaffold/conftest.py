"""Plugins as ``seqtasks new-plugin`` writes them."""

import pytest

from seqtasks.scaffold import rendering
from seqtasks.scaffold.draft import Draft
from seqtasks.scaffold.placement import place

KINDS = ("task", "cell", "model", "trainer")


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """A folder with a package of each kind: my-task, my-cell, my-model, my-trainer."""
    folder = tmp_path_factory.mktemp("packages")
    for kind in KINDS:
        place(rendering.package(Draft(f"my-{kind}", kind)), str(folder))
    return folder


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """A folder with one file of each kind."""
    folder = tmp_path_factory.mktemp("files")
    for kind in KINDS:
        place(rendering.single_file(Draft(f"my-{kind}", kind)), str(folder))
    return folder
