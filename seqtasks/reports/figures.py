"""Pictures of a page, as SVG without a word of a stylesheet of its own: the page gives lines their colours."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, final

from markupsafe import Markup

WIDTH, HEIGHT = 560, 240  # of a picture, in its own units
LEFT, RIGHT, TOP, BOTTOM = 48, 96, 12, 34  # margins
STRIP, STRIP_HEIGHT = 120, 14  # of the interval in a line of a table
TICKS: Final = 5
CLOSE: Final = 11.0  # units between two labels of yardsticks, at least

Point = tuple[float, float]


@final
@dataclass(frozen=True)
class Line:
    """One line of a picture.

    Args:
        number: Which colour it has.
        name: What it shows.
        points: Its points (x, y).
        intervals: For each point the ends of its interval; none for a line without intervals.
    """

    number: int
    name: str
    points: Sequence[Point]
    intervals: Sequence[tuple[float, float]] = ()


@final
@dataclass(frozen=True)
class Axes:
    """A rectangle of numbers in a picture.

    Args:
        low: The least x and y.
        high: The greatest x and y.
        x_label: What the x axis shows.
        y_label: What the y axis shows.
    """

    low: Point
    high: Point
    x_label: str
    y_label: str

    def x(self, value: float) -> float:
        """The place of an x value, in units from the left."""
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - self.low[0]) / ((self.high[0] - self.low[0]) or 1.0)

    def y(self, value: float) -> float:
        """The place of a y value, in units from the top; values outside are put on the edge."""
        part = (value - self.low[1]) / ((self.high[1] - self.low[1]) or 1.0)
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(1.0, max(0.0, part)))


def horizon_curves(lines: Sequence[Line], lags: Sequence[int], share: float, title: str) -> Markup:
    """The share of seeds that solve each lag, with intervals.

    Args:
        lines: A line for each method; x is the place of a lag among all lags, y the share.
        lags: The lags.
        share: The share that a horizon needs, drawn as a line.
        title: What the picture shows, for those who cannot see it.
    """
    axes = Axes((-0.3, 0.0), (len(lags) - 0.7, 1.0), "lag", "share of seeds that solve it")
    body = [
        *_y_axis(axes, [0, 0.25, 0.5, 0.75, 1]),
        *_x_axis(axes, [(place, f"{lag:,}") for place, lag in enumerate(lags)]),
        _yardstick(axes, f"{share:.0%}".replace("%", " %"), share, axes.y(share)),
    ]
    spread = 0.24 / max(1, len(lines))  # so that intervals of several methods do not hide one another
    for at, line in enumerate(lines):
        shift = (at - (len(lines) - 1) / 2) * spread
        moved = [(x + shift, y) for x, y in line.points]
        body += [_interval(axes, line, point, ends) for point, ends in zip(moved, line.intervals, strict=True)]
        body += [_line(axes, line, moved), *_dots(axes, line, moved)]
    return _picture(title, body)


def learning_curves(lines: Sequence[Line], yardsticks: Sequence[tuple[str, float]], title: str) -> Markup:
    """Losses before each update, with a line at chance and one at the optimum.

    Args:
        lines: A line for each method; x is the number of time steps, y the loss.
        yardsticks: Name and loss of each, the highest first.
        title: What the picture shows.
    """
    losses = [y for line in lines for _, y in line.points] + [value for _, value in yardsticks]
    low = min((value for _, value in yardsticks), default=min(losses))
    high = max((value for _, value in yardsticks), default=max(losses))
    margin = (high - low) or abs(high) or 1.0
    top = min(max(losses), high + margin / 2) if yardsticks else max(losses)
    last = max((x for line in lines for x, _ in line.points), default=1.0)
    axes = Axes(
        (0.0, low - 0.05 * margin), (last, max(top, high) + 0.08 * margin), "time steps learned", "loss per step"
    )
    body = [
        *_y_axis(axes, _round_values(max(low, axes.low[1]), axes.high[1])),
        *_x_axis(axes, [(value, _count(value)) for value in _round_values(0, last)]),
    ]
    label = -math.inf
    for name, value in yardsticks:
        label = max(axes.y(value), label + CLOSE)
        body.append(_yardstick(axes, name, value, label))
    body += [_line(axes, line, line.points) for line in lines]
    return _picture(title, body)


def curves(lines: Sequence[Line], x_label: str, y_label: str, title: str) -> Markup:
    """Lines with intervals on axes that hold them all.

    Args:
        lines: The lines.
        x_label: What the x axis shows.
        y_label: What the y axis shows.
        title: What the picture shows.
    """
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points] + [
        end for line in lines for ends in line.intervals for end in ends
    ]
    low, high = min(ys, default=0.0), max(ys, default=1.0)
    margin = 0.05 * ((high - low) or abs(high) or 1.0)
    axes = Axes((min(xs, default=0.0), low - margin), (max(xs, default=1.0), high + margin), x_label, y_label)
    body = [
        *_y_axis(axes, _round_values(axes.low[1], axes.high[1])),
        *_x_axis(axes, [(value, _count(value)) for value in _round_values(axes.low[0], axes.high[0])]),
    ]
    for line in lines:
        body += [_interval(axes, line, point, ends) for point, ends in zip(line.points, line.intervals, strict=False)]
        body += [_line(axes, line, line.points), *_dots(axes, line, line.points)]
    return _picture(title, body)


def strip(value: float, low: float | None, high: float | None, start: float) -> Markup:
    """A number and its interval on the scale from ``start`` to 1, for a line of a table.

    Args:
        value: The number.
        low: The lower end of its interval.
        high: The upper end.
        start: The left end of the scale.
    """

    def x(number: float) -> float:
        return 3 + (STRIP - 6) * min(1.0, max(0.0, (number - start) / (1 - start)))

    middle = STRIP_HEIGHT / 2
    whisker = (
        Markup('<path class="w" d="M{:.0f} {:.0f}H{:.0f}"/>').format(x(low), middle, max(x(high), x(low) + 1))
        if low is not None and high is not None
        else ""
    )
    scale = Markup('<path class="z" d="M{:.0f} {:.0f}H{:.0f}"/>').format(x(start), middle, x(1))
    dot = Markup('<circle cx="{:.0f}" cy="{:.0f}" r="3"/>').format(x(value), middle)
    return Markup('<svg class="strip" viewBox="0 0 {} {}" aria-hidden="true">{}{}{}</svg>').format(
        STRIP, STRIP_HEIGHT, scale, whisker, dot
    )


def thinned(points: Sequence[Point], most: int) -> list[Point]:
    """At most so many points: means of neighbouring ones.

    Args:
        points: The points (x, y).
        most: How many.

    Example:
        >>> thinned([(1, 4.0), (2, 2.0), (3, 1.0)], 2)
        [(2, 3.0), (3, 1.0)]
    """
    width = -(-len(points) // most) or 1
    blocks = [points[start : start + width] for start in range(0, len(points), width)]
    return [(block[-1][0], sum(y for _, y in block) / len(block)) for block in blocks]


def _picture(title: str, body: Iterable[Markup]) -> Markup:
    return Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, title, Markup("").join(body)
    )


def _line(axes: Axes, line: Line, points: Sequence[Point]) -> Markup:
    path = "L".join(f"{axes.x(x):.0f} {axes.y(y):.1f}" for x, y in points)
    return Markup('<path class="l s{}" d="M{}"><title>{}</title></path>').format(line.number, path, line.name)


def _dots(axes: Axes, line: Line, points: Sequence[Point]) -> list[Markup]:
    dot = Markup('<circle class="d s{}" cx="{:.1f}" cy="{:.1f}" r="3"/>')
    return [dot.format(line.number, axes.x(x), axes.y(y)) for x, y in points]


def _interval(axes: Axes, line: Line, point: Point, ends: tuple[float, float]) -> Markup:
    low, high = (axes.y(end) for end in ends)
    return Markup('<path class="l i s{}" d="M{:.1f} {:.1f}V{:.1f}"/>').format(line.number, axes.x(point[0]), low, high)


def _yardstick(axes: Axes, name: str, value: float, label: float) -> Markup:
    right = WIDTH - RIGHT
    return Markup('<path class="y" d="M{} {:.1f}H{}"/><text x="{}" y="{:.1f}">{}</text>').format(
        LEFT, axes.y(value), right, right + 5, label + 4, name
    )


def _x_axis(axes: Axes, ticks: Iterable[tuple[float, str]]) -> list[Markup]:
    base = HEIGHT - BOTTOM
    text = Markup('<text class="x" x="{:.1f}" y="{}">{}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    return [
        Markup('<path class="a" d="M{} {}H{}"/>').format(LEFT, base, WIDTH - RIGHT),
        *(text.format(axes.x(value), base + 13, label) for value, label in ticks),
        text.format(middle, HEIGHT - 5, axes.x_label),
    ]


def _y_axis(axes: Axes, ticks: Iterable[float]) -> list[Markup]:
    text = Markup('<text class="t" x="{}" y="{:.1f}">{:.3g}</text>')
    grid = Markup('<path class="g" d="M{} {:.1f}H{}"/>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    shown = list(ticks)
    return [
        *(grid.format(LEFT, axes.y(value), WIDTH - RIGHT) for value in shown),
        *(text.format(LEFT - 5, axes.y(value) + 4, value) for value in shown),
        Markup('<text class="x" transform="translate(11 {:.0f}) rotate(-90)">{}</text>').format(middle, axes.y_label),
    ]


def _round_values(low: float, high: float) -> list[float]:
    """Round numbers from low to high: 1, 2 or 5 times a power of ten apart."""
    rough = (high - low) / TICKS
    if not rough > 0 or not math.isfinite(rough):
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _count(value: float) -> str:
    """A number of steps, short.

    Example:
        >>> _count(20_000), _count(1_500_000), _count(250)
        ('20k', '1.5M', '250')
    """
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
