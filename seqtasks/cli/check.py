"""``seqtasks check``: every promise of an entry, or of all that a file or package brings, put to the proof."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Annotated, Any, Final

import typer

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.host import Host
from seqtasks.checks.choice import Choice, chosen
from seqtasks.checks.protocol import Begun, Outcome
from seqtasks.checks.subject import Named
from seqtasks.checks.watch import watched
from seqtasks.cli import completion, output
from seqtasks.cli.options import JsonOption, PluginOption, start_host

_DISPLAY: Final = Entry("display", "A live picture of a run.", "seqtasks.cli.display:Display")
SIGNS: Final = {"ok": "ok", "failed": "FAILED", "none": "-"}
INDENT: Final = " " * 10


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check")(check)


def check(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="NAME|SPEC|FILE|PACKAGE",
            autocompletion=completion.names("tasks", "models", "trainers"),
            help="An entry, a plugin's file, or a package.",
        ),
    ],
    limit: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=0.1, help="How long a check may take; at least 30 s if not given."),
    ] = None,
    json: JsonOption = False,
    plugin: PluginOption = None,
) -> None:
    """Prove that a task, cell, model or trainer keeps its promises.

    For example: seqtasks check prev-bit
    """
    given = (*(context.obj or ()), *(plugin or ()))

    def start(plugins: Sequence[str]) -> Host:
        return start_host(context, [name for name in plugins if name not in (context.obj or ())])

    choice = chosen(what, given, start)
    before = time.perf_counter()
    outcomes = list(_shown(choice, limit, quiet=json))
    seconds = time.perf_counter() - before
    failed = sum(outcome.status == "failed" for outcome in outcomes)
    if json:
        output.record(_record(choice, outcomes, seconds))
    else:
        _summary(choice, outcomes, seconds)
    raise typer.Exit(int(failed > 0 or bool(choice.problems)))


def _shown(choice: Choice, limit: float | None, quiet: bool) -> Iterator[Outcome]:
    """The outcomes, each printed as it comes unless they are to be printed together."""
    last, told = -1, set[str]()
    with _display() as display:
        for news in watched(choice.entries, choice.plugins, limit):
            named = choice.entries[news.entry]
            if isinstance(news, Begun):
                if display is not None:
                    display.doing(f"{named}: {news.check}, {news.place} of {news.total}")
                continue
            if news.entry != last:
                last, told = news.entry, set()
            with _aside(display):
                if not quiet:
                    _print(named, news, told)
                if news.said:
                    output.talk(f"The process said last:\n{news.said}")
            yield news


@contextmanager
def _aside(display: Any) -> Iterator[None]:
    """Wipe the picture out while lines are printed."""
    if display is None:
        yield
        return
    display.stop()
    yield
    display.__enter__()


def _display() -> AbstractContextManager[Any]:
    return _DISPLAY.load()("loading") if sys.stderr.isatty() else nullcontext()


def _print(named: Named, outcome: Outcome, told: set[str]) -> None:
    """Print what became of a check, after those of the same entry whose sentences were told."""
    if not told:
        output.line(str(named))
    sentence, again = outcome.promise if outcome.status == "ok" else outcome.sentence, outcome.sentence in told
    told |= {sentence}
    output.line(f"  {SIGNS[outcome.status]:<7} {outcome.check}: {'the same' if again else sentence}")
    if outcome.advice and not again:
        output.line(f"{INDENT}{outcome.advice}")


def _summary(choice: Choice, outcomes: Sequence[Outcome], seconds: float) -> None:
    for left_out in choice.left_out:
        output.line(f"{left_out.message} {left_out.hint}".rstrip())
    counts = {status: sum(outcome.status == status for outcome in outcomes) for status in SIGNS}
    none = f", {counts['none']} do not apply" if counts["none"] else ""
    verdict = f"{counts['failed']} failed" if counts["failed"] else "none failed"
    if counts["failed"] > 1:
        output.line("What fails first may be why others fail: begin with it.")
    checks = f"{len(outcomes)} check{'s' * (len(outcomes) != 1)}"
    output.line(f"{checks}: {counts['ok']} hold{none}, {verdict}, in {seconds:.1f} s.")


def _record(choice: Choice, outcomes: Sequence[Outcome], seconds: float) -> dict[str, Any]:
    entries = [
        {
            "kind": named.kind,
            "name": named.spec.name,
            "spec": str(named.spec),
            "checks": [outcome.record() for outcome in outcomes if outcome.entry == number],
        }
        for number, named in enumerate(choice.entries)
    ]
    return {
        "entries": entries,
        "left_out": [f"{each.message} {each.hint}".rstrip() for each in choice.left_out],
        "problems": list(choice.problems),
        "failed": sum(outcome.status == "failed" for outcome in outcomes),
        "seconds": seconds,
    }
