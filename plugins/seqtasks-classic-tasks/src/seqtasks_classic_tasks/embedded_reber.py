"""Predict the letters of Reber's grammar, embedded between two equal letters."""

from dataclasses import dataclass
from typing import Final, final

from seqtasks_classic_tasks.grammar import AbstractGrammarTask, Grammar
from seqtasks_classic_tasks.reber import BODY

INSIDE: Final = ((0, "B", 1), *BODY, (6, "E", 7))
SPAN: Final = 8  # states of a branch, including the one after E
FORK: Final = 1
OUTSIDE: Final = 3  # states outside the branches


def _branch(letter: str, first: int) -> tuple[tuple[int, str, int], ...]:
    """A letter, a word of Reber's grammar whose states are numbered from ``first``, and the letter again."""
    word = tuple((first + state, seen, first + to) for state, seen, to in INSIDE)
    return ((FORK, letter, first), *word, (first + SPAN - 1, letter, FORK + 1))


@final
@dataclass(frozen=True)
class EmbeddedReber(AbstractGrammarTask):
    """The next letter of words B T r T E and B P r P E, where r is a word of Reber's grammar.

        x = B P B T X S E P E B
        y = P B T X S E P E B T, where the target after the last E does not count

    The letter before the last is known only to who remembers the second, for as long as r happens to be: hence no
    depth. A word has eleven letters to predict on average; seven are coin flips, and eight for who does not remember.

    Example:
        >>> round(EmbeddedReber().yardsticks().optimum, 5), round(EmbeddedReber().forgetting(), 5)
        (0.44109, 0.50411)

    Source:
        Fahlman, "The recurrent cascade-correlation architecture", NIPS 1990; Hochreiter and Schmidhuber, "Long
        short-term memory", Neural Computation 9(8), 1997, experiment 1.
    """

    grammar = Grammar(
        ((0, "B", FORK), *_branch("T", OUTSIDE), *_branch("P", OUTSIDE + SPAN), (FORK + 1, "E", 0)),
    )

    def forgetting(self) -> float:
        """The loss of a predictor that knows the position in the word but not its second letter."""
        states = [to if to < OUTSIDE else OUTSIDE + (to - OUTSIDE) % SPAN for _, _, to in self.grammar.edges]
        return self.grammar.knowing(states)
