"""The example of the page on tables: its script writes the data that its figures are of."""

import re
import subprocess
import sys

import pytest

from seqtasks.catalogue.host import Host
from seqtasks.tasks.table import Table


@pytest.fixture
def text(page):
    return page("how-to/table.md").replace("\N{MINUS SIGN}", "-")


@pytest.fixture
def power(text, tmp_path):
    """The file that the script writes."""
    script = re.search(r"<!-- power.py -->\n```python\n(.*?)```", text, re.DOTALL)
    subprocess.run([sys.executable, "-c", script[1]], cwd=tmp_path, check=True)
    return str(tmp_path / "power.csv")


def test_chance_is_what_the_page_says(text, power):
    """Persistence on the test part, one row ahead and 24."""
    chance = re.search(r"\| chance \| ([\d.]+) \| 0 \| ([\d.]+) \| 0 \|", text).groups()
    assert tuple(f"{Table(power, 'load', ahead=ahead).yardsticks().chance:.4f}" for ahead in (1, 24)) == chance


def test_losses_and_skills_of_the_page_agree(text):
    """Skill is 1 - loss / chance in every row."""
    lines = text.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("| chance |"))
    rows = [[cell.strip() for cell in line.split("|")[2:6]] for line in lines[first : first + 5]]
    chances = [float(loss) for loss in rows[0][::2]]
    pairs = [
        (chance, float(loss), float(skill))
        for row in rows
        for chance, loss, skill in zip(chances, row[::2], row[1::2], strict=True)
        if loss
    ]
    assert len(pairs) == 10
    assert all(1 - loss / chance == pytest.approx(skill, abs=3e-3) for chance, loss, skill in pairs)


def test_every_setting_of_the_task_is_on_the_page(text):
    """And what missing= and the names of files may be."""
    parameters = Host.start().signature("tasks", "table").parameters
    assert [p.name for p in parameters if p.name != "path" and f"`{p.name}" not in text] == []
    [missing] = [p for p in parameters if p.name == "missing"]
    assert [choice for choice in missing.choices if choice != "error" and f"| `{choice}` |" not in text] == []


def test_the_example_of_a_frame_prints_what_it_says(text, capsys):
    """The columns that the calendar adds."""
    code = re.search(r"```python\n(import numpy.*?seqtasks\.table.*?)```", text, re.DOTALL)[1]
    exec(code, {})
    assert capsys.readouterr().out.strip() == code.rstrip().rsplit("# ", 1)[1]
