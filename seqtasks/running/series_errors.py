"""The errors of a network in each series of a table that has several, in the unit of each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.core.task import Chunk, Encoding
from seqtasks.running.verdict import finite, median_of


def series_errors(
    encoding: Encoding, test: Chunk, outputs: Array, baselines: Callable[[], Mapping[str, Array]]
) -> list[dict[str, Any]] | None:
    """The root mean squared errors in the test part, over all horizons; None if there is one series.

        rmse = sqrt(mean of ((output - target) scale)^2 over the steps that count and the horizons)

    Args:
        encoding: Of the task; its groups are the lanes of the test.
        test: The test.
        outputs: (B, T, O) of a network.
        baselines: Returns the outputs of forecasts that need no network, by their names.

    Returns:
        For each target of each group that is tested: its ``column``, its ``group`` if there are several, the ``rmse``,
        and that of the ``baselines``.
    """
    if test.unit is None or not (encoding.groups or len(encoding.targets) > 1):
        return None
    if len(encoding.outputs) == 1:  # without an output layer, every unit predicts the number
        outputs = outputs.mean(axis=-1, keepdims=True)
    known, values = baselines(), test.unit.targets
    errors = {name: test.unit.predictions(test.targets, each) - values for name, each in known.items()}
    own = test.unit.predictions(test.targets, outputs) - values
    found = []
    for lane, group in enumerate(encoding.groups or (None,)):
        for target in encoding.targets:
            places = np.array([n for n, one in enumerate(encoding.outputs) if one.column == target])
            steps = np.ix_(np.array([lane]), np.flatnonzero(test.weights[lane] > 0), places)
            if not steps[1].size:
                continue
            named = {"column": target} if group is None else {"column": target, "group": group.label}
            rmses = {name: _rmse(each[steps]) for name, each in errors.items()}
            found.append({**named, "rmse": _rmse(own[steps]), "baselines": rmses})
    return found


def median_errors(each: Sequence[Sequence[Mapping[str, Any]] | None]) -> list[dict[str, Any]] | None:
    """The medians over several networks; None if they have one series, or are not judged."""
    known = [one for one in each if one is not None]
    if not known:
        return None
    return [{**dict(one[0]), "rmse": median_of([own["rmse"] for own in one])} for one in zip(*known, strict=True)]


def _rmse(errors: NDArray[np.float64]) -> float | None:
    with np.errstate(over="ignore", invalid="ignore"):
        return finite(float(np.sqrt(np.mean(np.square(errors)))))
