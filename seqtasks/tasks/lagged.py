"""Tasks whose target is a function of independent inputs at fixed lags; everything else is derived from it."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from numbers import Integral
from typing import Any, NoReturn, final, get_args

import numpy as np
from numpy.typing import NDArray

from seqtasks.catalogue.attempt import located
from seqtasks.core.task import AbstractStream, AbstractTask, Chunk, Kind, Shapes, Yardsticks
from seqtasks.errors import SeqtasksError, UsageError
from seqtasks.tasks.cases import Cases, inputs_in_every_case
from seqtasks.tasks.uniform import Uniforms

Past = Mapping[int, NDArray[np.int64]]
ROUNDING = 1e-9
INPUT_SERIES, TARGET_SERIES = 0, 1
ELEMENTWISE = "Write the law for arrays, elementwise: numpy.where(x[2], 1, 0) instead of 1 if x[2] else 0."


class AbstractLagTask(AbstractTask):
    """A target that is a function of independent inputs at fixed lags.

        y[t] = law(x[t - lag] for lag in lags)

    A subclass defines ``lags``, ``kind`` and ``law``; lag 0 is the present input. The inputs are bits, one with
    probability ``p``, or ``symbols`` 0..K-1, equally likely. Shapes, depth, stream and yardsticks are derived, the
    yardsticks by enumeration of all cases of the inputs at the lags. Inputs before the start are 0. A step that
    depends on them has a target, but weight 0.

    Example:
        >>> class Same(AbstractLagTask):
        ...     lags = (1, 2)
        ...     kind = "binary"
        ...     def law(self, x):
        ...         return x[1] == x[2]
        >>> Same().depth, round(Same().yardsticks().chance, 4)
        (3, 0.6931)
        >>> Same().sample(seed=0, sequences=1, length=4).weights
        array([[0., 0., 1., 1.]], dtype=float32)
    """

    @property
    @abstractmethod
    def lags(self) -> tuple[int, ...]:
        """The delays in steps of the inputs that the target depends on."""

    @property
    @abstractmethod
    def kind(self) -> Kind:
        """The kind of the target, which determines the loss."""

    @property
    def symbols(self) -> int | None:
        """K, the number of equally likely input symbols; None for bits."""
        return None

    @property
    def p(self) -> float:
        """The probability that an input bit is one."""
        return 0.5

    @abstractmethod
    def law(self, x: Past) -> NDArray[Any]:
        """The target, elementwise: its value (real), the probability that it is one (binary), its index (class).

        Args:
            x: For each lag, the inputs of that many steps ago, integers of any shape; ``x[0]`` is the present input.
        """

    def __init__(self) -> None:
        """Build a task without settings. The constructor of a dataclass ends in the same check."""
        self.__post_init__()

    def __post_init__(self) -> None:
        """Check the lags, the kind and the law when a task is built.

        A class whose own constructor does not call this is checked when its shapes, steps or yardsticks are used.

        Raises:
            UsageError: If a lag is negative or missing, the kind is unknown, there are too many cases, or the law reads
                another lag, does not accept arrays, raises an error, or leaves the range of its kind.
        """
        _ = self._law_in_every_case

    @property
    def shapes(self) -> Shapes:
        """One bit or symbol as input; one number as output, or as many classes as the law has."""
        most = int(self._law_in_every_case.max())
        return Shapes(self.symbols or 1, most + 1 if self.kind == "class" else 1, self.kind, self.symbols is not None)

    @property
    def depth(self) -> int:
        """The longest lag + 1."""
        return max(self.lags) + 1

    def knowing(self, lags: Collection[int]) -> float:
        """The loss of the best predictor that sees only the inputs at these lags: exact, not estimated.

        Real: E Var(y | seen), the mean squared error of the conditional mean. Binary, class: H(y | seen) in nats.
        """
        cases = self._cases
        seen = [lag in lags for lag in self.lags]
        return cases.variance(seen) if self.kind == "real" else cases.entropy(seen)

    def yardsticks(self) -> Yardsticks:
        """The losses of the best predictors that see no input, the present input, and all inputs.

        Raises:
            UsageError: If the target does not depend on the inputs, so that nothing can be learned.
        """
        chance, optimum = self.knowing(()), self.knowing(self.lags)
        if chance - optimum < ROUNDING:
            raise UsageError(
                f"The target does not depend on the inputs: chance and optimum are both {chance:g}.",
                "Choose a law or weights that make it depend on them.",
            )
        return Yardsticks(chance, self.knowing((0,)), optimum)

    def stream(self, seed: int, lanes: int) -> AbstractStream:
        """An endless stream: a pure function of seed, lane and step."""
        _ = self._law_in_every_case  # checked once, not at every chunk
        return LagStream(self, seed, lanes)

    @cached_property
    def _inputs_in_every_case(self) -> NDArray[np.int64]:
        return inputs_in_every_case(self.symbols or 2, len(self.lags))

    @cached_property
    def _law_in_every_case(self) -> NDArray[np.float64]:
        """The checked values (N,) of the law, from which everything else is derived."""
        _check_lags(self.lags)
        if self.kind not in get_args(Kind):
            raise UsageError(f"{self.kind!r} is not a kind.", f"Use one of: {', '.join(get_args(Kind))}.")
        inputs = self._inputs_in_every_case
        try:
            values = np.asarray(self.law(_Declared(zip(self.lags, inputs, strict=True))), np.float64)
        except SeqtasksError:  # the law raises an error of its own with a hint
            raise
        except (TypeError, ValueError) as error:  # the truth of an array, int() or math.sqrt() of one
            raise UsageError(f"The law fails on arrays: {str(error).rstrip('.')}.", ELEMENTWISE) from error
        except Exception as error:  # a law may raise anything
            raise UsageError(
                f"The law raises {located(error)}.", "Correct the law. Set SEQTASKS_DEBUG=1 to see the traceback."
            ) from error
        if values.shape != inputs[0].shape:
            raise UsageError(
                f"The law returns an array of shape {values.shape} for inputs of shape {inputs[0].shape}.", ELEMENTWISE
            )
        _check_values(values, self.kind)
        return values

    @cached_property
    def _cases(self) -> Cases:
        outcomes, inputs = self._law_in_every_case, self._inputs_in_every_case
        chances = np.full(self.symbols, 1 / self.symbols) if self.symbols else np.array([1 - self.p, self.p])
        shares = chances[inputs].prod(axis=0)
        if self.kind == "binary":
            one = outcomes.clip(0, 1)
            inputs, outcomes = np.hstack([inputs, inputs]), np.repeat([0.0, 1.0], len(one))
            shares = np.concatenate([shares * (1 - one), shares * one])
        happens = shares > 0
        return Cases(inputs[:, happens], outcomes[happens], shares[happens])


@final
class _Declared(dict[int, NDArray[np.int64]]):
    """The inputs at a task's lags, with an error for a law that reads another lag."""

    def __missing__(self, lag: object) -> NoReturn:
        raise UsageError(f"The law asks for lag {lag}, and lags are {tuple(self)}.", f"Add {lag} to lags.")


