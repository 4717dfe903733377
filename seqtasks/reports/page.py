"""The report as one HTML page that needs nothing else."""

from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from seqtasks.catalogue.installed import version
from seqtasks.comparison.configuration import Configuration
from seqtasks.comparison.contest import plural, shown
from seqtasks.comparison.estimate import Estimate
from seqtasks.reports.commands import commands
from seqtasks.reports.content import Content, versions
from seqtasks.reports.curves import horizon_pictures, learning_pictures
from seqtasks.reports.figures import strip

ROWS: Final = 6_000  # of results on a page, at most
FAILURES: Final = 100  # errors on a page, at most
NONE: Final = "–"  # noqa: RUF001 - the typographic sign for "nothing"
_FOLDER: Final = "templates"


def page(content: Content, title: str, command: str | None) -> str:
    """The page.

    Args:
        content: What it states.
        title: Its title.
        command: The command that wrote it; None if there was none.
    """
    environment = Environment(
        loader=PackageLoader("seqtasks.reports", _FOLDER),
        autoescape=True,  # names and errors come from plugins and users
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "estimate": _estimate, "share": _share, "span": _span, "plural": plural}
    environment.filters["metric"] = _metric
    return environment.get_template("report.html").render(
        title=title,
        command=command,
        content=content,
        summary=summary(content),
        date=datetime.now(UTC).strftime("%d %B %Y, %H:%M UTC"),
        version=version("seqtasks"),
        rows=content.rows[:ROWS],
        horizons=list(horizon_pictures(content)),
        learning=list(learning_pictures(content)),
        failures=failures(content),
        commands=commands(content),
        versions=versions(content.facts.values()),
        start=_start(content),
        strip=strip,
        nothing=NONE,
        style=_text("report.css"),
        script=_text("report.js"),
    )


def summary(content: Content) -> str:
    """What was run, in a line.

    Args:
        content: What the report states.
    """
    seeds = {run.seed for row in content.rows for run in row.configuration.runs}
    counts = [
        plural(content.runs, "run"),
        plural(len(content.names), "method"),
        plural(len(content.tasks), "task"),
        plural(len(seeds), "seed"),
    ]
    return ", ".join(counts)


def failures(content: Content) -> list[tuple[str, str, int, str, str]]:
    """Task, method, seed, status and error of the runs without a result, at most 100.

    Args:
        content: What the report states.
    """
    found = (
        (row.configuration.task, row.name, run.seed, run.status, run.error or "")
        for row in content.rows
        for run in row.configuration.runs
        if run.status != "done"
    )
    return [each for each, _ in zip(found, range(FAILURES), strict=False)]


def number(value: float | None, form: str = ".3f") -> str:
    """A number, or the sign for nothing.

    Args:
        value: The number.
        form: How it is written.
    """
    return NONE if value is None else f"{value:{form}}"


def _estimate(value: Estimate | None) -> Markup:
    """The number, and its interval in small print."""
    if value is None:
        return Markup(NONE)
    interval = "" if value.low is None else Markup(" <small>{:.3f} to {:.3f}</small>").format(value.low, value.high)
    return Markup("{:.3f}{}").format(value.value, interval)


def _metric(each: Configuration, name: str) -> Markup:
    """The score, its interval, that of chance, and the number of seeds if not all have a score."""
    found = next((metric for metric in each.metrics if metric.name == name), None)
    if found is None or found.score is None:
        return Markup(NONE)
    chance = "" if found.chance is None else Markup(" <small>chance {:.3f}</small>").format(found.chance)
    some = Markup(" <small>{} seeds</small>").format(found.seeds) if found.seeds < len(each.scores) else ""
    return Markup("{}{}{}").format(_estimate(found.score), chance, some)


def _share(share: tuple[int, int] | None, interval: tuple[float, float] | None) -> Markup:
    """How many of how many, and the interval of the share in small print."""
    if share is None or interval is None:
        return Markup(NONE)
    return Markup("{} of {} <small>{:.2f} to {:.2f}</small>").format(*share, *interval)


def _span(value: tuple[int, int] | None) -> str:
    return NONE if value is None else shown(value)


def _start(content: Content) -> float:
    """The left end of the scale of skills: 0, or less if a method is worse than chance."""
    ends = [end for each in content.standings for end in (each.skill.value, each.skill.low) if end is not None]
    return min([0.0, *ends])


def _text(name: str) -> Markup:
    """A file of the package that goes into the page as it is."""
    return Markup((files("seqtasks.reports") / _FOLDER / name).read_text(encoding="utf-8"))
