"""Fixed sets of sequences of a user: training, validation, and test."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Final, Self, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import AbstractStream, AbstractTask, Chunk, Encoding, FixedSets, Objective, Shapes, Yardsticks
from seqtasks.errors import DataError, UsageError
from seqtasks.spec.parameter import Range
from seqtasks.tables.table_file import read_arrays
from seqtasks.tasks.sequence_arrays import PerStep, SequenceArrays, sets_of
from seqtasks.tasks.sequence_data import TEST, TRAIN, VALIDATION, Asked, SequenceData, has_labels
from seqtasks.tasks.table_stream import van_der_corput

SPLIT_SEED: Final = 0


@final
@dataclass(frozen=True)
class Sequences(AbstractTask):
    """Learn from sequences of your own, which are fixed sets: training, validation, and test.

    Inputs and real targets are standardised by the training set. A network is judged on the test set, and the trainer
    ``batch`` goes back to the epoch with the best loss on the validation set. Where the file has no validation or test
    set, sequences of the training set that are drawn at random, the same for every seed, take its place. If each
    sequence has one label, the same share of every label is drawn.

    Chance is the best constant of the training set; the best possible predictor is unknown.

    Args:
        path: An NPZ file with the arrays ``X_train`` and ``y_train``, and the same for ``validation`` and ``test``; or
            ``X`` and ``y`` alone. X is (n, T, F), or (n, T) with one feature. y is (n,) or (n, O) for a target of each
            sequence, (n, T) or (n, T, O) for one of each step. ``lengths_train`` (n,) are the lengths of padded
            sequences, and ``weights_train``, (n,) or (n, T), how much they count.
        kind: What the target is: real, binary or class; auto takes floating-point numbers as real, two labels as
            binary, others as class.
        targets: Whether y has a target for each step or each sequence; auto takes the shape.
        validation_share: The share of the training set that is the validation set, where there is none; 0 for none.
        test_share: The share of the sequences that is the test set, where there is none.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> X, y = rng.normal(size=(50, 8, 2)), rng.integers(0, 3, 50)
        >>> task = Sequences.of((X, y))
        >>> task.sets.training.inputs.shape, task.test(0).inputs.shape, task.shapes.kind
        ((36, 8, 2), (10, 8, 2), 'class')
    """

    path: str
    kind: Asked = "auto"
    targets: PerStep = "auto"
    validation_share: Annotated[float, Range(low=0, below=1)] = 0.1
    test_share: Annotated[float, Range(above=0, below=1)] = 0.2

    @classmethod
    def of(cls, train: Any, validation: Any = None, test: Any = None, **settings: Any) -> Self:
        """The task of arrays in memory.

        Args:
            train: ``(X, y)`` or ``(X, y, weights)``; X may be a list of arrays of several lengths.
            validation: The same.
            test: The same.
            settings: The other settings.

        Raises:
            UsageError: If a set is no such tuple, or a setting is wrong.
            DataError: If arrays do not fit together.
        """
        per = settings.get("targets", "auto")
        given = {TRAIN: train, VALIDATION: validation, TEST: test}
        sets = {}
        for name, one in given.items():
            if one is None:
                continue
            if not isinstance(one, tuple) or len(one) not in (2, 3):
                raise UsageError(f"The {name} set is not a tuple.", "Pass (X, y) or (X, y, weights).")
            sets[name] = SequenceArrays.of(*one, name=name, per=per)
        task = cls(_label_of(sets), **settings)
        task.__dict__["_sets"] = sets  # in place of the file's
        return task

    @property
    def shapes(self) -> Shapes:
        """An input for each feature; an output for each number or class."""
        return self._data.shapes

    @property
    def depth(self) -> None:
        """None: the number of steps that gradients need is unknown."""

    @property
    def encoding(self) -> Encoding:
        """The means and scales of features and targets, and the labels."""
        return self._data.encoding

    @property
    def sets(self) -> FixedSets:
        """The training and the validation set."""
        return self._data.sets

    @property
    def sequences(self) -> int:
        """How many the training set has."""
        return self.sets.training.lanes

    @property
    def objective(self) -> Objective:
        """Whole sequences."""
        return Objective(self.shapes, self.depth, sequence_length=self.sets.training.steps)

    def yardsticks(self) -> Yardsticks:
        """Chance in the test set; memoryless and optimum are unknown.

        Raises:
            DataError: If chance is 0, so that no network can be better.
        """
        if self._data.chance == 0:
            raise DataError(f"{self.path}: the targets of the test set do not vary.", "Choose another test set.")
        return Yardsticks(self._data.chance, None, None)

    def stream(self, seed: int, lanes: int) -> AbstractStream:
        """Pass after pass over the sequences in an order of the seed, each an episode; lanes begin at other ones."""
        return SequenceStream(self.sets.training, self._lengths, seed, lanes)

    def sample(self, seed: int, sequences: int, length: int) -> Chunk:
        """Sequences that are drawn from the training set, cut to a length.

        Raises:
            UsageError: If they are shorter.
        """
        training = self.sets.training
        if length > training.steps:
            raise UsageError(
                f"The sequences of {self.path} have at most {training.steps} steps, not {length}.",
                f"Choose a length of at most {training.steps}.",
            )
        drawn = np.random.default_rng(seed).integers(training.lanes, size=sequences)
        return training.lanes_at(drawn).between(0, length)

    def test(self, seed: int) -> Chunk:
        """The test set."""
        return self._data.test

    @cached_property
    def _sets(self) -> dict[str, SequenceArrays]:
        return sets_of(read_arrays(self.path), self.path, self.targets)

    @cached_property
    def _split(self) -> Mapping[str, SequenceArrays]:
        """All three sets, where the shares want them."""
        sets = dict(self._sets)
        if TRAIN not in sets:
            raise DataError(f"{self.path} has no training set.", "Add X_train and y_train.")
        random = np.random.default_rng(SPLIT_SEED)
        for name, share in ((TEST, self.test_share), (VALIDATION, self.validation_share)):
            if name in sets or not share:
                continue
            train = sets[TRAIN]
            n, count = len(train.lengths), max(1, round(share * len(train.lengths)))
            if count >= n:
                raise DataError(f"{self.path} has {n} training sequences, too few for a {name} set.", "Add sequences.")
            drawn = np.zeros(n, np.bool_)
            drawn[_drawn(random.permutation(n), count, train.labels if has_labels(train, self.kind) else None)] = True
            sets[name], sets[TRAIN] = train.take(np.flatnonzero(drawn)), train.take(np.flatnonzero(~drawn))
        return sets

    @property
    def _lengths(self) -> NDArray[np.intp]:
        return self._split[TRAIN].lengths

    @cached_property
    def _data(self) -> SequenceData:
        return SequenceData.of(self._split, self.kind, self.path)


@final
class SequenceStream(AbstractStream):
    """Lanes of sequences one after another, without their padding.

    Args:
        sequences: (n, T).
        lengths: (n,).
        seed: Of their order.
        lanes: B; lane b begins with the sequence at the b-th van der Corput fraction of the order.
    """

    def __init__(self, sequences: Chunk, lengths: NDArray[np.intp], seed: int, lanes: int) -> None:
        order = np.random.default_rng(seed).permutation(len(lengths))
        self._sequences = sequences
        self._which = np.repeat(order, lengths[order])  # of each step of a pass
        self._step = np.concatenate([np.arange(length) for length in lengths[order]])
        begins = np.flatnonzero(self._step == 0)
        self._first = begins[[int(van_der_corput(lane) * len(begins)) for lane in range(lanes)]][:, None]
        self._t = 0

    def take(self, steps: int) -> Chunk:
        """The next ``steps`` steps of every lane."""
        place = (self._first + self._t + np.arange(steps)) % len(self._step)
        self._t += steps
        where = (self._which[place], self._step[place])
        s = self._sequences
        return Chunk(s.inputs[where], s.targets[where], s.weights[where], self._step[place] == 0)

    def state(self) -> dict[str, int]:
        """``{"t": steps taken}``."""
        return {"t": self._t}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
        self._t = int(state["t"])


def _drawn(order: NDArray[np.intp], count: int, labels: NDArray[Any] | None) -> NDArray[np.intp]:
    """Sequences that leave the training set: of each label the same share, but never the last of a label.

    Args:
        order: (n,) the sequences in random order.
        count: How many leave.
        labels: (n,) of each sequence; None to take the first in the order.
    """
    if labels is None:
        return order[:count]
    by_label = order[np.argsort(labels[order], kind="stable")]
    stays = np.unique(labels[by_label], return_index=True)[1]
    may_leave = np.delete(by_label, stays)
    if len(may_leave) < count:
        return order[:count]
    return may_leave[((np.arange(count) + 0.5) * len(may_leave) / count).astype(np.intp)]


def _label_of(sets: Mapping[str, SequenceArrays]) -> str:
    """A name for sets in records, which differs between sets of other contents."""
    digest = sha256()
    for name, one in sets.items():
        for array in (one.inputs, one.lengths, one.targets, one.weights):
            digest.update(f"{name}{array.shape}{array.dtype}".encode() + np.ascontiguousarray(array).tobytes())
    n, steps, features = sets[TRAIN].inputs.shape
    return f"sequences-{n}x{steps}x{features}-{digest.hexdigest()[:8]}"
