"""Variables of a compiled program that many learners use in turn."""

from collections.abc import Iterable, Sequence
from typing import Any, final

import numpy as np
import tensorflow as tf

from seqtasks.core.network import Array

Values = list[tf.Tensor]  # one flat tensor for each dtype: every output of a program costs time at each call


@final
class Slots:
    """Weights, optimizer slots, random states: whatever a program changes.

    Each learner owns its values, which nothing changes in place. The variables hold a copy of them while the program
    runs, and the program returns new values: a call that fails leaves the learner's values as they were.

    Args:
        variables: What the program reads and assigns.
    """

    def __init__(self, variables: Sequence[Any]) -> None:
        self.variables = list(variables)
        self._dtypes = list(dict.fromkeys(variable.dtype for variable in variables))
        self._held: Values | None = None  # whose copy the variables hold; None where that is uncertain

    def read(self) -> Values:
        """The values that the variables hold, for a program to return."""
        return self.packed([variable.value for variable in self.variables])

    def put(self, values: Values) -> None:
        """Copy these values into the variables, unless they are there. The caller holds the lock of the program."""
        if self._held is not values:
            self._held = None
            for variable, array in zip(self.variables, self.arrays(values), strict=True):
                variable.assign(array)
        self._held = None  # until the program has returned

    def hold(self, values: Values) -> None:
        """Note that the variables hold these values, which the program has returned."""
        self._held = values

    def packed(self, arrays: Iterable[Any]) -> Values:
        """Values of these arrays or tensors, which are in the order of the variables."""
        pairs = list(zip(self.variables, arrays, strict=True))
        parts = [[tf.reshape(array, [-1]) for own, array in pairs if own.dtype == kind] for kind in self._dtypes]
        return [tf.concat(part, axis=0) for part in parts]

    def arrays(self, values: Values) -> list[Array]:
        """Arrays of these values, in the order of the variables; copied."""
        parts = {}
        for kind, value in zip(self._dtypes, values, strict=True):
            sizes = [int(np.prod(each.shape, dtype=int)) for each in self.variables if each.dtype == kind]
            parts[kind] = iter(np.split(value.numpy(), np.cumsum(sizes)[:-1]))
        return [next(parts[variable.dtype]).reshape(variable.shape) for variable in self.variables]
