"""The tables of a report as text: CSV with every figure, Markdown and LaTeX for papers."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Final

from seqtasks.comparison.configuration import Metric
from seqtasks.comparison.estimate import Estimate
from seqtasks.comparison.ranking import PREQUENTIAL, RANKINGS
from seqtasks.reports.content import Content, Row

MARKDOWN: Final = "<!-- Comparison by seqtasks -->"  # the first line of each file tells that it is ours
LATEX: Final = "% Comparison by seqtasks"
NONE: Final = "--"
COLUMNS: Final = (
    *("task", "model", "trainer", "budget", "seeds", "failed", "diverged"),
    *("solved", "solved_low", "solved_high", "skill", "skill_low", "skill_high"),
    *("prequential", "prequential_low", "prequential_high"),
    *("chance", "optimum", "parameters_low", "parameters_high", "steps_low", "steps_high", "chosen", "verdict"),
)
_OF_METRIC: Final = ("", "_low", "_high", "_chance", "_seeds")  # columns of each metric, after the others
_RULES: Final = "".join(
    f"\\providecommand{{\\{name}rule}}{{\\hline}}\n" for name in ("top", "mid", "bottom")
)  # lines of booktabs, if that package is loaded
_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\char34{}",
    "\n": " ",
    **{each: f"\\{each}" for each in "{}$&#_%"},
}

Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]  # title, heads, rows


def as_csv(content: Content) -> str:
    """A line for each method on each task, with all digits.

    Args:
        content: What the report states.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, *(f"metrics.{name}{part}" for name in content.metrics for part in _OF_METRIC)])
    writer.writerows(map(_spelled, _values(content, row)) for row in content.rows)
    return text.getvalue()


def as_markdown(content: Content) -> str:
    """The leaderboard, the memory horizons and the results as tables of Markdown.

    Args:
        content: What the report states.
    """
    parts = [MARKDOWN]
    for title, heads, rows in _tables(content):
        lines = [heads, ["---"] * len(heads), *rows]
        body = "\n".join(f"| {' | '.join(map(_markdown, cells))} |" for cells in lines)
        parts.append(f"## {title}\n\n{body}")
    parts += ["\n".join(f"* {_markdown(note)}" for note in content.notes)] if content.notes else []
    return "\n\n".join(parts) + "\n"


def as_latex(content: Content) -> str:
    """The same tables in LaTeX, for any document; with the package booktabs its lines are those of booktabs.

    Args:
        content: What the report states.
    """
    parts = []
    for title, heads, rows in _tables(content):
        columns = "l" * len(heads)
        lines = [" & ".join(map(latex, cells)) + r" \\" for cells in [heads, *rows]]
        parts.append(
            f"% {latex(title)}\n\\begin{{tabular}}{{{columns}}}\n\\toprule\n{lines[0]}\n\\midrule\n"
            + "\n".join(lines[1:])
            + "\n\\bottomrule\n\\end{tabular}\n"
        )
    return f"{LATEX}\n{_RULES}\n" + "\n".join(parts)


def latex(text: str) -> str:
    r"""A text as LaTeX prints it: special characters escaped, and those that its fonts lack as their code.

    Args:
        text: The text.

    Example:
        >>> print(latex("50 % of a_1 & λ"))
        50 \% of a\_1 \& U+03BB
    """
    return "".join(_SPECIAL.get(each) or (each if " " <= each <= "~" else f"U+{ord(each):04X}") for each in text)


def _tables(content: Content) -> Iterator[Table]:
    """Without the verdicts, which are too wide for a page of paper."""
    board = [
        [
            str(each.rank or NONE),
            content.names[each.method],
            str(each.skill),
            *([_number(each.beside)] if content.beside else []),
            _share(each.share, each.share_interval),
            _number(each.improvement),
        ]
        for each in content.standings
    ]
    skills = [content.measure, *([content.beside] if content.beside else [])]
    yield "Leaderboard", ["rank", "method", *skills, "solved", "P(better than first)"], board
    if content.memories:
        found = [[each.family, content.names[each.method], str(each.horizon)] for each in content.memories]
        yield "Memory horizons", ["task", "method", "horizon"], found
    results = [
        [
            row.configuration.task,
            row.name,
            str(len(row.configuration.scores)),
            _share(row.configuration.share, row.configuration.share_interval),
            _number(row.configuration.median),
            *([_number(row.configuration.beside)] if content.beside else []),
            *(_number(None if metric is None else metric.score) for metric in _metrics(content, row)),
        ]
        for row in content.rows
    ]
    yield "Results on each task", ["task", "method", "seeds", "solved", *skills, *content.metrics], results


def _values(content: Content, row: Row) -> Iterator[object]:
    each = row.configuration
    share, interval = each.share or (None, None), each.share_interval or (None, None)
    yield from (each.task, *each.method, len(each.scores), each.count("failed", "hung"), each.count("diverged"))
    yield from (share[0], *interval, *_ends(each.median_by(RANKINGS[0])), *_ends(each.median_by(PREQUENTIAL)))
    yield from (content.yardstick(each.task, "chance"), content.yardstick(each.task, "optimum"))
    yield from (*(each.span("parameters") or (None, None)), *(each.span("steps") or (None, None)))
    yield from (row.chosen, row.verdict)
    for metric in _metrics(content, row):
        yield from [None] * len(_OF_METRIC) if metric is None else (*_ends(metric.score), metric.chance, metric.seeds)


def _metrics(content: Content, row: Row) -> list[Metric | None]:
    """Those of a row, in the order of the columns."""
    found = {metric.name: metric for metric in row.configuration.metrics}
    return [found.get(name) for name in content.metrics]


def _ends(found: Estimate | None) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if found is None else (found.value, found.low, found.high)


def _number(found: Estimate | None) -> str:
    return NONE if found is None else str(found)


def _spelled(value: object) -> object:
    """A text that a spreadsheet would take for a formula gets a quote in front."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _share(share: tuple[int, int] | None, interval: tuple[float, float] | None) -> str:
    if share is None or interval is None:
        return NONE
    return f"{share[0]} of {share[1]} ({interval[0]:.2f} to {interval[1]:.2f})"


def _markdown(text: str) -> str:
    """A cell: no line breaks, and nothing that Markdown or HTML would interpret."""
    plain = re.sub(r"\s+", " ", text)
    if set(plain) == {"-"}:
        return plain
    return re.sub(r"([\\`*_{}\[\]<>|#&~$])", r"\\\1", plain)
