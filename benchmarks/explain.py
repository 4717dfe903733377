"""How often ``seqtasks explain`` names the fault of a program, and how often it accuses a healthy one.

    python benchmarks/explain.py --rows FILE.jsonl > docs/explanation/explain-zoo-rows.md

Each program of the zoo is trained with its fault and without it, and explained. The rows are appended to a file, so
that a script that was stopped goes on where it was. Thresholds are chosen with ``--size A``, and reported with
``--size B``.
"""

import argparse
import json
import logging
import math
import time
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
from explain_zoo import CASES, FAMILIES
from explain_zoo.case import FAILED, LEARNED, SEEDS, SIZES, Case, Run, Setting, Trial
from explain_zoo.tables import tables

import seqtasks


@dataclass(frozen=True)
class Row:
    """One program, explained.

    Args:
        family: Where it stands in the zoo.
        case: Its name.
        cell: Its recurrent cell.
        seed: Of data and weights.
        size: ``A`` or ``B``.
        faulty: Whether it is the faulty program or its twin.
        faults: The names that are right for it; none for the twin.
        deceptive: Whether the faulty program reaches a low loss all the same.
        skill: What it learned: 0 for the best constant, 1 for the optimum; None if that is not a number.
        named: The faults that were named, the first one first.
        verdict: The verdict on the training.
        train: The seconds of building and training it.
        explain: The seconds of explaining it.
        repaired: The skill after the change that was proposed after trying; None if nothing was proposed or tried.
        tried: Whether changes were tried.
        error: What was raised in place of a diagnosis.
    """

    family: str
    case: str
    cell: str
    seed: int
    size: str
    faulty: bool
    faults: tuple[str, ...]
    deceptive: bool
    skill: float | None
    named: tuple[str, ...]
    verdict: str
    train: float
    explain: float
    repaired: float | None = None
    tried: bool = False
    error: str | None = None

    @property
    def key(self) -> tuple[str, str, int, str, bool]:
        """What tells it from all other rows."""
        return self.case, self.cell, self.seed, self.size, self.faulty


def measured(family: str, case: Case, cell: str, seed: int, size: str, faulty: bool, tried: bool) -> Row:
    """Train one program and explain it."""
    keras.backend.clear_session()
    start = time.perf_counter()
    made = case.program(Setting(cell, seed, SIZES[size]), faulty)
    run = seqtasks.run(made.task, progress=False, **made.arguments) if isinstance(made, Run) else None
    between = time.perf_counter()
    found: Any = None
    error = None
    try:
        found = explained(made, run, tried)
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}"
    end = time.perf_counter()
    skill = made.skill if isinstance(made, Trial) else run.skill
    return Row(
        family,
        case.name,
        cell,
        seed,
        size,
        faulty,
        case.faults if faulty else (),
        case.deceptive,
        None if skill is None or not math.isfinite(skill) else float(skill),
        () if found is None else tuple(fault.name for fault in found.faults),
        "" if found is None else found.verdict,
        between - start,
        end - between,
        repaired_skill(found) if tried else None,
        tried,
        error,
    )


def explained(made: Trial | Run, run: Any, tried: bool) -> Any:
    """The diagnosis."""
    more = {"try_changes": True} if tried else {}
    if isinstance(made, Run):
        return run.explain(**more)
    return seqtasks.explain(made.model, made.x, made.y, fit=made.fit, **more)


def repaired_skill(diagnosis: Any) -> float | None:
    """The skill of the change that is proposed as the answer."""
    answer = None if diagnosis is None or diagnosis.attempts is None else diagnosis.attempts.answer
    return None if answer is None else float(answer.skill.value)


def variants(chosen: argparse.Namespace) -> Iterator[tuple[str, Case, str, int, bool]]:
    """The programs in an order in which each stands once before any stands twice."""
    for seed in SEEDS[chosen.size][: chosen.seeds]:
        for place in range(chosen.cells):
            for family, cases in FAMILIES.items():
                for case in cases:
                    named = not chosen.words or any(word in (family, case.name, *case.faults) for word in chosen.words)
                    if named and place < len(case.cells):
                        yield from ((family, case, case.cells[place], seed, faulty) for faulty in (True, False))


def load(path: Path) -> dict[Any, Row]:
    """The rows of a file, by key; of several with the same key, the last."""
    if not path.exists():
        return {}
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [Row(**{**one, "faults": tuple(one["faults"]), "named": tuple(one["named"])}) for one in found]
    return {row.key: row for row in rows}


def unlike(row: Row) -> str | None:
    """What is wrong with the program itself: a twin that does not learn, or a fault that does no harm."""
    skill = -math.inf if row.skill is None else row.skill
    if not row.faulty and skill < LEARNED:
        return f"the twin has a skill of {skill:.2f} only"
    if row.faulty and not row.deceptive and skill >= FAILED:
        return f"the faulty program has a skill of {skill:.2f}"
    return None


def main() -> None:
    """Measure what is not in the file yet, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="families, programs or faults; by default all")
    parser.add_argument("--size", choices=("A", "B"), default="B")
    parser.add_argument("--seeds", type=int, default=3, help="how many of the seeds")
    parser.add_argument("--cells", type=int, choices=(1, 2), default=2, help="how many of the cells")
    parser.add_argument("--try", dest="tried", action="store_true", help="try the changes, too")
    parser.add_argument("--rows", type=Path, default=Path("explain.jsonl"), help="where the rows are kept")
    parser.add_argument("--tables", action="store_true", help="measure nothing: print the tables of the rows")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    rows = load(chosen.rows)
    for variant in () if chosen.tables else variants(chosen):
        family, case, cell, seed, faulty = variant
        known = rows.get((case.name, cell, seed, chosen.size, faulty))
        if known is not None and (known.tried or not chosen.tried):
            continue
        row = measured(family, case, cell, seed, chosen.size, faulty, chosen.tried)
        rows[row.key] = row
        with chosen.rows.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(row)) + "\n")
    total = len(SEEDS[chosen.size]) * sum(len(case.cells) for case in CASES)
    shown = [row for row in rows.values() if row.size == chosen.size]
    print(tables(shown, [(row, text) for row in shown if (text := unlike(row)) is not None], total))


if __name__ == "__main__":
    main()
