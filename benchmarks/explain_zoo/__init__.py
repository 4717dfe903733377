"""Faulty programs, each with a healthy twin that differs in the fault alone: the proof of ``seqtasks explain``.

Each file holds the programs of one family. A program is small and real: it builds a Keras model, compiles it, and fits
it to arrays, or it is a run of seqtasks. None is copied; the public reports that each stands for are named next to it.
"""

from explain_zoo.case import Case
from explain_zoo.data import CASES as DATA
from explain_zoo.output import CASES as OUTPUT
from explain_zoo.runs import CASES as RUNS
from explain_zoo.state import CASES as STATE
from explain_zoo.training import CASES as TRAINING

FAMILIES: dict[str, tuple[Case, ...]] = {
    "data": DATA,
    "state": STATE,
    "output": OUTPUT,
    "training": TRAINING,
    "runs": RUNS,
}
CASES: tuple[Case, ...] = tuple(case for cases in FAMILIES.values() for case in cases)
