"""Base of tasks that predict the next letter of words of a finite automaton."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.task import Shapes, Yardsticks
from seqtasks.tasks.uniform import Uniforms
from seqtasks_classic_tasks.entropy import conditional_entropy
from seqtasks_classic_tasks.running import AbstractRunningTask, Floats, Steps

LETTERS = "BTSXPVE"


@final
@dataclass(frozen=True)
class Grammar:
    """One or two edges out of each state, equally likely; words go from state 0 back to state 0.

    Args:
        edges: (from, letter, to), the first of which is the only one out of state 0. No two out of a state have the
            same letter, so that who has seen a word up to here knows the state.

    Example:
        >>> ab = Grammar(((0, "B", 1), (1, "T", 1), (1, "E", 0)))  # B T* E
        >>> ab.shares.round(4), round(ab.knowing(range(3)), 4)
        (array([0.3333, 0.3333, 0.3333]), 0.6931)
    """

    edges: tuple[tuple[int, str, int], ...]

    @cached_property
    def letters(self) -> NDArray[np.int64]:
        """The letter of each edge, as its index in BTSXPVE."""
        return np.array([LETTERS.index(letter) for _, letter, _ in self.edges])

    @cached_property
    def successors(self) -> tuple[tuple[int, int], ...]:
        """The two edges that may follow each edge; twice the same if there is only one."""
        follow = [[e for e, (state, _, _) in enumerate(self.edges) if state == to] for _, _, to in self.edges]
        return tuple((edges[0], edges[-1]) for edges in follow)

    @cached_property
    def shares(self) -> Floats:
        """The stationary distribution of the edges: s = s P, sum s = 1."""
        moves = self._moves
        equations = np.vstack([moves.T - np.eye(len(moves)), np.ones(len(moves))])
        return np.linalg.lstsq(equations, np.r_[np.zeros(len(moves)), 1.0], rcond=None)[0]

    @cached_property
    def counted_share(self) -> float:
        """The share of letters that are not the last of their word."""
        return float(self.shares @ self.inside)

    def knowing(self, groups: Sequence[Any] | NDArray[Any]) -> float:
        """The loss per counted letter of a predictor that knows the group of the last edge.

        H(next letter | group), exact.

        Args:
            groups: A mark for each edge; edges with the same mark are not distinguished.
        """
        group = np.unique(np.asarray(groups), return_inverse=True)[1]
        joint = np.zeros((len(self.edges), len(LETTERS)))
        for e, edges in enumerate(self.successors):
            for following in edges:
                joint[group[e], self.letters[following]] += self.shares[e] * self.inside[e] / 2
        return conditional_entropy(joint)

    @cached_property
    def _moves(self) -> Floats:
        """The transition probabilities P between edges, (edges, edges)."""
        moves = np.zeros((len(self.edges), len(self.edges)))
        for e, edges in enumerate(self.successors):
            for following in edges:
                moves[e, following] += 1 / 2
        return moves

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """For each edge, whether the word continues after it."""
        return np.array([to != 0 for _, _, to in self.edges])


class AbstractGrammarTask(AbstractRunningTask):
    """The next letter of words, one after another. A word's last letter does not count, because any word may follow.

    The memory is the edge of the letter that is seen at the next step.
    """

    numbers = 1

    @property
    @abstractmethod
    def grammar(self) -> Grammar:
        """The automaton."""

    @property
    def shapes(self) -> Shapes:
        """A letter in, a letter out."""
        return Shapes(len(LETTERS), len(LETTERS), "class", symbols=True)

    @property
    def counted_share(self) -> float:
        """The stationary share of steps that count, minus a hundredth for chance."""
        return 0.99 * self.grammar.counted_share

    def yardsticks(self) -> Yardsticks:
        """Exact, from the stationary distribution of the edges."""
        grammar, edges = self.grammar, np.arange(len(self.grammar.edges))
        return Yardsticks(grammar.knowing(0 * edges), grammar.knowing(grammar.letters), grammar.knowing(edges))

    def start(self, random: Uniforms, lanes: int) -> Floats:
        """The first edge, B."""
        return np.zeros((lanes, 1))

    def advance(self, memory: Floats, u: Floats, first: bool) -> Steps:
        """The path from edge to edge, lane by lane."""
        follow = self.grammar.successors
        chosen = (u[:, :, 0] >= 1 / 2).astype(int).tolist()
        lanes = zip(chosen, memory[:, 0].astype(int).tolist(), strict=True)
        gone = [list(accumulate(bits, lambda e, bit: follow[e][bit], initial=edge)) for bits, edge in lanes]
        edges = np.array(gone)
        letters = self.grammar.letters[edges][:, :, None]
        return Steps(
            letters[:, :-1],
            letters[:, 1:],
            self.grammar.inside[edges[:, :-1]],
            edges[:, :-1] == 0,
            edges[:, -1:].astype(np.float64),
        )
