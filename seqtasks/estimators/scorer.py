"""Scores of predictions at each step: scikit-learn's scorers, with a row for each step that counts."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, Self, final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import get_scorer

from seqtasks.estimators.plain_values import check_unmasked
from seqtasks.estimators.steps import each_step, joined

RESPONSES: Final = ("predict", "predict_proba", "predict_log_proba", "decision_function")


def steps_scorer(scoring: str | Callable[..., Any]) -> "StepsScorer":
    """A scorer for estimators with a target at each step, ``output="steps"``, by any of scikit-learn's.

    scikit-learn takes the steps of a sequence for labels that it may have together, and a sequence for right where all
    of them are: by ``"accuracy"`` a network that is right at 7 of 8 steps of every sequence scores 0.

    Args:
        scoring: A name, such as ``"accuracy"``, or what ``sklearn.metrics.make_scorer`` made.

    Raises:
        ValueError: If scikit-learn knows no such name.

    Example:
        >>> steps_scorer("accuracy")
        steps_scorer('accuracy')
    """
    return StepsScorer(scoring)


@final
class StepsScorer:
    """A scorer with a row for each step that counts.

    Args:
        scoring: As for :func:`steps_scorer`.
    """

    def __init__(self, scoring: str | Callable[..., Any]) -> None:
        self.scoring = scoring
        self._scorer = get_scorer(scoring)

    def __call__(self, estimator: Any, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The score; greater is better.

        Args:
            estimator: Fitted.
            X: n sequences.
            y: The targets, (n, T), (n, T, O), or n arrays (T_i,) or (T_i, O).
            sample_weight: (n, T), or n arrays (T_i,), or of whole sequences (n,); steps of weight 0 do not count. Where
                all others weigh the same, the score need not know weights.

        Raises:
            ValueError: If y is not each step's, or masked, or no step counts.
        """
        check_unmasked(y, "y")
        if any(np.ndim(each) == 0 for each in y):
            raise ValueError(
                f"y has shape {np.shape(y)}; expected one target for each step, (n, T) or n arrays (T_i,). "
                "For one of each sequence, use scikit-learn's scorer itself."
            )
        lengths = np.array([len(each) for each in y])
        weights = np.ones(lengths.sum()) if sample_weight is None else each_step(sample_weight, lengths)
        counted = weights != 0
        if not counted.any():
            raise ValueError("No step counts: sample_weight is 0 at all of them.")
        kept = weights[counted]
        weighted = {} if (kept == kept[0]).all() else {"sample_weight": kept}
        return float(self._scorer(_StepsAsRows(estimator, counted), X, joined(y)[counted], **weighted))

    def set_score_request(self, **requests: bool | str | None) -> Self:
        """Ask for metadata, as scikit-learn's scorers do: ``sample_weight=True``."""
        self._scorer.set_score_request(**requests)
        return self

    def get_metadata_routing(self) -> Any:
        """What metadata was asked for."""
        return self._scorer.get_metadata_routing()

    def __repr__(self) -> str:
        return f"steps_scorer({self.scoring!r})"


@final
class _StepsAsRows:
    """A fitted estimator, to a scorer; its predictions are rows."""

    def __init__(self, estimator: Any, counted: NDArray[np.bool_]) -> None:
        self._estimator, self._counted = estimator, counted

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._estimator, name)
        if name not in RESPONSES:
            return value

        @wraps(value)
        def rows(X: Any) -> Any:
            return joined(value(X))[self._counted]

        return rows
