"""Classification on a stream of dicts.

Axis letters: K classes.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, final

import numpy as np
from river import base

from seqtasks.errors import DataError, UsageError
from seqtasks.estimators import StreamClassifier
from seqtasks.estimators.transaction import atomic
from seqtasks_river.stream import AbstractStreamModel

TWO = 2


@final
class RecurrentClassifier(AbstractStreamModel, base.Classifier):
    """The class of each row of a stream, by a recurrent network.

    A network has a fixed number of outputs, so the labels, or their maximum number K, must be known in advance. With a
    number, labels are assigned to the K outputs in the order in which they appear. Unused outputs cost a little,
    because the network must learn that they do not occur.

    Learning dicts one by one gives the same result as ``StreamClassifier.partial_fit`` on the same rows and the indices
    of the labels, to the bit.

    Args:
        estimator: A ``StreamClassifier`` with the settings; None for the defaults.
        classes: All labels, at least two; or their maximum number.

    Example:
        >>> model = RecurrentClassifier(StreamClassifier(trainer="online:window=2", random_state=0))
        >>> bits = ["a", "b", "b", "a"] * 500
        >>> for now, before in zip(bits[1:], bits):
        ...     model.learn_one({"is_b": now == "b"}, before)
        >>> model.predict_one({"is_b": True})  # the last one was a
        'a'
    """

    def __init__(self, estimator: StreamClassifier | None = None, classes: int | Sequence[Hashable] = TWO) -> None:
        super().__init__(StreamClassifier() if estimator is None else estimator)
        self.classes = classes
        self._capacity = classes if isinstance(classes, int) else len(classes)
        self._places: dict[Hashable, int] = {}
        if not isinstance(classes, int):
            self._places = {label: place for place, label in enumerate(classes)}
        if self._capacity < TWO or (self._places and len(self._places) < self._capacity):
            raise UsageError(
                f"classes={classes!r} has fewer than two labels.",
                "Pass at least two different labels, or a number from 2.",
            )

    @property
    def _multiclass(self) -> bool:
        return self._capacity > TWO

    @atomic
    def learn_one(self, x: Mapping[Any, Any], y: Hashable) -> None:
        """Learn the row that follows the last learned one.

        Raises:
            DataError: If the features differ from those of the first row, or no output is left for the label.
            ValueError: If the training diverged.
        """
        label = y.item() if isinstance(y, np.generic) else y
        place = self._places.get(label, len(self._places))
        if place == self._capacity:
            raise DataError(
                f"The label {label!r} exceeds the maximum of {self._capacity} labels: "
                f"{', '.join(map(repr, self._places))}.",
                "Pass all labels, or a larger number: classes=.",
            )
        self._learn(x, place, classes=range(self._capacity))
        if label not in self._places:
            self._places = {**self._places, label: place}

    def predict_proba_one(self, x: Mapping[Any, Any], **_: Any) -> dict[Any, float]:
        """Predict the probability of each label that was passed or seen. Changes nothing.

        The probability of unused outputs is distributed over the labels in proportion. Before the first row, all labels
        that were passed have the same probability; without labels the result is empty.

        Raises:
            DataError: If the features differ from those of the first row.
        """
        row, places = self._row(x), list(self._places.values())
        shares = self._model.predict_proba(row)[0][places] if self._has_learned else np.ones(len(places))
        return dict(zip(self._places, (shares / shares.sum()).tolist(), strict=True)) if places else {}

    @classmethod
    def _unit_test_params(cls) -> Iterator[dict[str, Any]]:
        small = StreamClassifier(model="gru:units=2", trainer="online:window=1", random_state=0)
        yield {"estimator": small, "classes": 7}
