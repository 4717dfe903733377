"""What cannot fit is refused with the arithmetic."""

import pytest

from seqtasks.core import memory
from seqtasks.errors import UsageError


def test_more_than_there_is(monkeypatch):
    """The sum and what there is, in GiB; what fits passes."""
    monkeypatch.setattr(memory, "memory", lambda: 8 * memory.GIB)
    memory.check_memory(8 * memory.GIB, "", "")
    with pytest.raises(UsageError) as error:
        memory.check_memory(9 * memory.GIB, "9 x 1 GiB", "Use less.")
    assert (error.value.message, error.value.hint) == ("9 x 1 GiB = 9 GiB, and there are 8 GiB.", "Use less.")


@pytest.mark.parametrize(("limit", "expected"), [("1073741824\n", memory.GIB), ("max\n", None), (None, None)])
def test_a_container_may_have_less_than_the_machine(monkeypatch, tmp_path, limit, expected):
    """Its limit counts where there is one."""
    file = tmp_path / "memory.max"
    monkeypatch.setattr(memory, "LIMIT", file)
    machine = memory.memory()
    if limit is not None:
        file.write_text(limit)
    assert memory.memory() == (expected or machine)
