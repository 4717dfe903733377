"""The figures of the zoo in Markdown: recall, precision, repairs, and which faults are taken for which."""

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from seqtasks.running.share import wilson

FEW = 3
REPAIRED = 0.8  # the skill of a program that is repaired


def first(row: Any) -> bool:
    """Whether the fault is named first."""
    return bool(row.named) and row.named[0] in row.faults


def among_first(row: Any) -> bool:
    """Whether the fault is among the first three."""
    return any(name in row.faults for name in row.named[:FEW])


def tables(rows: Sequence[Any], unlike: Sequence[tuple[Any, str]], variants: int) -> str:
    """All tables, each a section of its own; of so many variants of faulty programs in all."""
    faulty = [row for row in rows if row.faulty]
    twins = [row for row in rows if not row.faulty]
    sections = {
        "figures": figures(faulty, twins, variants),
        "programs": programs(faulty, twins),
        "confusion": confusion(faulty),
        "unlike": unlikes(unlike),
    }
    return "\n".join(f"--8<-- [start:{name}]\n{text}\n--8<-- [end:{name}]\n" for name, text in sections.items())


def figures(faulty: Sequence[Any], twins: Sequence[Any], variants: int) -> str:
    """What was aimed at, and what holds."""
    tried = [row for row in faulty if row.tried]
    lines = [
        ("faulty programs measured, of all cells and seeds", variants, len(faulty)),
        ("fault named first", "85 %", share(faulty, first)),
        ("fault among the first three", "95 %", share(faulty, among_first)),
        ("healthy twins accused of anything", "2.5 %", share(twins, lambda row: bool(row.named))),
    ]
    if tried:
        lines.append(("repaired by `--try`", "80 %", share(tried, repaired)))
    lines.append(("time to explain, as a share of that to train (median)", "1", ratio([*faulty, *twins])))
    return table(("figure", "aim", "measured"), lines)


def repaired(row: Any) -> bool:
    """Whether the change that is proposed solves the task; the data of a deceptive program cannot be repaired."""
    return row.repaired is not None and row.repaired >= REPAIRED


def ratio(rows: Sequence[Any]) -> str:
    """The median of the ratios of the times."""
    return f"{statistics.median(row.explain / row.train for row in rows):.2f}" if rows else ""


def programs(faulty: Sequence[Any], twins: Sequence[Any]) -> str:
    """Each program, and how often its fault is named."""
    lines = []
    for case in dict.fromkeys(row.case for row in faulty):
        mine = [row for row in faulty if row.case == case]
        own = [row for row in twins if row.case == case]
        count = len(mine)
        lines.append(
            (
                mine[0].family,
                case,
                " or ".join(f"`{name}`" for name in mine[0].faults),
                f"{sum(map(first, mine))}/{count}",
                f"{sum(map(among_first, mine))}/{count}",
                f"{sum(bool(row.named) for row in own)}/{len(own)}",
            )
        )
    return table(("family", "program", "fault", "first", "among three", "twins accused"), lines)


def confusion(faulty: Sequence[Any]) -> str:
    """For each fault, what is named first, and how often."""
    lines = []
    for fault in sorted({row.faults[0] for row in faulty}):
        mine = [row for row in faulty if row.faults[0] == fault]
        counts = Counter(row.named[0] if row.named else "nothing" for row in mine)
        told = ", ".join(f"{name} {number}" for name, number in counts.most_common())
        lines.append((f"`{fault}`", len(mine), told))
    return table(("fault", "programs", "named first"), lines)


def unlikes(unlike: Iterable[tuple[Any, str]]) -> str:
    """Programs that are not what the zoo says of them."""
    found = [(row.case, row.cell, row.seed, text) for row, text in unlike]
    return (
        table(("program", "cell", "seed", "what"), found) if found else "Every twin learns, and every fault does harm."
    )


def share(rows: Sequence[Any], holds: Callable[[Any], bool]) -> str:
    """How many, as a share with its 95 % interval."""
    if not rows:
        return ""
    number = sum(map(holds, rows))
    low, high = wilson(number, len(rows))
    return f"{number / len(rows):.1%} ({low:.1%} to {high:.1%}), {number} of {len(rows)}"


def table(head: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    """A table in Markdown."""
    text = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*text, *(f"| {' | '.join(map(str, line))} |" for line in lines)])
