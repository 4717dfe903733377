"""Variables of a compiled program that many learners use in turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

from numpy.typing import NDArray


@final
class Slots:
    """Weights, optimizer slots, random states: whatever a program changes.

    Args:
        variables: What is lent to one learner at a time.
    """

    def __init__(self, variables: Sequence[Any]) -> None:
        self.variables = list(variables)
        self._tenant: Memory | None = None

    def lend(self, memory: "Memory") -> None:
        """Have this learner's values in the variables, and the last one's safe."""
        if self._tenant is not memory:
            self.settle()
            for variable, array in zip(self.variables, memory.arrays, strict=True):
                variable.assign(array)
            self._tenant = memory

    def values(self, memory: "Memory", count: int) -> list[NDArray[Any]]:
        """The first so many of this learner's values, whether they are lent or not."""
        if self._tenant is not memory:
            return memory.arrays[:count]
        return [variable.numpy() for variable in self.variables[:count]]

    def settle(self) -> None:
        """Give the tenant its values back."""
        if self._tenant is not None:
            self._tenant.arrays = self.values(self._tenant, len(self.variables))
            self._tenant = None


@final
@dataclass(eq=False)
class Memory:
    """One learner's values for the variables of a program, while they are not lent them.

    Args:
        arrays: The values, in the order of the program's :class:`Slots`.
    """

    arrays: list[NDArray[Any]]
