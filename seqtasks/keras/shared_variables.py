"""The variables of a compiled program, which many learners use in turn."""

from collections.abc import Iterable, Sequence
from typing import Any, final

import numpy as np
import tensorflow as tf

from seqtasks.core.network import Array

ParameterSnapshot = list[tf.Tensor]  # one flat tensor for each dtype, because each output of a program costs time


@final
class SharedVariables:
    """The variables that a program changes: weights, optimizer slots, random states.

    Each learner has a snapshot of its own, which nothing changes in place. The variables hold a copy of it while the
    program runs, and the program returns a new snapshot. If a call fails, the learner's snapshot is unchanged.

    Args:
        variables: The variables that the program reads and assigns.

    Attributes:
        owner: The snapshot that the variables are a copy of; None if that is uncertain.
    """

    def __init__(self, variables: Sequence[Any]) -> None:
        self.variables = list(variables)
        self._dtypes = list(dict.fromkeys(variable.dtype for variable in variables))
        self.owner: ParameterSnapshot | None = None

    def read(self) -> ParameterSnapshot:
        """A snapshot of the variables, for a program to return."""
        return self.pack([variable.value for variable in self.variables])

    def swap_in(self, snapshot: ParameterSnapshot) -> None:
        """Copy a snapshot into the variables, unless it is there already. The caller holds the lock of the program.

        Afterwards ``owner`` is None. The caller sets it to the snapshot that the program returns.
        """
        if self.owner is not snapshot:
            self.owner = None
            for variable, array in zip(self.variables, self.unpack(snapshot), strict=True):
                variable.assign(array)
        self.owner = None  # until the program has returned

    def pack(self, arrays: Iterable[Any]) -> ParameterSnapshot:
        """The snapshot of these arrays or tensors, which are in the order of the variables."""
        pairs = list(zip(self.variables, arrays, strict=True))
        parts = [[tf.reshape(array, [-1]) for own, array in pairs if own.dtype == kind] for kind in self._dtypes]
        return [tf.concat(part, axis=0) for part in parts]

    def unpack(self, snapshot: ParameterSnapshot) -> list[Array]:
        """The arrays of a snapshot, in the order of the variables; copied."""
        parts = {}
        for kind, value in zip(self._dtypes, snapshot, strict=True):
            sizes = [int(np.prod(each.shape, dtype=int)) for each in self.variables if each.dtype == kind]
            parts[kind] = iter(np.split(value.numpy(), np.cumsum(sizes)[:-1]))
        return [next(parts[variable.dtype]).reshape(variable.shape) for variable in self.variables]
