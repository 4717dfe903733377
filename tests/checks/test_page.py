"""The page of checks, held against the checks themselves; and pytest's way to them."""

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import seqtasks.checks
from seqtasks.checks import checks_of, parametrize_with_checks
from seqtasks.checks.subject import CONSTRUCTION_PROMISE, Kind
from seqtasks.errors import UsageError

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "checks.md").read_text(encoding="utf-8")
SECTIONS = {"task": "Tasks", "cell": "Cells and models", "model": "Cells and models", "trainer": "Trainers"}
HEAVY = [
    pytest.param(kind, marks=pytest.mark.tensorflow) if kind in ("cell", "model") else kind for kind in get_args(Kind)
]


@pytest.mark.parametrize("kind", HEAVY)
def test_page_says_what_each_check_proves(kind):
    """In the words of its promise, in the order in which they are run."""
    section = PAGE.partition(f"\n## {SECTIONS[kind]}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", section, re.MULTILINE)
    assert rows == [(check.name, check.promise) for check in checks_of(kind)]
    assert CONSTRUCTION_PROMISE in PAGE


@pytest.mark.parametrize("kind", HEAVY)
def test_names_are_kebab_case_and_promises_are_sentences(kind):
    """No two checks of a kind have one name."""
    checks = checks_of(kind)
    assert len({check.name for check in checks}) == len(checks)
    for check in checks:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", check.name), check.name
        assert re.fullmatch(r"[A-Z].*\.", check.promise), check.name
        assert check.seconds > 0


def test_tests_of_a_plugin(tmp_path):
    """As the how-to writes them: one for each check, skipped where it does not apply."""
    test = tmp_path / "test_contract.py"
    test.write_text(
        "from seqtasks.checks import parametrize_with_checks\n\n"
        "@parametrize_with_checks(['echo', 'delay:lag=2'])\n"
        "def test_contract(subject, check):\n    check(subject)\n"
    )
    words = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", str(test)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert f"{2 * len(checks_of('task')) - 1} passed, 1 skipped" in done.stdout
    assert "The optimum is not 0, so the target may depend on more" in done.stdout


def test_tests_of_an_entry_that_needs_settings():
    """The package's own checks would leave it out unseen."""
    with pytest.raises(UsageError, match="table is not checked: table needs path"):
        parametrize_with_checks(["seqtasks"])


def test_other_names_are_not_there():
    """An AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        seqtasks.checks.nothing  # noqa: B018 - asking is the test
