"""Run the checks as pytest tests of a plugin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, final

import pytest

from seqtasks.catalogue.host import Host
from seqtasks.checks.check import Check, DoesNotApply
from seqtasks.checks.choice import select
from seqtasks.checks.subject import CONSTRUCTION, Named, checks_of


def parametrize_with_checks(names: Sequence[str], plugins: Sequence[str] = ()) -> Callable[[Any], Any]:
    """Parametrize a test function with every subject and each of its checks.

    If a check does not apply, its test is skipped. A trainer that accepts no network of the catalogue is one skipped
    test. Checks run in the process of pytest and have no time limit: A check that hangs or crashes stops the tests. To
    find it, run ``seqtasks check``.

    Args:
        names: The arguments of ``seqtasks check``: names, specs, files of plugins, names of packages or plugins.
        plugins: Further files or modules to load, as after ``--plugin``.

    Raises:
        UsageError: If a name or spec is wrong, or if an entry of a package requires settings; use a spec then.
        PluginError: If an entry cannot be loaded.

    Example:
        In a plugin's tests:

            from seqtasks.checks import parametrize_with_checks

            @parametrize_with_checks(["seqtasks-xor", "xor:first=2,second=5"])
            def test_contract(subject, check):
                check(subject)
    """
    cases = []
    for name in names:
        choice = select(name, plugins, Host.start)
        for left_out in choice.left_out:
            raise left_out
        for named in choice.entries:
            cases += _cases(named)
    return pytest.mark.parametrize(("subject", "check"), cases)


def _cases(named: Named) -> list[Any]:
    try:
        subject = named.subject()
    except DoesNotApply as skipped:  # a library that the entry needs is absent, or the like: it names the reason itself
        return [pytest.param(None, None, id=f"{named}: {CONSTRUCTION}", marks=pytest.mark.skip(reason=skipped.reason))]
    return [pytest.param(subject, _Test(check), id=f"{named}: {check.name}") for check in checks_of(named.kind)]


@final
@dataclass(frozen=True, slots=True)
class _Test:
    """A check that skips its test if it does not apply."""

    check: Check

    def __call__(self, subject: Any) -> None:
        try:
            self.check(subject)
        except DoesNotApply as reason:
            pytest.skip(reason.reason)
