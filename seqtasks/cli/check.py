"""``seqtasks check``: check the promises of an entry, or of all entries of a file or package."""

import sys
import time
from collections.abc import Iterator, Sequence, Set
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Annotated, Any, Final

import typer

from seqtasks.catalogue.host import Host
from seqtasks.checks.choice import Choice, plugins_to_load, select
from seqtasks.checks.runner.protocol import Outcome, Started
from seqtasks.checks.runner.supervisor import check_imports, run_checks
from seqtasks.cli import output
from seqtasks.cli.options import JsonOption, PluginOption, complete_names, start_host
from seqtasks.lazy import LazyImport
from seqtasks.scaffold.leftovers import leftovers

_DISPLAY: Final = LazyImport("seqtasks.display.live:Display")
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
            autocompletion=complete_names("tasks", "models", "trainers"),
            help="An entry, the file of a plugin, or a package.",
        ),
    ],
    limit: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=0.1, help="Time limit of each check. By default at least 30 s."),
    ] = None,
    json: JsonOption = False,
    plugin: PluginOption = None,
) -> None:
    """Check that a task, cell, model or trainer keeps its promises.

    Examples: seqtasks check prev-bit,
    seqtasks check my_plugin.py, or
    seqtasks check seqtasks-xor
    """
    plugin_names = plugins_to_load(what, (*(context.obj or ()), *(plugin or ())))

    def start(plugins: Sequence[str]) -> Host:
        return start_host(context, [name for name in plugins if name not in (context.obj or ())])

    before = time.perf_counter()
    choice, subjects = Choice((), plugin_names), [("plugin", what, what)]
    outcomes = list(_show_progress([what], check_imports(plugin_names, limit), quiet=json))
    if not outcomes:  # the plugins can be imported
        choice = select(what, plugin_names, start)
        subjects = [(named.kind, named.spec.name, str(named.spec)) for named in choice.entries]
        names = [str(named) for named in choice.entries]
        outcomes = list(_show_progress(names, run_checks(choice.entries, choice.plugins, limit), quiet=json))
    seconds = time.perf_counter() - before
    words = list(_of_template(choice))
    failed = sum(outcome.status == "failed" for outcome in outcomes)
    if json:
        output.record(_record(subjects, choice, outcomes, words, seconds))
    else:
        _summary(choice, outcomes, words, seconds)
    raise typer.Exit(int(failed > 0 or bool(choice.problems) or any(wrong for _, wrong in words)))


def _show_progress(names: Sequence[str], events: Iterator[Started | Outcome], quiet: bool) -> Iterator[Outcome]:
    """The outcomes; each is printed as it arrives, unless ``quiet``."""
    last, sentences, stacks = -1, set[str](), set[str]()
    with _display() as display:
        for event in events:
            name = names[event.entry]
            if isinstance(event, Started):
                if display is not None:
                    display.doing(f"{name}: {event.check}, {event.place} of {event.total}")
                continue
            if event.entry != last:
                last, sentences = event.entry, set()
            with _aside(display):
                if not quiet:
                    _print(name, event, sentences)
                for stack in _stacks(event, event.sentence in sentences):
                    if stack not in stacks:
                        output.talk(stack)
                    stacks.add(stack)
            sentences.add(_sentence(event))
            yield event


def _stacks(outcome: Outcome, again: bool) -> Iterator[str]:
    """The texts on a failure for stderr: its traceback, once per sentence, and the last output of a crashed process."""
    if outcome.traceback and not again:
        yield outcome.traceback.rstrip()
    if outcome.output:
        yield f"Last output of the process:\n{outcome.output}"


def _sentence(outcome: Outcome) -> str:
    return outcome.promise if outcome.status == "ok" else outcome.sentence


@contextmanager
def _aside(display: Any) -> Iterator[None]:
    """Remove the live display while lines are printed."""
    if display is None:
        yield
        return
    display.stop()
    yield
    display.__enter__()


def _display() -> AbstractContextManager[Any]:
    return _DISPLAY("loading") if sys.stderr.isatty() else nullcontext()


def _print(name: str, outcome: Outcome, printed: Set[str]) -> None:
    """Print the outcome of a check; ``printed`` are the sentences of the same entry so far."""
    if not printed:
        output.line(name)
    again = outcome.sentence in printed
    output.line(f"  {SIGNS[outcome.status]:<7} {outcome.check}: {'same as above' if again else _sentence(outcome)}")
    if outcome.advice and not again:
        output.line(f"{INDENT}{outcome.advice}")


def _of_template(choice: Choice) -> Iterator[tuple[str, bool]]:
    """A sentence for each text of a template that is still unchanged, and whether it is wrong by now."""
    for named in choice.entries:
        entry = named.host.shelf(named.shelf)[named.spec.name]
        for leftover in leftovers(named.kind, entry):
            what = f'{named.kind} {entry.name}: the text "{leftover.words}" comes from new-plugin'
            if leftover.outdated:
                yield f"{what}, but the code has changed. Describe what it computes.", True
            else:
                yield f"{what}, and so does the code. Replace both.", False


def _summary(choice: Choice, outcomes: Sequence[Outcome], words: Sequence[tuple[str, bool]], seconds: float) -> None:
    for left_out in choice.left_out:
        output.line(f"{left_out.message} {left_out.hint}".rstrip())
    for sentence, wrong in words:
        output.line(f"{'Wrong' if wrong else 'Note'}: {sentence}")
    counts = {status: sum(outcome.status == status for outcome in outcomes) for status in SIGNS}
    none = f", {counts['none']} do not apply" if counts["none"] else ""
    verdict = f"{counts['failed']} failed" if counts["failed"] else "none failed"
    if counts["failed"] > 1:
        output.line("Fix the first failure first, because it may cause the others.")
    checks = f"{len(outcomes)} check{'s' * (len(outcomes) != 1)}"
    output.line(f"{checks}: {counts['ok']} passed{none}, {verdict}, in {seconds:.1f} s.")


def _record(
    subjects: Sequence[tuple[str, str, str]],
    choice: Choice,
    outcomes: Sequence[Outcome],
    words: Sequence[tuple[str, bool]],
    seconds: float,
) -> dict[str, Any]:
    entries = [
        {
            "kind": kind,
            "name": name,
            "spec": spec,
            "checks": [outcome.record() for outcome in outcomes if outcome.entry == number],
        }
        for number, (kind, name, spec) in enumerate(subjects)
    ]
    return {
        "entries": entries,
        "left_out": [f"{each.message} {each.hint}".rstrip() for each in choice.left_out],
        "problems": [*choice.problems, *(sentence for sentence, wrong in words if wrong)],
        "notes": [sentence for sentence, wrong in words if not wrong],
        "failed": sum(outcome.status == "failed" for outcome in outcomes),
        "seconds": seconds,
    }
