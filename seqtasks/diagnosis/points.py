"""The points of series that predictors are fitted to and tested on, the same for each window."""

from typing import Final, final

import numpy as np

from seqtasks.diagnosis.objective import Floats, Objective
from seqtasks.diagnosis.predictors import best_losses
from seqtasks.diagnosis.series import Array, Series

POINTS: Final = 3000  # to fit to and to test on: more change the losses little and take longer
BLOCKS: Final = 12  # of which every third is for the test: a trend is in both


@final
class Points:
    """Points to fit to and points to test on, in blocks of time.

    Args:
        objective: The loss.
        series: The data.
        classes: The number of classes; 0 for other kinds.
        chosen: (P,) places in the flat (S L) to choose from; by default all steps that count.
    """

    def __init__(self, objective: Objective, series: Series, classes: int = 0, chosen: Array | None = None) -> None:
        self.objective, self.series, self.classes = objective, series, classes
        where = np.flatnonzero(series.counted) if chosen is None else chosen
        kept = where[np.linspace(0, len(where) - 1, min(len(where), POINTS)).astype(np.intp)]
        block = np.arange(len(kept)) * BLOCKS // len(kept)
        self.train, self.test = kept[block % 3 != 1], kept[block % 3 == 1]
        self.y_train, self.y_test = series.target_rows(self.train), series.target_rows(self.test)

    def constant_losses(self) -> Floats:
        """The losses of the test points under the best constant of the others."""
        constant = self.objective.constant(self.y_train, self.classes)
        return self.objective.losses(self.y_test, np.broadcast_to(constant, (len(self.test), len(constant))))

    def losses(self, lag: int, start: int = 0) -> Floats:
        """The losses of the test points under the best predictor from the window; as :meth:`Series.windows`."""
        train, test = (self.series.windows(part, lag, start) for part in (self.train, self.test))
        return best_losses(self.objective, self.classes, (train, self.y_train), (test, self.y_test))
