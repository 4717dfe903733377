"""What is written down about the code itself, held by the tools it is written down for."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "seqtasks", "tests", "plugins"),
        ("mypy",),
        ("lint-imports",),
    ],
    ids=" ".join,
)
def test_tools_find_nothing(command):
    """Style, types, and who may import whom."""
    tool = Path(sys.executable).parent / command[0]
    done = subprocess.run([tool, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
