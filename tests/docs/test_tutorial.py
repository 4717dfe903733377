"""The files that the tutorial and the README have their readers save."""

import re

import pytest

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError


def plugins(text):
    """Its Python blocks that are whole plugins."""
    return [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "@hookimpl" in block]


def task(host, spec):
    return host.make("tasks", host.spec("tasks", spec))


def test_ten_line_plugin_is_the_delay_it_says(page, write):
    """Two steps back, not negated, of fair bits; the README shows the same file."""
    first, _ = plugins(page("tutorial/first-plugin.md"))
    host = Host.start([write("two_back.py", first)], {})
    assert host.plugins[-1].problems == ()
    chunk = task(host, "two-back").sample(seed=0, sequences=2, length=30)
    assert (chunk.targets[:, 2:] == chunk.inputs[:, :-2]).all()
    assert (task(host, "two-back").depth, task(host, "two-back").yardsticks().chance) == (3, 0.25)
    assert len([line for line in first.splitlines() if line.strip()]) == 10


def test_readme_and_tutorial_show_the_same_file(page, root):
    """The README's only plugin."""
    (shown,) = plugins((root / "README.md").read_text(encoding="utf-8"))
    assert shown == plugins(page("tutorial/first-plugin.md"))[0]


def test_plugin_with_a_setting_takes_it(page, write):
    """back:steps=5 is five steps back."""
    _, second = plugins(page("tutorial/first-plugin.md"))
    host = Host.start([write("back.py", second)], {})
    chunk = task(host, "back:steps=5").sample(seed=0, sequences=2, length=30)
    assert (chunk.targets[:, 5:] == chunk.inputs[:, :-5]).all()


def test_setting_out_of_range_is_refused_as_the_tutorial_says(page, write):
    """The error names what is allowed."""
    _, second = plugins(page("tutorial/first-plugin.md"))
    host = Host.start([write("back.py", second)], {})
    with pytest.raises(UsageError, match="steps") as caught:
        host.spec("tasks", "back:steps=0")
    assert "at least 1" in f"{caught.value.message} {caught.value.hint}"
