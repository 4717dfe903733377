"""The input of some steps ago: the standard measure of a network's memory span."""

from dataclasses import dataclass
from typing import Annotated, Any, final

from numpy.typing import NDArray

from seqtasks.core.task import Kind
from seqtasks.errors import UsageError
from seqtasks.spec.parameter import Range
from seqtasks.tasks.lagged import AbstractLagTask, Past


@final
@dataclass(frozen=True)
class Delay(AbstractLagTask):
    """The input of ``lag`` steps ago: a bit as a number, negated, or one of K symbols as a class.

        bits:     y[t] = 1 - x[t - lag],  P(x = 1) = p
        symbols:  y[t] = x[t - lag],  P(x = k) = 1/K

        lag = 2:  x = 0 1 0 0
                  y = 1 1 1 0, of which the first two are not counted

    With lag 1 and bits, the task is identical to prev-bit.

    Args:
        lag: The delay in steps.
        symbols: K, the number of symbols; by default the inputs are bits.
        p: The probability that a bit is one; not for symbols.
        negate: Whether the target is 1 - bit instead of the bit; not for symbols.

    Example:
        >>> Delay(lag=3).yardsticks()
        Yardsticks(chance=0.1875, memoryless=0.1875, optimum=0.0)
        >>> round(Delay(lag=3, symbols=8).yardsticks().chance, 6)
        2.079442
    """

    lag: Annotated[int, Range(low=0, high=100_000)] = 1
    symbols: Annotated[int | None, Range(low=2)] = None
    p: Annotated[float, Range(above=0, below=1)] = 0.25
    negate: bool = True

    def __post_init__(self) -> None:
        """Check that settings of bits are not combined with symbols.

        Raises:
            UsageError: If ``p`` or ``negate`` is set together with ``symbols``.
        """
        if self.symbols is not None and (self.p != Delay.p or self.negate != Delay.negate):
            setting = "p" if self.p != Delay.p else "negate"
            raise UsageError(
                f"delay has no {setting} with symbols={self.symbols}: symbols are equally likely and never negated.",
                f"Leave out {setting}, or leave out symbols to delay bits.",
            )
        super().__post_init__()

    @property
    def lags(self) -> tuple[int, ...]:
        """The one lag."""
        return (self.lag,)

    @property
    def kind(self) -> Kind:
        """Bits are numbers, symbols are classes."""
        return "class" if self.symbols else "real"

    def law(self, x: Past) -> NDArray[Any]:
        """x[t - lag], or 1 minus it."""
        return 1 - x[self.lag] if self.negate and not self.symbols else x[self.lag]
