"""The checks as tests of a plugin's own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, final

import pytest

from seqtasks.catalogue.host import Host
from seqtasks.checks.check import Check, DoesNotApply
from seqtasks.checks.choice import chosen
from seqtasks.checks.subject import MADE, Named, checks_of


def parametrize_with_checks(names: Sequence[str], plugins: Sequence[str] = ()) -> Callable[[Any], Any]:
    """Have a test function called with every subject and each of its checks.

    A check that does not apply skips its test; a trainer that takes no network of the catalogue is one skipped test.
    Checks run in the process of the tests, without a time limit: one that hangs or crashes stops the tests, and
    ``seqtasks check`` says which it was.

    Args:
        names: What ``seqtasks check`` takes: names, specs, files of plugins, names of packages or plugins.
        plugins: Further files or modules to let in, as after ``--plugin``.

    Raises:
        UsageError: If a name or spec is wrong, or an entry of a package needs settings: give it as a spec.
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
        choice = chosen(name, plugins, Host.start)
        for left_out in choice.left_out:
            raise left_out
        for named in choice.entries:
            cases += _cases(named)
    return pytest.mark.parametrize(("subject", "check"), cases)


def _cases(named: Named) -> list[Any]:
    try:
        subject = named.subject()
    except DoesNotApply as none:
        return [pytest.param(None, None, id=f"{named}: {MADE}", marks=pytest.mark.skip(reason=none.reason))]
    return [pytest.param(subject, _Test(check), id=f"{named}: {check.name}") for check in checks_of(named.kind)]


@final
@dataclass(frozen=True, slots=True)
class _Test:
    """A check that skips where it does not apply."""

    check: Check

    def __call__(self, subject: Any) -> None:
        try:
            self.check(subject)
        except DoesNotApply as reason:
            pytest.skip(reason.reason)
