"""Every built-in name appears in its reference page."""

import pytest

from seqtasks.catalogue.host import SHELVES, Host

HOST = Host.start(environ={"SEQTASKS_BLOCK": "*"})
ENTRIES = [
    (shelf, entry)
    for shelf in SHELVES
    for entry in HOST.shelf(shelf).values()
    if not (shelf == "models" and entry.name in HOST.shelf("cells"))
]


@pytest.mark.parametrize(("shelf", "entry"), ENTRIES, ids=lambda part: getattr(part, "name", part))
def test_entry_has_its_section(page, shelf, entry):
    """A heading with its name, and under it the documentation of its own target."""
    text = page(f"reference/{'models' if shelf == 'cells' else shelf}.md")
    section = text.partition(f"\n## `{entry.name}`\n")[2].partition("\n## ")[0]
    assert section.strip() == f"::: {entry.target.replace(':', '.')}"
