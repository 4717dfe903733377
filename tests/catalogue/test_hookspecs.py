"""The hooks' own examples work when copied into a file."""

import inspect
import textwrap

import pytest

from seqtasks.catalogue import hookspecs
from seqtasks.catalogue.host import PLUGGED, Host

pytestmark = pytest.mark.usefixtures("no_installed_plugins")


@pytest.mark.parametrize("shelf", PLUGGED)
def test_example_in_the_docstring_is_a_plugin(write, shelf):
    """Copied as it stands it is let in; all that is missing is the module it points at."""
    doc = inspect.getdoc(getattr(hookspecs, f"seqtasks_{shelf}"))
    code = textwrap.dedent(doc.partition("Example::")[2])
    (problem,) = Host.start([write("copied.py", code)], {}).plugins[-1].problems
    assert "has a target that does not exist: there is no module my_package." in problem


def test_every_hook_has_a_shelf():
    """The hooks and the shelves that plugins fill are the same."""
    hooks = [name for name in vars(hookspecs) if name.startswith("seqtasks_")]
    assert hooks == [f"seqtasks_{shelf}" for shelf in PLUGGED]
