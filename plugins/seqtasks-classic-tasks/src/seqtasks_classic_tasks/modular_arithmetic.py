"""Evaluate an expression modulo a number."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import Shapes, Yardsticks
from seqtasks.spec.parameter import Range
from seqtasks_classic_tasks.entropy import conditional_entropy, entropy
from seqtasks_classic_tasks.episode import AbstractEpisodeTask, Episodes, Floats

OPERATORS: Final = 3
MINUS, TIMES = 1, 2
Integers = NDArray[Any]


@final
@dataclass(frozen=True)
class ModularArithmetic(AbstractEpisodeTask):
    """The value, modulo m, of an expression of numbers with +, - and *, where * has precedence.

        y[length - 1] = (n[0] o[1] n[1] ... o[k] n[k]) mod m

        m = 5, operations = 2:  x = 1 - 2 * 4        y = 3 at the last step, the only one that counts

    The symbols 0..m - 1 are the numbers, m, m + 1 and m + 2 the operators +, - and *. Numbers and operators are
    uniform; the values are not quite, for a product is 0 too often.

    Args:
        modulus: m.
        operations: k, how many operators there are; an episode has 2 k + 1 steps.

    Example:
        >>> round(ModularArithmetic(operations=100).yardsticks().chance, 6)  # nearly log 5
        1.609438

    Source:
        Deletang et al., "Neural networks and the Chomsky hierarchy", ICLR 2023: modular arithmetic without brackets.
    """

    modulus: Annotated[int, Range(low=2, high=20)] = 5
    operations: Annotated[int, Range(low=1, high=10_000)] = 4

    @property
    def shapes(self) -> Shapes:
        """Numbers and operators in, a class for each value."""
        return Shapes(self.modulus + OPERATORS, self.modulus, "class", symbols=True)

    @property
    def length(self) -> int:
        """The length of an expression: numbers and the operators between them."""
        return 2 * self.operations + 1

    @property
    def numbers(self) -> int:
        """One for each symbol."""
        return self.length

    def episodes(self, u: Floats) -> Episodes:
        """The symbols, and the value as the target at the last."""
        x = np.empty(u.shape, np.int64)
        x[:, ::2] = u[:, ::2] * self.modulus
        x[:, 1::2] = u[:, 1::2] * OPERATORS
        total, term = np.zeros_like(x[:, 0]), x[:, 0]
        for t in range(1, self.length, 2):
            total, term = self._joined(total, term, x[:, t], x[:, t + 1])
        x[:, 1::2] += self.modulus
        last = np.arange(self.length) == self.length - 1
        return x, ((total + term) % self.modulus)[:, None] * last, last

    def yardsticks(self) -> Yardsticks:
        """Exact, from the distributions of (total, term) after each operation and of (last number, value)."""
        m = self.modulus
        total, term, operator, number = np.indices((m, m, OPERATORS, m))
        moved = self._joined(total, term, operator, number)
        value = (moved[0] + moved[1]) % m
        shares = np.zeros((m, m))
        shares[0] = 1 / m
        for _ in range(self.operations):
            before = np.broadcast_to(shares[:, :, None, None] / (OPERATORS * m), total.shape)
            shares = np.zeros((m, m))
            np.add.at(shares, moved, before)
        joint = np.zeros((m, m))
        np.add.at(joint, (number, value), before)
        return Yardsticks(entropy(joint.sum(axis=0)), conditional_entropy(joint), 0.0)

    def _joined(
        self, total: Integers, term: Integers, operator: Integers, number: Integers
    ) -> tuple[Integers, Integers]:
        """The sum of the finished terms, and the last term, after one more operator and number."""
        times = operator == TIMES
        signed = np.where(operator == MINUS, -number, number)
        return (total + np.where(times, 0, term)) % self.modulus, np.where(times, term * number, signed) % self.modulus
