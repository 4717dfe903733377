"""Forecasts next to the observed values, as a PNG or SVG file."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.core.task import Encoding
from seqtasks.errors import UsageError
from seqtasks.files.forecast import times
from seqtasks.files.output_file import OutputFile
from seqtasks.files.picture import BLUE, GREY, ORANGE, shorten_dates
from seqtasks.files.prediction import Predicted
from seqtasks.files.row_encoder import group_labels
from seqtasks.lazy import LazyImport

SHOWN: Final = 500  # rows at the end of the file: more would be a blur
LINES: Final = 2  # horizons
GROUPS: Final = 6  # the first ones of the file

_FIGURE: Final = LazyImport("matplotlib.figure:Figure")


@final
class ForecastPicture:
    """A picture of the last rows of a file: the nearest and the farthest horizon, and the interval of the latter.

    Each target, and each of the first six groups, has axes of its own.

    Args:
        encoding: Of the network.
        coverage: Of the interval.
        file: The picture's file.

    Raises:
        UsageError: If the network does not forecast numbers of a table.
    """

    def __init__(self, encoding: Encoding, coverage: float, file: OutputFile) -> None:
        if encoding.recipe is None or encoding.classes:
            raise UsageError(
                f"A picture shows forecasts of numbers in a table, and the network predicts {encoding.target}.",
                "Leave out --plot.",
            )
        self._encoding, self._coverage, self._file = encoding, coverage, file
        self._pieces: dict[str, list[Predicted]] = {}  # by the label of the group

    def seen(self, pieces: Iterable[Predicted]) -> Iterator[Predicted]:
        """The same pieces; only the last rows of each group that is drawn stay in memory."""
        for piece in pieces:
            labels = np.array(group_labels(self._encoding, piece.rows), object)
            for label in dict.fromkeys(labels.tolist()):
                if label in self._pieces or len(self._pieces) < GROUPS:
                    self._add(label, piece if (labels == label).all() else piece.take(labels == label))
            yield piece

    def _add(self, label: str, predicted: Predicted) -> None:
        pieces = self._pieces.setdefault(label, [])
        pieces.append(predicted)
        while sum(len(piece.values) for piece in pieces[1:]) >= SHOWN:
            del pieces[0]

    def draw(self) -> None:
        """Write the file; none if no row was added."""
        if not self._pieces:
            return
        targets = self._encoding.targets
        rows = len(self._pieces) * len(targets)
        figure = _FIGURE(figsize=(9, 4.2 if rows == 1 else 2.2 * rows + 0.6), dpi=150, layout="constrained")
        each = figure.subplots(rows, squeeze=False)[:, 0]
        for axes, ((label, pieces), target) in zip(each, product(self._pieces.items(), targets), strict=True):
            self._draw(axes, pieces, target)
            if label:
                axes.set_title(label, fontsize=9, parse_math=False)
        figure.legend(
            *each[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False, fontsize=8
        )
        with self._file.opened() as out:
            figure.savefig(out, format=self._file.path.suffix.lower().removeprefix("."))

    def _draw(self, axes: Any, pieces: Sequence[Predicted], target: str) -> None:
        """The last rows of one target of one series."""
        outputs = [(n, one.ahead) for n, one in enumerate(self._encoding.outputs) if one.column == target]
        truth = self._truth(pieces, target)
        if np.isfinite(truth).any():
            at = self._axis(pieces, 0)
            axes.plot(at, truth, color=GREY, linewidth=1, marker=".", markersize=3, label=self._observed())
        values = np.concatenate([piece.values for piece in pieces])[-SHOWN:]
        units = np.concatenate([piece.units for piece in pieces])[-SHOWN:]
        shown = [outputs[place] for place in sorted({0, len(outputs) - 1})]
        for (n, ahead), color in zip(shown, (BLUE, ORANGE)[2 - min(LINES, len(outputs)) :], strict=True):
            at = self._axis(pieces, ahead)
            axes.plot(at, values[:, n], color=color, linewidth=1.4, label=f"forecast {_rows(ahead)} ahead")
            known = self._encoding.margins(self._coverage)
            if known is not None and n == outputs[-1][0]:
                low, high = values[:, n] - known[n] * units[:, n], values[:, n] + known[n] * units[:, n]
                label = f"its {self._coverage:.0%} interval"
                axes.fill_between(at, low, high, color=color, alpha=0.2, linewidth=0, label=label)
        if at.dtype.kind == "M":
            shorten_dates(axes)
        axes.set_ylabel(target, parse_math=False)
        axes.spines[["top", "right"]].set_visible(False)

    def _observed(self) -> str:
        recipe = self._encoding.recipe
        fills = recipe is not None and recipe.missing in ("forward", "interpolate", "mask")
        return "observed, or filled in" if fills else "observed"

    def _truth(self, pieces: Sequence[Predicted], name: str) -> NDArray[np.float64]:
        """(N,) a target column of the file; NaN where it is missing or not there."""
        each = [
            piece.rows.values(name) if name in piece.rows.arrays else np.full(piece.rows.rows, np.nan)
            for piece in pieces
        ]
        return np.concatenate(each)[-SHOWN:]

    def _axis(self, pieces: Sequence[Predicted], ahead: int) -> NDArray[Any]:
        """(N,) the times ``ahead`` rows after the rows, or numbers of rows."""
        each: list[Array] = []
        for piece in pieces:
            at = times(self._encoding, piece.rows, ahead)
            local = None if at is None else [text[: len("2020-01-01T00:00:00")] for text in at.tolist()]
            each.append(piece.rows.row_numbers() + ahead if local is None else np.array(local, "M8[s]"))
        return np.concatenate(each)[-SHOWN:]


def _rows(ahead: int) -> str:
    return f"{ahead} row{'s' * (ahead != 1)}"
