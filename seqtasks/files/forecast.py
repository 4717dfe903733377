"""Predictions as a table that people and programs read: times, horizons, values, and intervals."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from seqtasks.core.network import Array
from seqtasks.core.recipe import Recipe
from seqtasks.core.task import Encoding
from seqtasks.errors import UsageError
from seqtasks.files.prediction import Predicted
from seqtasks.files.row_encoder import group_labels
from seqtasks.tables.columns import Columns
from seqtasks.tables.times import Spacing, later

Table = dict[str, Sequence[Any]]

USUAL: Final = 0.9


def coverage_of(encoding: Encoding, network: str, wanted: float | None) -> float:
    """The coverage of the intervals: the one that is wanted, which the network must have, or the usual one.

    Args:
        encoding: Of the network.
        network: Its file, for messages.
        wanted: The coverage; None for 0.9.

    Raises:
        UsageError: If the network has no such interval.
    """
    if wanted is None:
        return USUAL
    if encoding.margins(wanted) is not None:
        return wanted
    known = [coverage for coverage, _ in encoding.outputs[0].margins]
    if known:
        raise UsageError(
            f"{network} has no interval with a coverage of {wanted:g}.",
            f"It has {', '.join(f'{one:g}' for one in known)}.",
        )
    raise UsageError(
        f"{network} has no intervals.",
        "They come with a table whose trainer has a validation part, such as batch:validation=0.2.",
    )


def as_table(encoding: Encoding, predicted: Predicted, coverage: float) -> Table:
    """The columns of predictions by their names; a line for each row, and for each horizon of it.

    Of a user's table, the first column is the time that is forecast, under the name of the column of times; before it
    comes the label of the group where there are several series. It is the
    number of the present row, ``row``, where rows have no regular times. ``ahead`` is how many rows after the present
    one the forecast is for. Then come the value and the ends ``low`` and ``high`` of its interval, or the label and the
    probability of each. Of several targets, the values come first, and then the ends ``low(target)`` and
    ``high(target)`` of each.

    Args:
        encoding: Of the network.
        predicted: Its predictions.
        coverage: That of the interval; it is left out where the encoding has no margin for it.
    """
    if encoding.recipe is None:
        return values_by_name(encoding, predicted.values)
    values = values_by_name(encoding, predicted.values) if encoding.classes else _by_target(encoding, predicted.values)
    table = {_free(name, values): column for name, column in _when(encoding, predicted.rows).items()} | values
    return table | {_free(name, table): column for name, column in _interval(encoding, predicted, coverage).items()}


def values_by_name(encoding: Encoding, values: Array) -> Table:
    """Values (N, O) as a column for each output, or the likeliest label and the probability (N, K) of each."""
    if not encoding.classes:
        return {one.column: column.tolist() for one, column in zip(encoding.outputs, values.T, strict=True)}
    labels = np.array(encoding.classes, object)[values.argmax(axis=1)]
    each = zip(encoding.classes, values.T, strict=True)
    return {encoding.target: labels.tolist(), **{f"p({label})": column.tolist() for label, column in each}}


def as_frame(encoding: Encoding, tables: Iterable[Table]) -> pd.DataFrame:
    """Tables one after another as a frame, whose regular times are times."""
    frames = [pd.DataFrame(table) for table in tables]
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    recipe = encoding.recipe
    if recipe is not None and recipe.regular and recipe.time in frame:
        found = pd.to_datetime(frame[recipe.time], format="ISO8601", utc=bool(recipe.zone))
        frame[recipe.time] = found.dt.tz_convert(recipe.zone) if recipe.zone else found
    return frame


def _free(name: str, taken: Table) -> str:
    """A name that no column has: ``low``, or ``low_`` if the target is called low."""
    while name in taken:
        name += "_"
    return name


def times(encoding: Encoding, rows: Columns, ahead: int) -> Array | None:
    """The times (N,) ``ahead`` rows after the rows, as texts; None where rows have no regular times.

    Rows of a group are ahead by the usual distance of the group.
    """
    recipe = encoding.recipe
    if recipe is None or not recipe.regular or recipe.time not in rows.arrays:
        return None
    if not recipe.group:
        return _later(recipe, rows, ahead)
    found, labels = np.empty(rows.rows, object), np.array(group_labels(encoding, rows), object)
    groups = {one.label: one.recipe for one in encoding.groups}
    for label in dict.fromkeys(labels.tolist()):
        which = labels == label
        found[which] = _later(groups[label].applied(recipe), rows.take(which), ahead)
    return found


def _later(recipe: Recipe, rows: Columns, ahead: int) -> Array:
    spacing = Spacing(recipe.step, recipe.unit)
    return later(rows.arrays[recipe.time], recipe.zone, spacing, ahead, recipe.day, recipe.frequency)


def _interval(encoding: Encoding, predicted: Predicted, coverage: float) -> Table:
    known = encoding.margins(coverage)
    if known is None or encoding.classes:
        return {}
    ends = {"low": predicted.values - known * predicted.units, "high": predicted.values + known * predicted.units}
    if len(encoding.targets) == 1:
        return {name: end.ravel().tolist() for name, end in ends.items()}
    found = {name: _by_target(encoding, end) for name, end in ends.items()}
    return {f"{name}({target})": found[name][target] for target in encoding.targets for name in ends}


def _by_target(encoding: Encoding, values: Array) -> Table:
    """Values (N, O) as a column for each target, with a line for each row and horizon."""
    each = np.split(values, len(encoding.targets), axis=1)
    return {target: own.ravel().tolist() for target, own in zip(encoding.targets, each, strict=True)}


def _when(encoding: Encoding, rows: Columns) -> Table:
    assert encoding.recipe is not None
    horizons = [*dict.fromkeys(one.ahead for one in encoding.outputs)]
    each = [times(encoding, rows, ahead) for ahead in horizons]
    known = [one for one in each if one is not None]
    if known:
        first: Table = {encoding.recipe.time: np.stack(known, axis=1).ravel().tolist()}
    else:
        first = {"row": np.repeat(rows.row_numbers(), len(horizons)).tolist()}
    if encoding.recipe.group:
        labels = [label for label in group_labels(encoding, rows) for _ in horizons]
        group: Table = {encoding.recipe.group: labels}
        first = group | {_free(name, group): column for name, column in first.items()}
    return {**first, _free("ahead", first): horizons * rows.rows}
