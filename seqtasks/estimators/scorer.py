"""Scores of predictions at each step: scikit-learn's scorers, with one row for each step of positive weight."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, Self, final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import get_scorer

from seqtasks.estimators.data.input_checks import check_unmasked
from seqtasks.estimators.data.sequences import concatenate_steps, values_by_step

RESPONSES: Final = ("predict", "predict_proba", "predict_log_proba", "decision_function")


def steps_scorer(scoring: str | Callable[..., Any]) -> "StepsScorer":
    """A scorer for estimators with a target at each step, ``output="steps"``, from a scorer of scikit-learn.

    scikit-learn's own scorers treat the steps of a sequence as its labels, and a sequence as correct if all of them are
    correct: the ``"accuracy"`` of a network that is correct at 7 of 8 steps of every sequence is 0.

    Args:
        scoring: A name, such as ``"accuracy"``, or a scorer from ``sklearn.metrics.make_scorer``.

    Raises:
        ValueError: If scikit-learn has no scorer of this name.

    Example:
        >>> steps_scorer("accuracy")
        steps_scorer('accuracy')
    """
    return StepsScorer(scoring)


@final
class StepsScorer:
    """A scorer with one row for each step of positive weight.

    Args:
        scoring: As for :func:`steps_scorer`.
    """

    def __init__(self, scoring: str | Callable[..., Any]) -> None:
        self.scoring = scoring
        self._scorer = get_scorer(scoring)

    def __call__(self, estimator: Any, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The score; greater is better.

        Args:
            estimator: A fitted estimator.
            X: n sequences.
            y: The targets, (n, T), (n, T, O), or n arrays (T_i,) or (T_i, O).
            sample_weight: (n, T), or n arrays (T_i,), or (n,) for whole sequences; steps of weight 0 are left out. If
                all other weights are equal, the scorer is called without weights, which it may not support.

        Raises:
            ValueError: If y does not have one target for each step, has masked values, or all weights are 0.
        """
        check_unmasked(y, "y")
        if any(np.ndim(each) == 0 for each in y):
            raise ValueError(
                f"y has shape {np.shape(y)}; expected one target for each step, (n, T) or n arrays (T_i,). "
                "For one target for each sequence, use scikit-learn's own scorer."
            )
        lengths = np.array([len(each) for each in y])
        weights = np.ones(lengths.sum()) if sample_weight is None else values_by_step(sample_weight, lengths)
        mask = weights != 0
        if not mask.any():
            raise ValueError("sample_weight is 0 at all steps. Pass a positive weight for at least one step.")
        positive = weights[mask]
        weighted = {} if (positive == positive[0]).all() else {"sample_weight": positive}
        return float(self._scorer(_StepsAsRows(estimator, mask), X, concatenate_steps(y)[mask], **weighted))

    def set_score_request(self, **requests: bool | str | None) -> Self:
        """Request metadata, as from scikit-learn's scorers: ``sample_weight=True``."""
        self._scorer.set_score_request(**requests)
        return self

    def get_metadata_routing(self) -> Any:
        """The requested metadata."""
        return self._scorer.get_metadata_routing()

    def __repr__(self) -> str:
        return f"steps_scorer({self.scoring!r})"


@final
class _StepsAsRows:
    """A fitted estimator whose predictions are rows, for a scorer."""

    def __init__(self, estimator: Any, mask: NDArray[np.bool_]) -> None:
        self._estimator, self._mask = estimator, mask

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._estimator, name)
        if name not in RESPONSES:
            return value

        @wraps(value)
        def rows(X: Any) -> Any:
            return concatenate_steps(value(X))[self._mask]

        return rows
