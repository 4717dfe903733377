"""Predict the next letter of Reber's grammar."""

from dataclasses import dataclass
from typing import Final, final

from seqtasks_classic_tasks.grammar import AbstractGrammarTask, Grammar

BODY: Final = (  # the edges between B and E
    (1, "T", 2),
    (1, "P", 3),
    (2, "S", 2),
    (2, "X", 4),
    (3, "T", 3),
    (3, "V", 5),
    (4, "X", 3),
    (4, "S", 6),
    (5, "P", 4),
    (5, "V", 6),
)


@final
@dataclass(frozen=True)
class Reber(AbstractGrammarTask):
    """The next letter of words of Reber's grammar.

        0 -B-> 1,   1 -T-> 2 | -P-> 3,   2 -S-> 2 | -X-> 4,   3 -T-> 3 | -V-> 5,
        4 -X-> 3 | -S-> 6,   5 -P-> 4 | -V-> 6,   6 -E-> 0,   both ways equally likely

        x = B T X S E B
        y = T X S E B P, where the target after E does not count

    The letters B, T, S, X, P, V, E are the symbols 0..6. The last two letters determine the state, hence depth 2. A
    word has seven letters to predict on average, six of which are coin flips: 6/7 log 2 with the state known.

    Example:
        >>> round(Reber().yardsticks().optimum, 5)
        0.59413

    Source:
        Reber, "Implicit learning of artificial grammars", 1967; Cleeremans, Servan-Schreiber and McClelland, "Finite
        state automata and simple recurrent networks", Neural Computation 1(3), 1989.
    """

    grammar = Grammar(((0, "B", 1), *BODY, (6, "E", 0)))
    depth = 2
