"""Metrics by name: scikit-learn's scorers on the outputs of a network. No other module of a run knows scikit-learn."""

import math
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import get_scorer, get_scorer_names

from seqtasks.core.constants import constant_outputs
from seqtasks.core.network import Array
from seqtasks.core.task import Chunk, Encoding, Kind, Shapes
from seqtasks.errors import UsageError, quoted
from seqtasks.spec.spec import closest

CERTAIN: Final = 30.0  # a logit whose probability is 1 up to rounding
TWO: Final = 2
NAMES: Final = {True: "numbers", False: "labels"}


def check_names(names: Iterable[str]) -> None:
    """Check that scikit-learn has scorers of these names.

    Raises:
        UsageError: If it does not have one of them.
    """
    known = get_scorer_names()
    for name in names:
        if name not in known:
            raise UsageError(
                f"scikit-learn has no scorer {quoted(str(name))}.",
                f"{closest(str(name), known)}The names are {', '.join(known)}.",
            )


@final
class Metrics:
    """Scores of a network's outputs, all of them the greater the better.

    Only steps that count are rows, with their weights. Real targets are in their own unit. Of two labels, the second
    one is the positive one.

    Args:
        names: Names of scikit-learn's scorers.
        shapes: The shapes of the data.
        encoding: What outputs mean.
        apart: Whether each of several target columns has scores of its own, named ``r2(load)``, because a mean over
            columns has no unit. Otherwise scikit-learn averages over all outputs.

    Raises:
        UsageError: If scikit-learn has no such scorer.

    Example:
        >>> shapes = Shapes(inputs=1, outputs=1, kind="binary")
        >>> y = np.array([[[1.0], [0.0], [1.0], [1.0]]])
        >>> chunk = Chunk(y, y, np.array([[1.0, 1.0, 1.0, 0.0]]), y[..., 0] > 2)
        >>> Metrics(["accuracy", "recall"], shapes, Encoding.plain(shapes))(chunk, np.full((1, 4, 1), 0.7))
        {'accuracy': 0.6666666666666666, 'recall': 1.0}
    """

    def __init__(self, names: Sequence[str], shapes: Shapes, encoding: Encoding, *, apart: bool = True) -> None:
        check_names(names)
        self._names = tuple(names)
        self._shapes, self._encoding = shapes, encoding
        self._parts: dict[str, list[int] | None] = {"": None}  # for each column, its outputs
        if apart and len(encoding.targets) > 1:
            columns = [one.column for one in encoding.outputs]
            self._parts = {
                f"({target})": [n for n, column in enumerate(columns) if column == target]
                for target in encoding.targets
            }

    @property
    def positive_label(self) -> str | None:
        """The label that ``f1``, ``recall`` and others are about; None if there are not two labels."""
        classes = self._encoding.classes
        return classes[1] if len(classes) == TWO else None

    def __call__(self, chunk: Chunk, outputs: Array) -> dict[str, float]:
        """The scores of outputs (B, T, O), by name; not-a-number where a score is not defined."""
        rows = {part: self._rows(chunk, outputs, chosen) for part, chosen in self._parts.items()}
        return {f"{name}{part}": _score(name, rows[part]) for name in self._names for part in rows}

    def chance(self, chunk: Chunk, baselines: Mapping[str, Array]) -> dict[str, float]:
        """The best scores of predictors without a network, of any of them for each metric.

        Args:
            chunk: The data.
            baselines: As :meth:`seqtasks.core.task.AbstractTask.baseline_outputs`. Of two labels, the predictors that
                always predict the one or the other are among them, too.
        """
        found = [*baselines.values()]
        if self._shapes.kind == "binary":
            found += [np.full(self._shapes.outputs, sign * CERTAIN) for sign in (-1, 1)]
        shape = (*chunk.weights.shape, self._shapes.outputs)
        each = [self(chunk, np.broadcast_to(outputs, shape)) for outputs in found]
        known = {name: [one[name] for one in each if math.isfinite(one[name])] for name in each[0]}
        return {name: max(scores, default=math.nan) for name, scores in known.items()}

    def check(self, chunk: Chunk, which: str) -> None:
        """Check that the metrics can be computed, before anything is trained.

        Args:
            chunk: The data.
            which: What they are called: ``test`` or ``validation``.

        Raises:
            UsageError: If a metric is not defined for the data, whatever is predicted.
        """
        part = next(iter(self._parts.values()))
        tried = [self._rows(chunk, outputs, part) for outputs in _plausible(self._shapes, chunk)]
        for name in self._names:
            reason = _misfit(name, tried)
            if reason is not None:
                fitting = [other for other in get_scorer_names() if _misfit(other, tried) is None]
                raise UsageError(
                    f"The metric {name} does not fit the {which} data: {reason}.",
                    f"Metrics that fit are {', '.join(fitting)}.",
                )

    def _rows(self, chunk: Chunk, outputs: Array, chosen: list[int] | None) -> "_Rows":
        """The rows of some outputs; None for all."""
        counted, kind = chunk.weights > 0, self._shapes.kind
        weights = chunk.weights[counted].astype(np.float64)
        o = outputs.astype(np.float64)
        if kind == "real":
            truth, predicted = (values[counted] for values in _in_own_unit(self._encoding, chunk, o))
            if chosen is not None:
                truth, predicted = truth[:, chosen], predicted[:, chosen]
            return _Rows(kind, _flat(truth), _Regressor(_flat(predicted)), weights)
        targets, o = chunk.targets[counted], o[counted]
        if kind == "binary":  # several outputs are as many rows
            p = np.exp(-np.logaddexp(0.0, -o.ravel()))
            classifier = _Classifier(o.ravel(), np.stack([1 - p, p], axis=1))
            return _Rows(kind, targets.ravel().astype(np.intp), classifier, np.repeat(weights, targets.shape[1]))
        p = np.exp(o - o.max(axis=-1, keepdims=True))
        logits = o[:, 1] - o[:, 0] if o.shape[1] == TWO else o
        return _Rows(
            kind, targets[:, 0].astype(np.intp), _Classifier(logits, p / p.sum(axis=1, keepdims=True)), weights
        )


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The steps that count, as rows of a data set, with a predictor of them."""

    kind: Kind
    truth: Array
    predictor: Any
    weights: NDArray[np.float64]


def _in_own_unit(encoding: Encoding, chunk: Chunk, outputs: NDArray[np.float64]) -> tuple[Array, Array]:
    """Targets and predictions (B, T, O)."""
    if outputs.shape[-1] != chunk.targets.shape[-1]:  # without an output layer, every unit predicts the number
        outputs = outputs.mean(axis=-1, keepdims=True)
    if chunk.unit is not None:
        return chunk.unit.targets, chunk.unit.predictions(chunk.targets, outputs)
    means, scales = (np.array([getattr(one, name) for one in encoding.outputs]) for name in ("mean", "scale"))
    return chunk.targets * scales + means, outputs * scales + means


def _flat(values: Array) -> Array:
    return np.asarray(values[:, 0]) if values.shape[1] == 1 else values


def _plausible(shapes: Shapes, chunk: Chunk) -> Iterator[NDArray[np.float64]]:
    """Outputs (B, T, O): constants, and the targets, of which every third label is another one."""
    shape = (*chunk.weights.shape, shapes.outputs)
    for constant in constant_outputs(shapes.kind, chunk.targets, chunk.weights, shapes.outputs).values():
        yield np.broadcast_to(constant, shape)
    if shapes.kind == "real":
        yield chunk.targets.astype(np.float64)
        return
    labels = 2 if shapes.kind == "binary" else shapes.outputs
    wrong = (np.arange(chunk.targets.size) % 3 == 0).reshape(chunk.targets.shape)
    guesses = (chunk.targets.astype(np.intp) + wrong) % labels
    yield 2.0 * guesses - 1 if shapes.kind == "binary" else np.eye(labels)[guesses[..., 0]]


class _Regressor(RegressorMixin, BaseEstimator):
    """A fitted regressor that returns known predictions to a scorer."""

    def __init__(self, predictions: Array) -> None:
        self.predictions = predictions

    def predict(self, X: Any) -> Array:
        """The predictions of all rows."""
        return self.predictions


class _Classifier(ClassifierMixin, BaseEstimator):
    """Logits and probabilities, for a scorer; classes are numbers in the order of the outputs."""

    def __init__(self, logits: Array, probabilities: Array) -> None:
        self.logits, self.probabilities = logits, probabilities
        self.classes_ = np.arange(probabilities.shape[1])

    def predict(self, X: Any) -> Array:
        """The most probable class of each row."""
        return np.asarray(self.probabilities.argmax(axis=1))

    def predict_proba(self, X: Any) -> Array:
        """The probabilities of the classes, (n, K)."""
        return self.probabilities

    def decision_function(self, X: Any) -> Array:
        """(n,) the logit of the second of two classes, or (n, K)."""
        return self.logits


def _score(name: str, rows: _Rows) -> float:
    """A score; not-a-number where it is not defined, or predictions are not finite."""
    try:
        return _computed(name, rows)[0]
    except ValueError:
        return math.nan


def _computed(name: str, rows: _Rows) -> tuple[float, list[str]]:
    """A score, and what scikit-learn warns of: it is no news to the user that a score is not defined."""
    equal = (rows.weights == rows.weights[:1]).all()  # not every metric takes weights
    weighted = {} if equal else {"sample_weight": rows.weights}
    # weights are passed on without being requested
    with (
        config_context(enable_metadata_routing=False),
        np.errstate(all="ignore"),
        warnings.catch_warnings(record=True) as warned,
    ):
        warnings.simplefilter("always")
        score = float(get_scorer(name)(rows.predictor, np.zeros((len(rows.truth), 1)), rows.truth, **weighted))
    return score, [str(one.message) for one in warned]


def _misfit(name: str, tried: Sequence[_Rows]) -> str | None:
    """Why a metric cannot be computed for any of these predictions; None if it can."""
    numbers = tried[0].kind == "real"
    if _compares_numbers(name) != numbers:
        return f"it compares {NAMES[not numbers]}, and the targets are {NAMES[numbers]}"
    reasons = []
    for rows in tried:
        try:
            score, warned = _computed(name, rows)
            if math.isfinite(score):
                return None
            reasons.append(_sentence(*warned[:1] or ["it is not defined for them"]))
        except TypeError:
            reasons.append("it takes no weights, and not all of them are equal")
        except ValueError as error:
            reasons.append(_sentence(error))
    return reasons[-1]


def _sentence(message: object) -> str:
    """The first sentence of what scikit-learn says."""
    return str(message).partition("\n")[0].partition(". ")[0].rstrip(".")


@cache
def _compares_numbers(name: str) -> bool:
    """Whether a scorer is one of regression."""
    truth, predictions = np.array([0.5, 1.5, 2.5, 3.0]), np.array([1.0, 1.25, 2.0, 3.5])
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # scorers of clusterings warn of numbers that are not whole
        try:
            get_scorer(name)(_Regressor(predictions), truth[:, None], truth)
        except (ValueError, AttributeError, UserWarning):
            return False
    return True