def _check_lags(lags: Any) -> None:
    several = isinstance(lags, Sequence)
    if not several or not lags or not all(isinstance(lag, Integral) and int(lag) >= 0 for lag in lags):
        raise UsageError(
            f"The lags {list(lags) if several else lags} are not lags.",
            "Set one or more integers, such as (2,) or (1, 2); 0 is the present input.",
        )


def _check_values(values: NDArray[np.float64], kind: Kind) -> None:
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(values).all():
        raise UsageError(
            f"The law returns {values[~np.isfinite(values)][0]:g} in some cases.", "Make every target a finite number."
        )
    if kind == "binary" and (low < -ROUNDING or high > 1 + ROUNDING):
        raise UsageError(
            f"The probability that y is one ranges from {low:g} to {high:g}.",
            "Choose the law or its weights so that it stays between 0 and 1.",
        )
    if kind == "class" and (low < 0 or (values != np.floor(values)).any()):
        odd = values[(values < 0) | (values != np.floor(values))][0]
        raise UsageError(f"The law returns the class {odd:g}.", "Return the integers 0, 1, 2, ... as classes.")


@final
class LagStream(AbstractStream):
    """The steps of a lag task. The state is the number of steps so far."""

    def __init__(self, task: AbstractLagTask, seed: int, lanes: int) -> None:
        self._task, self._lanes, self._t = task, lanes, 0
        self._input_numbers = Uniforms(seed, INPUT_SERIES)
        self._target_numbers = Uniforms(seed, TARGET_SERIES)

    def take(self, steps: int) -> Chunk:
        """The next ``steps`` steps of every lane."""
        task, past = self._task, self._task.depth - 1
        x = self._inputs(past, steps)
        y = task.law({lag: x[:, past - lag : past - lag + steps] for lag in task.lags})
        if task.kind == "binary":
            y = self._drawn(np.asarray(y, np.float64), steps)
        weights, starts = np.ones((self._lanes, steps), np.float32), np.zeros((self._lanes, steps), np.bool_)
        weights[:, : max(0, past - self._t)] = 0
        starts[:, : int(self._t == 0)] = True
        self._t += steps
        return Chunk(
            x[:, past:, None].astype(np.int32 if task.symbols else np.float32),
            y[:, :, None].astype(np.int32 if task.kind == "class" else np.float32),
            weights,
            starts,
        )

    def state(self) -> dict[str, int]:
        """``{"t": steps taken}``."""
        return {"t": self._t}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
        self._t = int(state["t"])

    def _inputs(self, past: int, steps: int) -> NDArray[np.int64]:
        """The inputs (B, past + T) of the next T steps and of the past steps before them; 0 before the start."""
        known = min(past, self._t)
        numbers = self._input_numbers.at(self._lanes, self._t - known, known + steps)
        inputs = np.zeros((self._lanes, past + steps), np.int64)
        inputs[:, past - known :] = numbers * self._task.symbols if self._task.symbols else numbers < self._task.p
        return inputs

    def _drawn(self, probabilities: NDArray[np.float64], steps: int) -> NDArray[np.bool_]:
        """Bits that are one with these probabilities; no random number is drawn if all are certain."""
        uncertain = (probabilities > 0) & (probabilities < 1)
        numbers = self._target_numbers.at(self._lanes, self._t, steps) if uncertain.any() else 0.5
        return np.less(numbers, probabilities)
