"""Plugins made for another version of the plugin interface are reported, and their entries set aside."""

import pytest

from seqtasks.catalogue.hookspecs import INTERFACE
from seqtasks.catalogue.host import Host
from seqtasks.errors import PluginError

pytestmark = pytest.mark.usefixtures("no_installed_plugins")

TEXT = """
from seqtasks import Entry, hookimpl

SEQTASKS_INTERFACE = {declared}

@hookimpl
def seqtasks_tasks():
    yield Entry("thing", "A thing.", "textwrap:wrap")
"""
LATER, EARLIER = INTERFACE + 1, INTERFACE - 1
REMEDIES = {
    str(LATER): f"install a seqtasks with interface {LATER}, or a version of {{plugin}} made for interface {INTERFACE}",
    str(EARLIER): f"install a version of {{plugin}} made for interface {INTERFACE}, "
    "or bring it there: docs/reference/hooks.md has what changed",
    "'1'": f"its author must set SEQTASKS_INTERFACE = {INTERFACE}, a plain integer, if it is made for that interface",
}


def start(write, declared, name="other.py"):
    plugin = write(name, TEXT.format(declared=declared))
    return plugin, Host.start([plugin], {})


@pytest.mark.parametrize("declared", REMEDIES)
def test_the_problem_names_both_interfaces_and_the_next_step(write, declared):
    """In the report, and where one of its names is used."""
    plugin, host = start(write, declared)
    remedy = REMEDIES[declared].replace("{plugin}", plugin)
    assert host.plugins[-1].problems == (
        f"was made for plugin interface {declared}, and this seqtasks has {INTERFACE}, "
        f"so that its entries are set aside: {remedy}",
    )
    assert "thing" not in host.shelf("tasks")
    assert host.plugins[-1].entries == ()
    with pytest.raises(PluginError) as caught:
        host.spec("tasks", "thing")
    assert caught.value.message == (
        f"The task thing is provided by {plugin}, which was made for plugin interface {declared}; "
        f"this seqtasks has {INTERFACE}."
    )
    assert caught.value.hint.lower() == f"{remedy}.".lower()


@pytest.mark.parametrize("text", [TEXT.format(declared=INTERFACE), TEXT.replace("SEQTASKS_INTERFACE = {declared}", "")])
def test_this_interface_or_none_is_let_in(write, text):
    """A plugin that declares no interface is assumed to be for this one."""
    host = Host.start([write("same.py", text)], {})
    assert host.plugins[-1].problems == ()
    assert "thing" in host.shelf("tasks")


def test_its_names_clash_with_none(write):
    """A plugin for this interface provides the same name, which is used."""
    other, same = write("other.py", TEXT.format(declared=LATER)), write("same.py", TEXT.format(declared=INTERFACE))
    host = Host.start([other, same], {})
    assert host.owner(host.shelf("tasks")["thing"]) == same


def test_hooks_of_another_interface_may_be_anything(write):
    """Arguments and hooks that this seqtasks does not know are no problem of their own."""
    text = (
        TEXT.format(declared=LATER).replace("tasks():", "tasks(registry):") + "\n@hookimpl\ndef seqtasks_new(): ...\n"
    )
    (problem,) = Host.start([write("other.py", text)], {}).plugins[-1].problems
    assert problem.startswith(f"was made for plugin interface {LATER}")
