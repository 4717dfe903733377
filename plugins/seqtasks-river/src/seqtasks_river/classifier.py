"""Classes on a stream of dicts.

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

    A network has as many outputs as it is built with, and a stream does not say beforehand what classes it has: either
    they are named, or it is said how many there may be at most. Of K places the first label that comes takes the first,
    and so on; those that are free yet cost a little, for the network has to learn that they do not occur.

    Learning dict after dict is ``StreamClassifier.partial_fit`` on the same rows and the labels' places, to the bit.

    Args:
        estimator: A ``StreamClassifier`` with the settings; None for one with its defaults.
        classes: All labels there will be, at least two; or at most how many.

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
        self._room = classes if isinstance(classes, int) else len(classes)
        self._places: dict[Hashable, int] = {}
        if not isinstance(classes, int):
            self._places = {label: place for place, label in enumerate(classes)}
        if self._room < TWO or (self._places and len(self._places) < self._room):
            raise UsageError(f"classes is {classes!r}.", "Name at least two different labels, or say how many, from 2.")

    @property
    def _multiclass(self) -> bool:
        return self._room > TWO

    @atomic
    def learn_one(self, x: Mapping[Any, Any], y: Hashable) -> None:
        """Learn the row that follows the last one learned.

        Raises:
            DataError: If the features are others than at first, or there is no place for such a label.
            ValueError: If the training diverged.
        """
        label = y.item() if isinstance(y, np.generic) else y
        place = self._places.get(label, len(self._places))
        if place == self._room:
            raise DataError(
                f"The label {label!r} is one more than the {self._room} there may be: "
                f"{', '.join(map(repr, self._places))}.",
                "Name all labels there will be, or raise their number: classes=.",
            )
        self._learn(x, place, classes=range(self._room))
        if label not in self._places:
            self._places = {**self._places, label: place}

    def predict_proba_one(self, x: Mapping[Any, Any], **_: Any) -> dict[Any, float]:
        """The probability of each label that was named or seen; changes nothing.

        The share of places that are free yet is divided among the others as they are. Before anything was learned all
        labels that were named are equally probable, and where none was there are none.

        Raises:
            DataError: If the features are others than at first.
        """
        row, places = self._row(x), list(self._places.values())
        shares = self._model.predict_proba(row)[0][places] if self._begun else np.ones(len(places))
        return dict(zip(self._places, (shares / shares.sum()).tolist(), strict=True)) if places else {}

    @classmethod
    def _unit_test_params(cls) -> Iterator[dict[str, Any]]:
        small = StreamClassifier(model="gru:units=2", trainer="online:window=1", random_state=0)
        yield {"estimator": small, "classes": 7}
