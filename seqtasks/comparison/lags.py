"""The memory horizons of methods: tasks that differ only in their lag."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple, final

from seqtasks.comparison.configuration import Configuration, Method
from seqtasks.comparison.contest import not_distinguishable, plural
from seqtasks.comparison.horizon import Horizon, horizon
from seqtasks.comparison.paired import LEVEL, holm, mcnemar, seeds_for_shares


class Lagged(NamedTuple):
    """A task as one of a family.

    Attributes:
        family: The task's spec without its lag.
        lag: The lag.
    """

    family: str
    lag: int


@final
@dataclass(frozen=True)
class Memory:
    """How far a method remembers in a family of tasks.

    Args:
        family: The family's spec.
        method: The method.
        by_lag: Its configuration for each lag, in order of the lags.
        horizon: The memory horizon.
        verdict: The comparison with the method that remembers the furthest; that of this one, with the next.
    """

    family: str
    method: Method
    by_lag: Mapping[int, Configuration]
    horizon: Horizon
    verdict: str


@final
@dataclass(frozen=True)
class _Pair:
    """Two methods on the same seeds of one lag."""

    first: str
    second: str
    lag: int | None
    solved: tuple[list[bool], list[bool]]
    further: bool  # whether the first has the larger horizon

    def verdict(self, p: float, tests: int) -> str:
        """The result in words; ``p`` is corrected for all tests."""
        k, other, n = sum(self.solved[0]), sum(self.solved[1]), len(self.solved[0])
        if self.lag is None or not n:
            return f"{self.first} and {self.second} have no lag and seed in common."
        if p < LEVEL:
            if self.further and k > other:
                what = f"{self.first} remembers further than {self.second}"
                return f"{what}: {k} of {n} against {other} of {n} seeds at lag {self.lag}."
            better, worse = (self.first, self.second) if k > other else (self.second, self.first)
            counts = f"{max(k, other)} of {n} against {min(k, other)} of {n} seeds"
            return f"{better} solves lag {self.lag} more often than {worse}: {counts}."
        needed = seeds_for_shares(*self.solved, tests) if k != other else None
        places = f"{plural(n, 'seed')} at lag {self.lag}"
        if k == other:
            return f"{self.first} and {self.second} are not distinguishable: each solves {k} of {places}."
        return not_distinguishable(self.first, self.second, places, None if needed is None else max(needed, n + 1))


def memories(found: Sequence[Configuration], lagged: Mapping[str, Lagged], named: Mapping[Method, str]) -> list[Memory]:
    """The horizons of the families that were run with several lags, the furthest of each family first.

    Args:
        found: The configurations.
        lagged: The family and the lag of each task that has one, by its spec as it is displayed.
        named: The name of each method.
    """
    families: defaultdict[str, defaultdict[Method, dict[int, Configuration]]] = defaultdict(lambda: defaultdict(dict))
    for each in found:
        place = lagged.get(each.task)
        if place is not None and each.share is not None:
            families[place.family][each.method][place.lag] = each
    return [
        memory
        for family, methods in sorted(families.items())
        if len({lag for by_lag in methods.values() for lag in by_lag}) > 1
        for memory in _family(family, methods, named)
    ]


def _family(
    family: str, methods: Mapping[Method, Mapping[int, Configuration]], named: Mapping[Method, str]
) -> list[Memory]:
    horizons = {
        method: horizon({lag: each.share for lag, each in sorted(by_lag.items()) if each.share})
        for method, by_lag in methods.items()
    }
    order = sorted(methods, key=lambda method: (-horizons[method].reach, -_solved(methods[method]), method))
    pairs = [_pair(first, second, methods, horizons, named) for first, second in combinations(order, 2)]
    corrected = holm([mcnemar(*pair.solved) for pair in pairs])  # of all pairs, as the results choose the first method
    sentences = [pair.verdict(p, len(pairs)) for pair, p in list(zip(pairs, corrected, strict=True))[: len(order) - 1]]
    words = [sentences[0], *sentences] if sentences else ["No other method was run on these tasks."]
    return [
        Memory(family, method, dict(sorted(methods[method].items())), horizons[method], verdict)
        for method, verdict in zip(order, words, strict=True)
    ]


def _pair(
    first: Method,
    second: Method,
    methods: Mapping[Method, Mapping[int, Configuration]],
    horizons: Mapping[Method, Horizon],
    named: Mapping[Method, str],
) -> _Pair:
    """The two at the horizon of the first or, if they remember equally far, at the next lag."""
    mine, others = methods[first], methods[second]
    shared = sorted(mine.keys() & others.keys())
    reach = horizons[first].reach
    further = reach > horizons[second].reach
    lag = max((lag for lag in shared if lag <= reach), default=None) if further else None
    if lag is None:
        lag = min((lag for lag in shared if lag > reach), default=shared[-1] if shared else None)
        further = False
    if lag is None:
        return _Pair(named[first], named[second], None, ([], []), False)
    a, b = mine[lag].solved or {}, others[lag].solved or {}
    seeds = sorted(a.keys() & b.keys())
    return _Pair(named[first], named[second], lag, ([a[s] for s in seeds], [b[s] for s in seeds]), further)


def _solved(by_lag: Mapping[int, Configuration]) -> int:
    return sum(each.share[0] for each in by_lag.values() if each.share)
