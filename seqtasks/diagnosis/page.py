"""A diagnosis as one HTML page that needs nothing else."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from seqtasks.catalogue.installed import version
from seqtasks.comparison.estimate import Estimate
from seqtasks.diagnosis.diagnosis import SENTENCES, Diagnosis
from seqtasks.diagnosis.fault import shown
from seqtasks.diagnosis.measurement import Measurement
from seqtasks.reports.figures import Line, curves

WIDE: Final = 50.0  # times: a range of positive numbers that is drawn on a logarithmic axis
ENDS: Final = ("low", "high")


def page(diagnosis: Diagnosis) -> str:
    """The page.

    Args:
        diagnosis: What it states.
    """
    environment = Environment(
        loader=PackageLoader("seqtasks.diagnosis", "templates"),
        autoescape=True,  # names and errors come from plugins and users
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["estimate"] = _estimate
    attempts = diagnosis.attempts
    return environment.get_template("explanation.html").render(
        title=diagnosis.title,
        diagnosis=diagnosis,
        sentence=SENTENCES[diagnosis.verdict],
        answer=None if attempts is None or attempts.answer is None else attempts.sentence,
        seeds=len(attempts.tried[0].seeds) if attempts is not None and attempts.tried else 0,
        measurements=[(each, picture(each)) for each in diagnosis.measurements],
        date=datetime.now(UTC).strftime("%d %B %Y, %H:%M UTC"),
        version=version("seqtasks"),
        shown=shown,
        named=named,
        style=Markup((files("seqtasks.reports") / "templates" / "report.css").read_text(encoding="utf-8")),
    )


def picture(measurement: Measurement) -> Markup | None:
    """The figure of a measurement: its second column over its first, with intervals if it has ``low`` and ``high``.

    Numbers of a wide range are drawn as their logarithms.

    Args:
        measurement: The measurement.

    Returns:
        The picture; None without two columns of at least two numbers.
    """
    columns = [name for name in measurement.data if name not in ENDS]
    if len(columns) < 2 or not _numbers(measurement.data[columns[0]]):  # noqa: PLR2004 - a line has x and y
        return None
    x_label, y_label = columns[:2]
    ends = [measurement.data[end] for end in ENDS if end in measurement.data]
    columns_of_rows = (measurement.data[x_label], measurement.data[y_label], *ends)
    rows = [list(row) for row in zip(*columns_of_rows, strict=True) if _numbers(row)]
    if len(rows) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    rows, x_label = _scaled(rows, 0, x_label)
    rows, y_label = _scaled(rows, 1, y_label)
    intervals = [(row[2], row[3]) for row in rows] if len(ends) == len(ENDS) else ()
    line = Line(0, measurement.name, [(row[0], row[1]) for row in rows], intervals)
    return curves([line], x_label, y_label, f"{measurement.name}: {measurement.sentence}")


def named(measurement: Measurement) -> list[tuple[str, float]]:
    """The names and numbers of a measurement whose first column holds names; else nothing.

    Args:
        measurement: The measurement.

    Example:
        >>> named(Measurement("loss", 0.1, "", data={"name": ["chance", "network"], "value": [0.2, 0.1]}))
        [('chance', 0.2), ('network', 0.1)]
    """
    columns = list(measurement.data.values())[:2]
    if len(columns) < 2 or not all(isinstance(name, str) for name in columns[0]):  # noqa: PLR2004 - names and numbers
        return []
    return [(name, value) for name, value in zip(*columns, strict=True) if value is not None]


def _numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int | float) and math.isfinite(value) for value in values)


def _scaled(rows: Sequence[Sequence[float]], column: int, label: str) -> tuple[list[list[float]], str]:
    """The rows with the logarithms of a column, and of the intervals with it, where it has a wide range."""
    places = [0] if column == 0 else list(range(1, len(rows[0])))
    values = [row[column] for row in rows]
    if label in ("lag", "step") or min(row[place] for row in rows for place in places) <= 0:
        return [list(row) for row in rows], label
    if max(values) < WIDE * min(values):
        return [list(row) for row in rows], label
    logs = [[math.log10(value) if place in places else value for place, value in enumerate(row)] for row in rows]
    return logs, f"log10 of the {label}"


def _estimate(value: Estimate) -> Markup:
    """The number, and its interval in small print."""
    interval = "" if value.low is None else Markup(" <small>{:.3f} to {:.3f}</small>").format(value.low, value.high)
    return Markup("{:.3f}{}").format(value.value, interval)
