"""Prediction intervals of forecasts, from the errors of a network in the validation part of its training."""

import math
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import Chunk, Encoding

COVERAGES: Final = (0.5, 0.8, 0.9, 0.95, 0.99)
REPORTED: Final = 0.9


def with_margins(encoding: Encoding, network: AbstractNetwork, training: Chunk, validation: Chunk) -> Encoding:
    """The encoding, whose outputs have a margin for each of the coverages that the errors suffice for.

        margin_c = the k-th smallest |y - forecast| of n, k = ceil((n + 1) c)            split conformal prediction

    Where validation and later rows are exchangeable, value +- margin holds at least the share c of later values. In a
    series they rarely are, so compare the coverage that was measured in the test part.

    Args:
        encoding: Of a real target.
        network: The trained network.
        training: The sequences that it was trained on. Windows of one series overlap: a step that one of these holds
            does not count.
        validation: The sequences (B, T) of the validation. Only their second halves count, for the state at the
            beginning lacks a past; a step that is in several sequences counts once in n.

    Source: Lei, G'Sell, Rinaldo, Tibshirani & Wasserman (2018), Journal of the American Statistical Association 113.
    """
    half = validation.steps // 2
    keys = _keys(validation)
    counted = (validation.weights > 0) & ~np.isin(keys, _keys(training)) & (np.arange(validation.steps) >= half)
    errors = _errors(encoding, network, validation)[counted]
    distinct = len(np.unique(keys[counted]))
    return replace(
        encoding,
        outputs=tuple(
            replace(one, margins=tuple(_margins(errors[:, n], distinct))) for n, one in enumerate(encoding.outputs)
        ),
    )


def _keys(chunk: Chunk) -> NDArray[np.float64]:
    """(B, T) a number for each step, equal for steps with equal inputs and targets, and hardly ever for others."""
    random = np.random.default_rng(0)
    keys = np.zeros(chunk.weights.shape)
    for array in (chunk.inputs, chunk.targets):
        for feature in np.moveaxis(array, -1, 0):  # one after another: a matrix product rounds by the place of a row
            keys += feature * random.normal()
    return keys


def _margins(errors: NDArray[np.float64], distinct: int) -> list[tuple[float, float]]:
    ranks = {coverage: math.ceil((distinct + 1) * coverage) for coverage in COVERAGES}
    shares = {coverage: rank / distinct for coverage, rank in ranks.items() if rank <= distinct}
    return [(c, float(np.quantile(errors, share, method="inverted_cdf"))) for c, share in shares.items()]


def measured(encoding: Encoding, network: AbstractNetwork, test: Chunk) -> dict[str, Any] | None:
    """The 90 % interval and the share of the test part that it holds; None if there is none.

    Returns:
        ``level``, and for each output, the ``margins`` and the ``coverage``.
    """
    known = encoding.margins(REPORTED)
    if known is None:
        return None
    errors = _errors(encoding, network, test)[test.weights > 0]
    return {"level": REPORTED, "margins": known, "coverage": (errors <= known).mean(axis=0).tolist()}


def _errors(encoding: Encoding, network: AbstractNetwork, chunk: Chunk) -> NDArray[np.float64]:
    """(B, T, O): how far a forecast is from the target, in its own unit."""
    outputs, _ = network.run(chunk.inputs, chunk.starts, network.initial_state(chunk.lanes))
    outputs = outputs.astype(np.float64)
    if len(encoding.outputs) == 1:  # without an output layer, every unit predicts the number
        outputs = outputs.mean(axis=-1, keepdims=True)
    scales = [one.scale for one in encoding.outputs]
    return np.asarray(np.abs(outputs - chunk.targets) * scales)
